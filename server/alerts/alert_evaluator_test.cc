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
    options.view = [this, name](const ProverRef& prover, UnixMillis now,
                                UnixMillis listens_since) -> absl::StatusOr<const ProverView*> {
      if (broken_ == prover.name) return absl::UnavailableError("no view");
      ProverView& view = views_[name];
      view = {};
      view.prover = prover.name;
      view.now = now;
      view.complete_until = now;
      view.listens_since = listens_since;
      LogView log;
      log.stream_id = 1;
      log.machine = "a";
      log.source = source_;
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

  // So many rounds, before the lease expires each.
  void Rounds(AlertEvaluator& replica, int rounds) {
    for (int round = 0; round < rounds; ++round) {
      now_ += absl::Seconds(9);
      ASSERT_TRUE(Round(replica).ok());
    }
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
  std::string source_ = "agent.log";
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
  Rounds(*replica, 7);
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
  source_ = "node.log";
  EXPECT_TRUE(absl::IsFailedPrecondition(one->EvaluateAll()));
  EXPECT_FALSE(one->leads());
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing", "mine log_gap firing"));
}

TEST_F(AlertEvaluatorTest, AnotherResolvesWhatTheOneThatWasKilledFired) {
  const auto one = Replica("one");
  const auto two = Replica("two");
  ASSERT_TRUE(Round(*one).ok());
  ExpireLease();
  ASSERT_TRUE(Round(*two).ok());
  has_gap_ = false;
  Rounds(*two, 6);
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap firing", "mine log_gap firing"));
  Rounds(*two, 1);
  EXPECT_THAT(Alerts(), ElementsAre("other log_gap resolved", "mine log_gap resolved"));
  EXPECT_EQ(database_.Sql("SELECT string_agg(what, ' ' ORDER BY change_id) FROM alert_change"),
            "firing firing resolved resolved");
  EXPECT_EQ(changes_, 4);
}

// Its thread waits for the database, and does not know that it was not told so.
TEST_F(AlertEvaluatorTest, WhoseLeaseMayHaveExpiredDoesNotLead) {
  const auto replica = Replica("one");
  ASSERT_TRUE(replica->Renew().ok());
  now_ += absl::Seconds(10) - absl::Milliseconds(1);
  EXPECT_TRUE(replica->leads());
  now_ += absl::Milliseconds(1);
  EXPECT_FALSE(replica->leads());
  ASSERT_TRUE(replica->Renew().ok());
  EXPECT_TRUE(replica->leads());
}

TEST_F(AlertEvaluatorTest, ListensSinceTheDatabaseAnswersWithoutABreak) {
  const auto replica = Replica("one");
  const absl::Time begin = now_;
  const auto listens_since = [this] { return absl::FromUnixMillis(views_["one"].listens_since); };
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_EQ(listens_since(), begin);
  now_ += absl::Seconds(30);
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_EQ(listens_since(), begin);
  now_ += absl::Seconds(31);
  ASSERT_TRUE(Round(*replica).ok());
  EXPECT_EQ(listens_since(), now_);
  // One that waits for the lease listens as well.
  const auto other = Replica("two");
  const absl::Time entered = now_;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(other->Renew().ok());
    EXPECT_FALSE(other->leads());
    now_ += absl::Seconds(20);
  }
  ExpireLease();
  ASSERT_TRUE(Round(*other).ok());
  EXPECT_EQ(absl::FromUnixMillis(views_["two"].listens_since), entered);
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
  Rounds(*again, 6);
  EXPECT_EQ(changes_, 0);  // it may come again
  Rounds(*again, 1);
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
  // Some in each turn of its thread.
  testing_util::WaitUntil([&] { return looks_at_clock_ >= before + 20; }, "its round is over");
  EXPECT_THAT(Alerts(), IsEmpty());
  ExpireLease();
  testing_util::WaitUntil([this] { return Alerts().size() == 2; }, "both alerts are stored");
}

}  // namespace
}  // namespace proverlog
