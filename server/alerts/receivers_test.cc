#include "server/alerts/receivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr UnixMillis kNow = 1'795'305'600'000;  // 2026-11-22T00:00:00Z

Receiver To(AlertProtocol protocol, const std::string& url = "https://h/x") {
  return {"ops", protocol, Secret(url), Secret("t0ken")};
}

Delivery SomeDelivery(int64_t id = 7) {
  Delivery delivery;
  Alert& alert = delivery.alert;
  alert.alert_id = id;
  alert.prover = "mine";
  alert.fingerprint = "00ff00ff00ff00ff";
  alert.finding.rule = "job_stuck";
  alert.finding.severity = Severity::kCritical;
  alert.finding.labels = {{"epoch", "3054"}, {"machine", "prover-1"}};
  alert.finding.since = kNow - 400'000;
  alert.finding.summary = "Jobs <hang> & \"wait\"";
  alert.finding.detail = "one\ntwo\n";
  alert.finding.next_step = "Look.";
  alert.state = AlertState::kFiring;
  alert.pending_at = kNow - 200'000;
  alert.fired_at = kNow - 100'500;
  alert.complete_until = kNow - 1'000;
  return delivery;
}

Delivery Resolved(Delivery delivery) {
  delivery.to_tell = AlertState::kResolved;
  delivery.alert.state = AlertState::kResolved;
  delivery.alert.resolved_at = kNow - 10'000;
  return delivery;
}

std::string BodyOf(AlertProtocol protocol, const std::vector<Delivery>& deliveries) {
  const std::string body = MakePost(To(protocol), deliveries, kNow).body;
  simdjson::dom::parser parser;
  EXPECT_EQ(parser.parse(body).error(), simdjson::SUCCESS) << body;
  return body;
}

TEST(ReceiversTest, AlertmanagerIsToldUntilWhenItFires) {
  EXPECT_EQ(BodyOf(AlertProtocol::kAlertmanager, {SomeDelivery()}),
            R"([{"labels":{"alertname":"job_stuck","epoch":"3054","machine":"prover-1",)"
            R"("prover":"mine","severity":"critical"},)"
            R"("annotations":{"description":"one\ntwo\n","next_step":"Look.",)"
            R"("summary":"Jobs <hang> & \"wait\""},)"
            R"("startsAt":"2026-11-21T23:58:19.500Z","endsAt":"2026-11-22T00:04:00.000Z",)"
            R"("generatorURL":""}])");
}

TEST(ReceiversTest, AlertmanagerIsToldWhenItEnded) {
  EXPECT_THAT(
      BodyOf(AlertProtocol::kAlertmanager, {Resolved(SomeDelivery())}),
      HasSubstr(R"("startsAt":"2026-11-21T23:58:19.500Z","endsAt":"2026-11-21T23:59:50.000Z")"));
  Delivery odd = Resolved(SomeDelivery());
  odd.alert.resolved_at = *odd.alert.fired_at - 5;  // a clock that was set back
  EXPECT_THAT(BodyOf(AlertProtocol::kAlertmanager, {odd}),
              HasSubstr(R"("endsAt":"2026-11-21T23:58:19.500Z")"));
}

TEST(ReceiversTest, AlertmanagerGetsOnlyLabelsThatItTakes) {
  Delivery odd = SomeDelivery();
  odd.alert.finding.labels = {{"agent-process", "a"}, {"1", "b"}, {"empty", ""}, {"severity", "x"}};
  EXPECT_THAT(BodyOf(AlertProtocol::kAlertmanager, {odd}),
              HasSubstr(R"({"labels":{"_1":"b","agent_process":"a","alertname":"job_stuck",)"
                        R"("prover":"mine","severity":"critical"},)"));
}

TEST(ReceiversTest, AlertmanagersPathIsAppended) {
  for (const char* url : {"http://h:9093", "http://h:9093/"}) {
    EXPECT_EQ(MakePost(To(AlertProtocol::kAlertmanager, url), {SomeDelivery()}, kNow).url.Reveal(),
              "http://h:9093/api/v2/alerts");
  }
  const HttpPost post =
      MakePost(To(AlertProtocol::kWebhook, "http://h/x/"), {SomeDelivery()}, kNow);
  EXPECT_EQ(post.url.Reveal(), "http://h/x/");
  EXPECT_EQ(post.token.Reveal(), "t0ken");
}

TEST(ReceiversTest, AWebhookGetsAllThatIsKnown) {
  Delivery resolved = Resolved(SomeDelivery(8));
  resolved.alert.acknowledged_at = kNow;
  resolved.alert.acknowledged_by = "eve";
  EXPECT_EQ(BodyOf(AlertProtocol::kWebhook, {SomeDelivery(), resolved}),
            R"({"version":1,"receiver":"ops","prover":"mine","group":{"epoch":"3054"},"alerts":[)"
            R"({"status":"firing","deduplication_key":"00ff00ff00ff00ff-1795305499500",)"
            R"("fingerprint":"00ff00ff00ff00ff","alert_id":7,"rule":"job_stuck",)"
            R"("severity":"critical","labels":{"epoch":"3054","machine":"prover-1"},)"
            R"("summary":"Jobs <hang> & \"wait\"","detail":"one\ntwo\n","next_step":"Look.",)"
            R"("since":"2026-11-21T23:53:20.000Z","fired_at":"2026-11-21T23:58:19.500Z",)"
            R"("complete_until":"2026-11-21T23:59:59.000Z"},)"
            R"({"status":"resolved","deduplication_key":"00ff00ff00ff00ff-1795305499500",)"
            R"("fingerprint":"00ff00ff00ff00ff","alert_id":8,"rule":"job_stuck",)"
            R"("severity":"critical","labels":{"epoch":"3054","machine":"prover-1"},)"
            R"("summary":"Jobs <hang> & \"wait\"","detail":"one\ntwo\n","next_step":"Look.",)"
            R"("since":"2026-11-21T23:53:20.000Z","fired_at":"2026-11-21T23:58:19.500Z",)"
            R"("resolved_at":"2026-11-21T23:59:50.000Z",)"
            R"("complete_until":"2026-11-21T23:59:59.000Z","acknowledged_by":"eve"}]})");
}

TEST(ReceiversTest, SlackGetsColoursAndNoMarkupOfOurs) {
  EXPECT_EQ(BodyOf(AlertProtocol::kSlack, {SomeDelivery(), Resolved(SomeDelivery())}),
            R"({"text":"mine, epoch 3054: 1 alert fires, 1 is resolved","attachments":[)"
            R"({"color":"danger","fallback":"CRITICAL: Jobs &lt;hang&gt; &amp; \"wait\"",)"
            R"("text":"*CRITICAL* job_stuck (epoch 3054, machine prover-1)\n)"
            R"(Jobs &lt;hang&gt; &amp; \"wait\"\nLook.","mrkdwn_in":["text"]},)"
            R"({"color":"good","fallback":"RESOLVED: Jobs &lt;hang&gt; &amp; \"wait\"",)"
            R"("text":"*RESOLVED* job_stuck (epoch 3054, machine prover-1)\n)"
            R"(Jobs &lt;hang&gt; &amp; \"wait\"","mrkdwn_in":["text"]}]})");
}

TEST(ReceiversTest, SlacksTitleCountsAll) {
  Delivery warning = SomeDelivery();
  warning.alert.finding.severity = Severity::kWarning;
  warning.alert.finding.labels = {};
  EXPECT_THAT(BodyOf(AlertProtocol::kSlack, {warning}),
              HasSubstr(R"({"text":"mine: 1 alert fires","attachments":[{"color":"warning",)"
                        R"("fallback":"WARNING: Jobs)"));
  EXPECT_THAT(BodyOf(AlertProtocol::kSlack, {Resolved(warning), Resolved(warning)}),
              HasSubstr(R"({"text":"mine: 2 alerts are resolved")"));
  const std::string many = BodyOf(AlertProtocol::kSlack, std::vector<Delivery>(30, SomeDelivery()));
  EXPECT_THAT(many, HasSubstr("mine, epoch 3054: 30 alerts fire; the first 20 are:"));
  size_t shown = 0;
  for (size_t at = 0; (at = many.find("\"color\"", at)) != std::string::npos; ++at) ++shown;
  EXPECT_EQ(shown, 20);
}

std::vector<std::string> Grouped(AlertProtocol protocol, const std::vector<Delivery>& deliveries) {
  std::vector<std::string> groups;
  for (const auto& message : GroupDeliveries(protocol, deliveries)) {
    std::string ids;
    for (const Delivery& delivery : message) absl::StrAppend(&ids, delivery.alert.alert_id, " ");
    groups.push_back(ids);
  }
  return groups;
}

TEST(ReceiversTest, WhatIsOfOneEpochOrMachineIsOneMessage) {
  const auto make = [](int64_t id, const std::string& prover, const Labels& labels) {
    Delivery delivery = SomeDelivery(id);
    delivery.alert.prover = prover;
    delivery.alert.finding.labels = labels;
    return delivery;
  };
  const std::vector<Delivery> due = {make(1, "a", {{"epoch", "1"}, {"machine", "m"}}),
                                     make(2, "a", {{"machine", "m"}}),
                                     make(3, "b", {{"epoch", "1"}}),
                                     make(4, "a", {{"epoch", "1"}}),
                                     make(5, "a", {{"machine", "m"}, {"type", "t"}}),
                                     make(6, "a", {}),
                                     make(7, "a", {{"epoch", "2"}})};
  EXPECT_THAT(Grouped(AlertProtocol::kSlack, due), ElementsAre("1 4 ", "2 5 ", "3 ", "6 ", "7 "));
  EXPECT_THAT(Grouped(AlertProtocol::kAlertmanager, due), ElementsAre("1 2 3 4 5 6 7 "));
}

TEST(ReceiversTest, NoMessageIsEndless) {
  const auto messages =
      GroupDeliveries(AlertProtocol::kAlertmanager, std::vector<Delivery>(201, SomeDelivery()));
  ASSERT_EQ(messages.size(), 3);
  EXPECT_EQ(messages[0].size(), 100);
  EXPECT_EQ(messages[2].size(), 1);
}

}  // namespace
}  // namespace proverlog
