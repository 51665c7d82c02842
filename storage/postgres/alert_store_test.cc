#include "storage/postgres/alert_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kMe[] = "me/1";
constexpr int kAll = 100;

class AlertStoreTest : public testing::Test {
 protected:
  AlertStoreTest() {
    database_.Sql("INSERT INTO prover (name) VALUES ('mine'), ('other')");
    EXPECT_TRUE(*store_.Lead(kMe, absl::Hours(1)));
  }

  static Alert Firing(const std::string& fingerprint) {
    Alert alert;
    alert.prover = "mine";
    alert.fingerprint = fingerprint;
    alert.finding = {"job_stuck",
                     Severity::kWarning,
                     {{"epoch", "7"}, {"type", "a \"b\",{}"}},
                     1000,
                     "Jobs hang.",
                     "one\ntwo\n",
                     "Look at \\ it."};
    alert.state = AlertState::kFiring;
    alert.pending_at = 2000;
    alert.fired_at = 3000;
    alert.complete_until = 2500;
    return alert;
  }

  absl::StatusOr<std::vector<int64_t>> Save(const Alert& alert, AlertStep step,
                                            ProverId prover_id = 1) {
    AlertUpdate update;
    update.prover_id = prover_id;
    update.at = 4000;
    update.changes = {{alert, step, {"ops"}}};
    return store_.Save(kMe, update);
  }

  // Stored with its id.
  Alert Fire(const std::string& fingerprint) {
    Alert alert = Firing(fingerprint);
    alert.alert_id = Save(alert, AlertStep::kFiring)->front();
    return alert;
  }

  std::vector<std::string> Changes() {
    std::vector<std::string> texts;
    const auto changes = store_.ChangesAfter(0, kAll);
    for (const AlertChange& change : *changes) {
      texts.push_back(absl::StrCat(change.alert_id, " ", change.what));
    }
    return texts;
  }

  testing_util::TestDatabase database_;
  AlertStore store_{&database_.pool()};
};

TEST_F(AlertStoreTest, AnAlertIsReadAsItWasWritten) {
  Alert alert = Fire("f1");
  EXPECT_EQ(*store_.Load(alert.alert_id), alert);
  EXPECT_THAT(*store_.LoadOpen(1), ElementsAre(alert));
  EXPECT_THAT(*store_.LoadOpen(2), IsEmpty());
  EXPECT_EQ(database_.Sql("SELECT receiver || to_tell FROM alert_delivery"), "opsfiring");

  alert.finding.severity = Severity::kCritical;
  alert.finding.summary = "More hang.";
  ASSERT_TRUE(Save(alert, AlertStep::kChanged).ok());
  alert.state = AlertState::kResolved;
  alert.resolved_at = 5000;
  ASSERT_TRUE(Save(alert, AlertStep::kResolved).ok());
  EXPECT_EQ(*store_.Load(alert.alert_id), alert);
  EXPECT_THAT(*store_.LoadOpen(1), IsEmpty());
  EXPECT_EQ(database_.Sql("SELECT receiver || to_tell FROM alert_delivery"), "opsresolved");
  const auto history = store_.History(alert.alert_id, 2);
  ASSERT_THAT(*history, SizeIs(2));
  EXPECT_EQ((*history)[0].what, "changed");
  EXPECT_EQ((*history)[1].what, "resolved");
  EXPECT_EQ((*history)[1].summary, "More hang.");
  EXPECT_TRUE(absl::IsNotFound(store_.Load(999).status()));
}

TEST_F(AlertStoreTest, WhatIsPendingOrDroppedIsToldToNobody) {
  Alert alert = Firing("f1");
  alert.state = AlertState::kPending;
  alert.fired_at.reset();
  alert.alert_id = Save(alert, AlertStep::kPending)->front();
  EXPECT_THAT(*store_.LoadOpen(1), ElementsAre(alert));
  EXPECT_THAT(*store_.List({}, kAll), IsEmpty());
  AlertFilter pending;
  pending.with_pending = true;
  EXPECT_THAT(*store_.List(pending, kAll), SizeIs(1));
  ASSERT_TRUE(Save(alert, AlertStep::kDropped).ok());
  EXPECT_TRUE(absl::IsNotFound(store_.Load(alert.alert_id).status()));
  EXPECT_THAT(Changes(), IsEmpty());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery"), "0");
}

TEST_F(AlertStoreTest, OnlyOneOfAFingerprintIsOpen) {
  Alert alert = Fire("f1");
  EXPECT_FALSE(Save(Firing("f1"), AlertStep::kFiring).ok());
  EXPECT_TRUE(Save(Firing("f1"), AlertStep::kFiring, 2).ok());
  alert.state = AlertState::kResolved;
  ASSERT_TRUE(Save(alert, AlertStep::kResolved).ok());
  EXPECT_TRUE(Save(Firing("f1"), AlertStep::kFiring).ok());
}

TEST_F(AlertStoreTest, OneHoldsTheLeaseUntilItExpires) {
  EXPECT_FALSE(*store_.Lead("other/2", absl::Hours(1)));
  EXPECT_TRUE(*store_.Lead(kMe, absl::Hours(1)));
  database_.Sql("UPDATE alert_lease SET expires_at = clock_timestamp() - interval '1 second'");
  EXPECT_TRUE(absl::IsFailedPrecondition(Save(Firing("f1"), AlertStep::kFiring).status()));
  EXPECT_TRUE(*store_.Lead("other/2", absl::Hours(1)));
  EXPECT_FALSE(*store_.Lead(kMe, absl::Hours(1)));
  EXPECT_TRUE(absl::IsFailedPrecondition(Save(Firing("f1"), AlertStep::kFiring).status()));
  EXPECT_THAT(*store_.LoadOpen(1), IsEmpty());
  ASSERT_TRUE(store_.Resign(kMe).ok());  // it is not his
  EXPECT_FALSE(*store_.Lead(kMe, absl::Hours(1)));
  ASSERT_TRUE(store_.Resign("other/2").ok());
  EXPECT_TRUE(*store_.Lead(kMe, absl::Hours(1)));
}

TEST_F(AlertStoreTest, ListsWhatIsAskedFor) {
  const Alert first = Fire("f1");
  Alert second = Firing("f2");
  second.finding.rule = "log_gap";
  second.finding.severity = Severity::kCritical;
  second.finding.labels = {{"machine", "a"}};
  second.alert_id = Save(second, AlertStep::kFiring)->front();
  const auto ids = [&](const AlertFilter& filter) {
    std::vector<int64_t> found;
    const auto alerts = store_.List(filter, kAll);
    for (const Alert& alert : *alerts) found.push_back(alert.alert_id);
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre(second.alert_id, first.alert_id));
  AlertFilter filter;
  filter.prover_id = 2;
  EXPECT_THAT(ids(filter), IsEmpty());
  filter = {};
  filter.at_least = Severity::kCritical;
  EXPECT_THAT(ids(filter), ElementsAre(second.alert_id));
  filter = {};
  filter.matchers = {{"rule", "job_stuck"}, {"type", "a \"b\",{}"}};
  EXPECT_THAT(ids(filter), ElementsAre(first.alert_id));
  filter = {};
  filter.before = second.alert_id;
  EXPECT_THAT(ids(filter), ElementsAre(first.alert_id));
}

TEST_F(AlertStoreTest, WhoTakesCareIsNoted) {
  Alert alert = Fire("f1");
  ASSERT_TRUE(store_.Acknowledge(alert.alert_id, 6000, "ann", "on it").ok());
  const Alert noted = *store_.Load(alert.alert_id);
  EXPECT_EQ(noted.acknowledged_by, "ann");
  EXPECT_EQ(noted.acknowledged_why, "on it");
  EXPECT_EQ(noted.acknowledged_at, 6000);
  EXPECT_THAT(Changes(), ElementsAre("1 firing", "1 acknowledged"));
  EXPECT_EQ(*store_.LastChange(), 2);
  EXPECT_TRUE(absl::IsNotFound(store_.Acknowledge(99, 6000, "ann", "")));
  alert.state = AlertState::kResolved;
  ASSERT_TRUE(Save(alert, AlertStep::kResolved).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(store_.Acknowledge(alert.alert_id, 6000, "ann", "")));
}

TEST_F(AlertStoreTest, SilencesLastUntilTheirEnd) {
  const auto silence = store_.AddSilence({0, {{"rule", "x"}}, 1000, 2000, "ann", "upgrade"});
  ASSERT_TRUE(silence.ok()) << silence.status();
  EXPECT_THAT(*store_.ListSilences(2000, kAll), IsEmpty());
  const auto listed = store_.ListSilences(1999, kAll);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().matchers, (Labels{{"rule", "x"}}));
  EXPECT_EQ(listed->front().why, "upgrade");
  ASSERT_TRUE(store_.EndSilence(silence->silence_id, 1500).ok());
  EXPECT_THAT(*store_.ListSilences(1500, kAll), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(store_.EndSilence(silence->silence_id, 1500)));
}

}  // namespace
}  // namespace proverlog::postgres
