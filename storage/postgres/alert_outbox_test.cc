#include "storage/postgres/alert_outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/postgres/delivery_rows.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr UnixMillis kNow = 1'000'000;
constexpr int kAll = 100;

class AlertOutboxTest : public testing::Test {
 protected:
  AlertOutboxTest() { database_.Sql("INSERT INTO prover (name) VALUES ('mine')"); }

  int64_t AddAlert(const std::string& fingerprint = "00ff",
                   const std::string& labels = R"({"epoch": "3054", "machine": "a \"b\""})") {
    return std::stoll(database_.Sql(absl::StrCat(
        "INSERT INTO alert (prover_id, fingerprint, rule, severity, labels, state, since,"
        " complete_until, summary, detail, next_step, pending_at, fired_at) VALUES (1, '",
        fingerprint, "', 'job_stuck', 'critical', '", labels,
        "', 'firing', 1, 2, 'Jobs hang', 'x\n', 'Look', 3, 4) RETURNING alert_id")));
  }

  void Run(const std::function<void(ReadWrite&)>& body) {
    const absl::Status status =
        RunTransaction<ReadWrite>(database_.pool(), "test", [&](ReadWrite& tx) {
          body(tx);
          return absl::OkStatus();
        });
    ASSERT_TRUE(status.ok()) << status;
  }
  void Fire(int64_t alert_id, const std::vector<std::string>& receivers = {"ops"},
            UnixMillis at = kNow) {
    Run([&](ReadWrite& tx) { QueueFiring(tx, 1, at, {{alert_id, receivers}}); });
  }
  void Resolve(int64_t alert_id, UnixMillis at = kNow) {
    Run([&](ReadWrite& tx) {
      tx.exec_params0("UPDATE alert SET state = 'resolved', resolved_at = $2 WHERE alert_id = $1",
                      alert_id, at);
      QueueResolved(tx, 1, at, {alert_id});
    });
  }

  std::vector<Delivery> Due(UnixMillis now = kNow, const std::string& receiver = "ops") {
    auto due = outbox_.Due(receiver, now, kAll);
    EXPECT_TRUE(due.ok()) << due.status();
    return *std::move(due);
  }
  // What is due now, in short.
  std::vector<std::string> DueTexts(UnixMillis now = kNow, const std::string& receiver = "ops") {
    std::vector<std::string> texts;
    for (const Delivery& delivery : Due(now, receiver)) {
      texts.push_back(absl::StrCat(delivery.alert.fingerprint, " ",
                                   AlertStateName(delivery.to_tell), delivery.told ? " told" : "",
                                   " tries ", delivery.tries));
    }
    return texts;
  }
  size_t KnownToFire(const std::string& receiver = "ops") {
    return outbox_.KnownToFire(receiver, kAll)->size();
  }

  testing_util::TestDatabase database_;
  AlertOutbox outbox_{&database_.pool()};
};

TEST_F(AlertOutboxTest, ADeliveryHasTheWholeAlert) {
  Fire(AddAlert());
  const std::vector<Delivery> due = Due();
  ASSERT_EQ(due.size(), 1);
  Alert alert;
  alert.alert_id = 1;
  alert.prover = "mine";
  alert.fingerprint = "00ff";
  alert.finding = {"job_stuck", Severity::kCritical, {{"epoch", "3054"}, {"machine", "a \"b\""}},
                   1,           "Jobs hang",         "x\n",
                   "Look"};
  alert.state = AlertState::kFiring;
  alert.pending_at = 3;
  alert.fired_at = 4;
  alert.complete_until = 2;
  EXPECT_EQ(due[0].alert, alert);
  EXPECT_EQ(due[0].prover_id, 1);
  EXPECT_EQ(due[0].silenced_until, std::nullopt);
}

TEST_F(AlertOutboxTest, EachReceiverIsToldOnce) {
  Fire(AddAlert(), {"ops", "chat", "ops"});
  EXPECT_THAT(DueTexts(kNow - 1), IsEmpty());
  EXPECT_THAT(DueTexts(), ElementsAre("00ff firing tries 0"));
  EXPECT_EQ(KnownToFire(), 0);
  ASSERT_TRUE(outbox_.Sending("ops", Due()).ok());
  ASSERT_TRUE(outbox_.Delivered("ops", Due()).ok());
  EXPECT_THAT(DueTexts(), IsEmpty());
  EXPECT_EQ(KnownToFire(), 1);
  EXPECT_THAT(DueTexts(kNow, "chat"), ElementsAre("00ff firing tries 0"));
  EXPECT_EQ(KnownToFire("chat"), 0);
}

TEST_F(AlertOutboxTest, WhoeverWasToldIsToldThatItIsResolved) {
  const int64_t alert_id = AddAlert();
  Fire(alert_id);
  ASSERT_TRUE(outbox_.Sending("ops", Due()).ok());
  ASSERT_TRUE(outbox_.Delivered("ops", Due()).ok());
  Resolve(alert_id);
  EXPECT_THAT(DueTexts(), ElementsAre("00ff resolved told tries 0"));
  EXPECT_EQ(KnownToFire(), 0);
  ASSERT_TRUE(outbox_.Sending("ops", Due()).ok());
  ASSERT_TRUE(outbox_.Delivered("ops", Due()).ok());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery"), "0");
}

TEST_F(AlertOutboxTest, WhatIsResolvedBeforeItWasToldIsKnownByIt) {
  const int64_t alert_id = AddAlert();
  Fire(alert_id);
  Resolve(alert_id);
  EXPECT_THAT(DueTexts(), ElementsAre("00ff resolved tries 0"));
  ASSERT_TRUE(outbox_.Drop("ops", Due()).ok());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM alert_delivery"), "0");
}

TEST_F(AlertOutboxTest, WhatWasUnderWayWhenTheServiceDiedMayHaveBeenTold) {
  const int64_t alert_id = AddAlert();
  Fire(alert_id);
  ASSERT_TRUE(outbox_.Sending("ops", Due()).ok());
  EXPECT_THAT(DueTexts(), ElementsAre("00ff firing told tries 0"));
  Resolve(alert_id);
  EXPECT_THAT(DueTexts(), ElementsAre("00ff resolved told tries 0"));
}

TEST_F(AlertOutboxTest, WhatIsQueuedWhileItIsSentIsNotLost) {
  const int64_t alert_id = AddAlert();
  Fire(alert_id);
  const std::vector<Delivery> sent = Due();
  ASSERT_TRUE(outbox_.Sending("ops", sent).ok());
  Fire(alert_id);
  ASSERT_TRUE(outbox_.Delivered("ops", sent).ok());
  EXPECT_THAT(DueTexts(), ElementsAre("00ff firing told tries 0"));
  const std::vector<Delivery> again = Due();
  ASSERT_TRUE(outbox_.Sending("ops", again).ok());
  Resolve(alert_id);
  ASSERT_TRUE(outbox_.Failed("ops", again, kNow + 10, /*refused=*/false).ok());
  EXPECT_THAT(DueTexts(), ElementsAre("00ff resolved told tries 0"));
  ASSERT_TRUE(outbox_.Delivered("ops", again).ok());
  ASSERT_TRUE(outbox_.Drop("ops", again).ok());
  EXPECT_THAT(DueTexts(), ElementsAre("00ff resolved told tries 0"));
}

TEST_F(AlertOutboxTest, WhatFailedIsDueLater) {
  Fire(AddAlert());
  const std::vector<Delivery> sent = Due();
  ASSERT_TRUE(outbox_.Sending("ops", sent).ok());
  ASSERT_TRUE(outbox_.Failed("ops", sent, kNow + 10, /*refused=*/true).ok());
  EXPECT_THAT(DueTexts(kNow + 9), IsEmpty());
  EXPECT_THAT(DueTexts(kNow + 10), ElementsAre("00ff firing tries 1"));
  ASSERT_TRUE(outbox_.Sending("ops", sent).ok());
  ASSERT_TRUE(outbox_.Failed("ops", sent, kNow + 20, /*refused=*/false).ok());
  EXPECT_THAT(DueTexts(kNow + 20), ElementsAre("00ff firing told tries 2"));
  EXPECT_EQ((*outbox_.WaitingFor("ops"))->since, kNow);
}

TEST_F(AlertOutboxTest, WhatIsSilencedWaitsFromTheEndOfTheSilence) {
  Fire(AddAlert());
  const auto silence = [&](const std::string& matchers, UnixMillis begin, UnixMillis end) {
    database_.Sql(absl::StrCat(
        "INSERT INTO alert_silence (matchers, begins_at, ends_at, created_by, why) VALUES ('",
        matchers, "', ", begin, ", ", end, ", 'x', 'y')"));
  };
  silence(R"({"prover": "other"})", 0, kNow + 900);
  silence(R"({"prover": "mine", "epoch": "3055"})", 0, kNow + 900);
  silence(R"({"prover": "mine"})", 0, kNow);
  silence(R"({"prover": "mine"})", kNow + 1, kNow + 900);
  EXPECT_EQ(Due()[0].silenced_until, std::nullopt);
  silence(R"({"prover": "mine", "rule": "job_stuck", "epoch": "3054"})", kNow, kNow + 50);
  silence(R"({"epoch": "3054"})", kNow - 1, kNow + 70);
  EXPECT_EQ(Due()[0].silenced_until, kNow + 70);
  ASSERT_TRUE(outbox_.HoldBack("ops", Due(), kNow + 70).ok());
  EXPECT_THAT(DueTexts(kNow + 69), IsEmpty());
  EXPECT_THAT(DueTexts(kNow + 70), ElementsAre("00ff firing tries 0"));
  EXPECT_EQ((*outbox_.WaitingFor("ops"))->since, kNow + 70);
}

TEST_F(AlertOutboxTest, TheOldestComesFirst) {
  const int64_t late = AddAlert("late");
  Fire(late, {"ops"}, kNow);
  Fire(AddAlert("early"), {"ops"}, kNow - 5);
  EXPECT_THAT(DueTexts(), ElementsAre("early firing tries 0", "late firing tries 0"));
  EXPECT_EQ(outbox_.Due("ops", kNow, 1)->size(), 1);
  EXPECT_EQ((*outbox_.WaitingFor("ops"))->since, kNow - 5);
  ASSERT_TRUE(outbox_.Failed("ops", Due(), kNow + 3, /*refused=*/true).ok());
  EXPECT_EQ((*outbox_.WaitingFor("ops"))->since, kNow - 5);
  EXPECT_EQ((*outbox_.WaitingFor("ops"))->try_at, kNow + 3);
  EXPECT_FALSE(outbox_.WaitingFor("chat")->has_value());
  // It still waits for the first word.
  Fire(late, {"ops"}, kNow + 5);
  EXPECT_EQ(
      database_.Sql(absl::StrCat("SELECT queued_at FROM alert_delivery WHERE alert_id = ", late)),
      absl::StrCat(kNow));
}

TEST_F(AlertOutboxTest, ReceiversThatAreNotConfiguredAnyMoreAreForgotten) {
  Fire(AddAlert(), {"ops", "chat", "gone"});
  ASSERT_TRUE(outbox_.KeepOnly({"ops", "chat"}).ok());
  EXPECT_THAT(DueTexts(kNow, "gone"), IsEmpty());
  EXPECT_THAT(DueTexts(kNow, "chat"), ElementsAre("00ff firing tries 0"));
}

}  // namespace
}  // namespace proverlog::postgres
