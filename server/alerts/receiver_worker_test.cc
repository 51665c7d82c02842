#include "server/alerts/receiver_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/postgres/alert_outbox.h"
#include "tests/testing_util/alerts.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Answer = absl::StatusOr<PostAnswer>;

const absl::Status kNotThere = absl::UnavailableError("it cannot be reached");
const absl::Status kNoAnswer = absl::UnknownError("it was reached, and gave no whole answer");

// Gives the answers that it is told to, then 200; remembers which alerts it was sent.
class FakeTransport : public HttpTransport {
 public:
  Answer Post(const HttpPost& post) override {
    const std::regex alert(
        "\"status\":\"([a-z]+)\",\"deduplication_key\":\"([a-z0-9]+)-"
        "|\"startsAt\":\"[^\"]*\",\"endsAt\":\"([^\"]*)\"");
    std::string text;
    for (std::sregex_iterator i(post.body.begin(), post.body.end(), alert), end; i != end; ++i) {
      absl::StrAppend(&text, text.empty() ? "" : ", ",
                      (*i)[3].matched ? (*i)[3].str() : (*i)[2].str() + " " + (*i)[1].str());
    }
    posts.push_back(text);
    if (on_post) on_post();
    if (answers.empty()) return PostAnswer{200, ""};
    const Answer answer = answers.front();
    answers.pop_front();
    return answer;
  }
  void Abort() override {}

  std::deque<Answer> answers;
  std::vector<std::string> posts;
  std::function<void()> on_post;
};

class ReceiverWorkerTest : public testing::Test {
 protected:
  ReceiverWorkerTest() { Restart(AlertProtocol::kWebhook); }

  void Restart(AlertProtocol protocol) {
    auto transport = std::make_unique<FakeTransport>();
    transport_ = transport.get();
    DeliveryTools tools;
    tools.outbox = &outbox_;
    tools.metrics = &metrics_.alerts;
    tools.leads = [this] { return leads_ && looks_left_-- > 0; };
    tools.now = [this] { return now_; };
    tools.random = [this] { return random_; };
    worker_ = std::make_unique<ReceiverWorker>(
        Receiver{"ops", protocol, Secret("http://h/hidden"), Secret("hidden")},
        std::move(transport), std::move(tools));
  }

  int64_t Fire(const std::string& fingerprint, const std::string& labels = R"({"epoch": "1"})") {
    const int64_t alert_id = database_.Add(fingerprint, labels, now_);
    database_.Fire(alert_id, {"ops"}, now_);
    return alert_id;
  }
  // What is posted until the worker has nothing to do but poll, in so long a time.
  std::vector<std::string> PostsWithin(absl::Duration time) {
    transport_->posts.clear();
    const absl::Time end = now_ + time;
    while (now_ <= end) now_ = std::max(worker_->Round(), now_ + absl::Milliseconds(1));
    now_ = end;
    return transport_->posts;
  }

  testing_util::AlertsDatabase database_;
  postgres::AlertOutbox outbox_{&database_.pool()};
  Metrics metrics_{"1"};
  absl::Time now_ = absl::FromUnixSeconds(1'795'305'600);
  double random_ = 1;
  bool leads_ = true;
  int looks_left_ = 1'000'000;  // whether it leads, which it does not after these
  FakeTransport* transport_ = nullptr;
  std::unique_ptr<ReceiverWorker> worker_;
};

TEST_F(ReceiverWorkerTest, TellsEachWordOnce) {
  const int64_t alert_id = Fire("aa");
  EXPECT_THAT(PostsWithin(absl::Minutes(10)), ElementsAre("aa firing"));
  database_.Resolve(alert_id, now_);
  EXPECT_THAT(PostsWithin(absl::Minutes(10)), ElementsAre("aa resolved"));
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery"), "0");
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("{outcome=\"delivered\",receiver=\"ops\"} 2\n"));
}

// Another replica leads by then, and tells it.
TEST_F(ReceiverWorkerTest, WhatTookLongToBeNotedIsNotSent) {
  Fire("aa");
  looks_left_ = 2;  // at the round's begin, and before the message is noted
  EXPECT_THAT(PostsWithin(absl::Minutes(1)), IsEmpty());
  EXPECT_EQ(database_.Waiting(), "1");
  looks_left_ = 1'000'000;
  EXPECT_THAT(PostsWithin(absl::Minutes(1)), ElementsAre("aa firing"));
}

TEST_F(ReceiverWorkerTest, OneDeadMachineIsOneMessage) {
  for (int i = 0; i < 30; ++i) Fire(absl::StrCat("a", i), R"({"machine": "m1"})");
  Fire("b", R"({"machine": "m2"})");
  const std::vector<std::string> posts = PostsWithin(absl::Minutes(1));
  ASSERT_EQ(posts.size(), 2);
  EXPECT_THAT(posts[0], HasSubstr("a0 firing, a1 firing"));
  EXPECT_EQ(posts[1], "b firing");
}

TEST_F(ReceiverWorkerTest, WhatIsResolvedBeforeItWasToldIsNotTold) {
  transport_->answers = {kNotThere, kNotThere, PostAnswer{429, ""}, PostAnswer{400, ""}};
  const int64_t alert_id = Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Seconds(8)).size(), 4);
  database_.Resolve(alert_id, now_);
  EXPECT_THAT(PostsWithin(absl::Hours(1)), IsEmpty());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery"), "0");
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("{outcome=\"dropped\",receiver=\"ops\"} 1\n"));
}

TEST_F(ReceiverWorkerTest, WhoeverMayHaveBeenToldHearsTheEnd) {
  for (const Answer& doubt : {Answer(kNoAnswer), Answer(PostAnswer{502, ""})}) {
    transport_->answers = {doubt, kNotThere};
    const int64_t alert_id = Fire("aa");
    EXPECT_EQ(PostsWithin(absl::Milliseconds(1500)).size(), 2);
    database_.Resolve(alert_id, now_);
    EXPECT_THAT(PostsWithin(absl::Hours(1)), ElementsAre("aa resolved"));
  }
}

TEST_F(ReceiverWorkerTest, ADeadReceiverIsTriedAfterASecondAndAtMostEveryFiveMinutes) {
  transport_->answers.assign(200, kNotThere);
  Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Milliseconds(999)).size(), 1);
  EXPECT_EQ(PostsWithin(absl::Milliseconds(1)).size(), 1);
  EXPECT_EQ(PostsWithin(absl::Milliseconds(1999)).size(), 0);
  EXPECT_EQ(PostsWithin(absl::Milliseconds(1)).size(), 1);
  PostsWithin(absl::Hours(1));
  EXPECT_EQ(PostsWithin(absl::Hours(1)).size(), 12);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("oldest_seconds{receiver=\"ops\"} 72"));
  transport_->answers.clear();
  EXPECT_THAT(PostsWithin(absl::Minutes(5)), ElementsAre("aa firing"));
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("oldest_seconds{receiver=\"ops\"} 0\n"));
}

TEST_F(ReceiverWorkerTest, TheBackoffIsJittered) {
  random_ = 0.25;
  transport_->answers = {kNotThere};
  Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Milliseconds(249)).size(), 1);
  EXPECT_EQ(PostsWithin(absl::Milliseconds(1)).size(), 1);
}

TEST_F(ReceiverWorkerTest, WhoAsksToWaitIsLeftAlone) {
  transport_->answers = {PostAnswer{429, "60"}};
  Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Seconds(1)).size(), 1);
  Fire("bb", R"({"epoch": "2"})");
  EXPECT_THAT(PostsWithin(absl::Milliseconds(58'999)), IsEmpty());
  EXPECT_THAT(PostsWithin(absl::Milliseconds(1)), ElementsAre("bb firing", "aa firing"));
}

TEST_F(ReceiverWorkerTest, ADeadReceiverIsAskedOnceForAllThatWaits) {
  transport_->answers = {kNotThere};
  for (int i = 0; i < 20; ++i) Fire(absl::StrCat("a", i), absl::StrCat("{\"epoch\": \"", i, "\"}"));
  EXPECT_EQ(PostsWithin(absl::Milliseconds(500)).size(), 1);
  EXPECT_EQ(PostsWithin(absl::Seconds(1)).size(), 20);
  EXPECT_EQ(database_.Waiting(), "0");
}

TEST_F(ReceiverWorkerTest, AMessageThatIsRefusedHoldsUpNoOther) {
  transport_->answers = {PostAnswer{400, ""}, PostAnswer{200, ""}, PostAnswer{301, ""}};
  Fire("aa");
  Fire("bb", R"({"epoch": "2"})");
  EXPECT_THAT(PostsWithin(absl::Milliseconds(500)), ElementsAre("aa firing", "bb firing"));
  EXPECT_THAT(PostsWithin(absl::Milliseconds(500)), ElementsAre("aa firing"));
  EXPECT_THAT(PostsWithin(absl::Seconds(2)), ElementsAre("aa firing"));
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("{outcome=\"refused\",receiver=\"ops\"} 2\n"));
}

TEST_F(ReceiverWorkerTest, WhatIsSilencedWaits) {
  Fire("aa");
  database_.Silence(R"({"epoch": "1"})", now_, now_ + absl::Minutes(10));
  EXPECT_THAT(PostsWithin(absl::Minutes(10) - absl::Milliseconds(1)), IsEmpty());
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("oldest_seconds{receiver=\"ops\"} 0\n"));
  EXPECT_THAT(PostsWithin(absl::Milliseconds(1)), ElementsAre("aa firing"));
}

TEST_F(ReceiverWorkerTest, ASilenceThatIsEndedHoldsNothingBack) {
  Fire("aa");
  database_.Silence(R"({"epoch": "1"})", now_, now_ + absl::Hours(10));
  EXPECT_THAT(PostsWithin(absl::Minutes(3)), IsEmpty());
  database_.Sql("UPDATE alert_silence SET ends_at = 0");
  EXPECT_THAT(PostsWithin(absl::Minutes(1)), ElementsAre("aa firing"));
}

TEST_F(ReceiverWorkerTest, TheEndOfWhatWasToldIsToldInASilence) {
  const int64_t alert_id = Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Seconds(1)).size(), 1);
  database_.Silence(R"({"epoch": "1"})", now_, now_ + absl::Hours(10));
  database_.Resolve(alert_id, now_);
  EXPECT_THAT(PostsWithin(absl::Minutes(1)), ElementsAre("aa resolved"));
}

TEST_F(ReceiverWorkerTest, OnlyWhoLeadsTells) {
  leads_ = false;
  Fire("aa");
  EXPECT_THAT(PostsWithin(absl::Minutes(1)), IsEmpty());
  leads_ = true;
  EXPECT_THAT(PostsWithin(absl::Seconds(5)), ElementsAre("aa firing"));
  Fire("bb");
  Fire("cc", R"({"epoch": "2"})");
  transport_->on_post = [&] { leads_ = false; };
  EXPECT_THAT(PostsWithin(absl::Minutes(1)), ElementsAre("bb firing"));
}

TEST_F(ReceiverWorkerTest, WhoTakesOverTellsWhatWasUnderWay) {
  const int64_t alert_id = Fire("aa");
  transport_->on_post = [&] { worker_->Stop(); };
  transport_->answers = {kNoAnswer};
  EXPECT_EQ(PostsWithin(absl::Seconds(20)).size(), 1);
  Restart(AlertProtocol::kWebhook);
  EXPECT_THAT(PostsWithin(absl::Seconds(5)), ElementsAre("aa firing"));
  database_.Resolve(alert_id, now_);
  EXPECT_THAT(PostsWithin(absl::Seconds(5)), ElementsAre("aa resolved"));
}

TEST_F(ReceiverWorkerTest, AlertmanagerIsToldEveryMinuteWhileItFires) {
  Restart(AlertProtocol::kAlertmanager);
  const int64_t alert_id = Fire("aa");
  EXPECT_THAT(PostsWithin(absl::Seconds(150)),
              ElementsAre("2026-11-22T00:04:00.000Z", "2026-11-22T00:04:00.000Z",
                          "2026-11-22T00:05:00.000Z", "2026-11-22T00:06:00.000Z"));
  database_.Resolve(alert_id, now_);
  EXPECT_THAT(PostsWithin(absl::Minutes(5)), ElementsAre("2026-11-22T00:02:30.000Z"));
}

TEST_F(ReceiverWorkerTest, AlertmanagerIsToldAgainAsSoonAsItIsBack) {
  Restart(AlertProtocol::kAlertmanager);
  Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Seconds(30)).size(), 2);
  transport_->answers = {kNotThere, PostAnswer{503, "20"}};
  EXPECT_THAT(PostsWithin(absl::Seconds(60)),
              ElementsAre("2026-11-22T00:05:00.000Z", "2026-11-22T00:05:01.000Z",
                          "2026-11-22T00:05:21.000Z"));
}

TEST_F(ReceiverWorkerTest, NoSecretIsInWhatItLogs) {
  testing::internal::CaptureStdout();
  transport_->answers = {kNotThere, kNoAnswer, PostAnswer{401, ""}, PostAnswer{307, ""}};
  Fire("aa");
  EXPECT_EQ(PostsWithin(absl::Minutes(1)).size(), 5);
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_THAT(log, HasSubstr("alerts: receiver ops: it cannot be reached; 1 alerts are told again "
                             "in 1s\n"));
  EXPECT_THAT(log, HasSubstr("it answered 401; check its token and address; "));
  EXPECT_THAT(log, HasSubstr("it answered 307, and redirects are not followed; "));
  EXPECT_THAT(log, testing::Not(HasSubstr("hidden")));
  EXPECT_THAT(metrics_.Serialize(), testing::Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace proverlog
