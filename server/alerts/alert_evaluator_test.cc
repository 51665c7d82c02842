#include "server/alerts/alert_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/postgres/alert_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Two replicas on one database, whose time is set; each prover's log lost bytes while it is said
// so.
class AlertEvaluatorTest : public testing::Test {
 protected:
  AlertEvaluatorTest() { database_.Sql("INSERT INTO prover (name) VALUES ('mine'), ('other')"); }

  std::unique_ptr<AlertEvaluator> Replica(const std::string& name) {
    AlertEvaluator::Options options;
    options.holder = name;
    options.rules.receivers = {{"ops", Severity::kInfo, {}}};
    options.provers = [this] { return queries_.ListProvers(100); };
    options.view = [this, name](const ProverRef& prover,
                                UnixMillis now) -> absl::StatusOr<const ProverView*> {
      if (broken_ == prover.name) return absl::UnavailableError("no view");
      ProverView& view = views_[name];
      view = {};
      view.prover = prover.name;
      view.now = now;
      view.complete_until = now;
      LogView log;
      log.stream_id = 1;
      log.machine = "a";
      log.source = "agent.log";
      if (has_gap_) log.gaps = {{100, 200, GapReason::kDropped, now - 1000, ""}};
      view.logs = {log};
      return &view;
    };
    options.on_change = [this] { ++changes_; };
    options.now = [this] {
      ++looks_at_clock_;
      return now_;
    };
    options.lease = absl::Seconds(10);
    options.renewal = absl::Milliseconds(50);
    return std::make_unique<AlertEvaluator>(&alerts_, &metrics_.rules, options);
  }

  // A round of the replica, as its thread makes it.
  absl::Status Round(AlertEvaluator& replica) {
    absl::Status status = replica.Renew();
    status.Update(replica.EvaluateAll());
    return status;
  }

  std::vector<std::string> Alerts() {
    std::vector<std::string> texts;
    AlertFilter all;
    all.with_resolved = true;
    const auto alerts = alerts_.List(all, 100);
    for (const Alert& alert : *alerts) {
      texts.push_back(
          absl::StrCat(alert.prover, " ", alert.finding.rule, " ", AlertStateName(alert.state)));
    }
    return texts;
  }
  void ExpireLease() {
    database_.Sql("UPDATE alert_lease SET expires_at = clock_timestamp() - interval '1 second'");
  }

  testing_util::TestDatabase database_;
  postgres::AlertStore alerts_{&database_.pool()};
  postgres::QueryStore queries_{&database_.pool()};
  Metrics metrics_{"test"};
  std::map<std::string, ProverView> views_;  // by replica
  absl::Time now_ = absl::FromUnixSeconds(1'795'226'400);
  bool has_gap_ = true;
  std::string broken_;
  int changes_ = 0;
  std::atomic<int> looks_at_clock_ = 0;
};

TEST_F(AlertEvaluatorTest, WhatIsFoundIsStoredOnceAndResolved) {
  const auto replica = Replica("one");
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing", "mine log_gap firing"));
  EXPECT_EQ(changes_, 2);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery WHERE receiver = 'ops'"), "2");
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_EQ(changes_, 2);
  has_gap_ = false;
  now_ += absl::Minutes(2);
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap resolved", "mine log_gap resolved"));
}

TEST_F(AlertEvaluatorTest, OneReplicaEvaluates) {
  const auto one = Replica("one");
  const auto two = Replica("two");
  ASSERT_TRUE(Round(*one).ok());
  ASSERT_TRUE(Round(*two).ok());
  EXPECT_TRUE(one->leads());
  EXPECT_FALSE(two->leads());
  EXPECT_EQ(changes_, 2);
}

TEST_F(AlertEvaluatorTest, AnotherGoesOnWhereOneWasKilled) {
  const auto one = Replica("one");
  const auto two = Replica("two");
  ASSERT_TRUE(Round(*one).ok());
  ExpireLease();
  ASSERT_TRUE(Round(*two).ok());
  EXPECT_TRUE(two->leads());
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing", "mine log_gap firing"));
  EXPECT_EQ(changes_, 2);
  // It was not dead, only slow: what it still thinks changes nothing.
  has_gap_ = false;
  now_ += absl::Minutes(2);
  EXPECT_TRUE(absl::IsFailedPrecondition(one->EvaluateAll()) || !one->leads());
  EXPECT_FALSE(one->leads());
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing", "mine log_gap firing"));
}

TEST_F(AlertEvaluatorTest, TheEndGivesTheLeaseBack) {
  auto one = Replica("one");
  ASSERT_TRUE(Round(*one).ok());
  one.reset();
  const auto two = Replica("two");
  ASSERT_TRUE(Round(*two).ok());
  EXPECT_TRUE(two->leads());
}

TEST_F(AlertEvaluatorTest, OneProversTroubleIsNotTheOthers) {
  broken_ = "mine";
  const auto replica = Replica("one");
  const absl::Status status = Round(*replica);
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(status.message(), "prover \"mine\": no view");
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing"));
  broken_.clear();
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_THAT(Alerts(), ElementsAre("mine log_gap firing", "other log_gap firing"));
}

TEST_F(AlertEvaluatorTest, ARestartedServiceKnowsWhatFires) {
  ASSERT_TRUE(Round(*Replica("one")).ok());
  changes_ = 0;
  const auto again = Replica("one");
  ASSERT_TRUE(Round(*again).ok());
  EXPECT_EQ(changes_, 0);
  has_gap_ = false;
  now_ += absl::Seconds(30);
  ASSERT_TRUE(Round(*again).ok());
  EXPECT_EQ(changes_, 0);  // it may come again
  now_ += absl::Seconds(60);
  ASSERT_TRUE(Round(*again).ok());
  EXPECT_EQ(changes_, 2);
}

TEST_F(AlertEvaluatorTest, ItsThreadEvaluatesByItself) {
  now_ = absl::Now();
  const auto replica = Replica("one");
  replica->Start();
  testing_util::WaitUntil([this] { return Alerts().size() == 2; }, "both alerts are stored");
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing", "mine log_gap firing"));
}

// The clock stands still: there is no other round than that.
TEST_F(AlertEvaluatorTest, WhoTakesOverEvaluatesAtOnce) {
  const auto replica = Replica("one");
  ASSERT_TRUE(replica->Renew().ok());
  const auto other = Replica("two");
  const int before = looks_at_clock_;
  other->Start();
  // At its start, to renew and whether a round is due, each time.
  testing_util::WaitUntil([&] { return looks_at_clock_ >= before + 5; }, "its round is over");
  EXPECT_THAT(Alerts(), IsEmpty());
  ExpireLease();
  testing_util::WaitUntil([this] { return Alerts().size() == 2; }, "both alerts are stored");
}

}  // namespace
}  // namespace proverlog
