#include "alerts/alert_life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr UnixMillis kBegin = 1'795'226'400'000;

// Rounds of one prover, every ten seconds, whose steps are stored.
class AlertLifeTest : public testing::Test {
 protected:
  AlertLifeTest() {
    RuleSetting setting;
    setting.rule = "job_stuck";
    setting.hold = absl::Seconds(20);
    rules_.settings = {setting};
  }

  // The steps of the next round, in short.
  std::vector<std::string> Round(const std::vector<Finding>& findings) {
    view_.now += 10'000;
    view_.complete_until = view_.now - 1000;
    steps_ = life_.Advance(rules_, view_, findings);
    std::vector<std::string> texts;
    for (SteppedAlert& stepped : steps_) {
      if (stepped.alert.alert_id == 0) stepped.alert.alert_id = ++last_id_;
      texts.push_back(absl::StrCat(stepped.alert.alert_id, " ", Name(stepped.step)));
    }
    if (database_works_) life_.Wrote(steps_);
    return texts;
  }

  static const char* Name(AlertStep step) {
    constexpr const char* kNames[] = {"pending", "firing",   "changed",
                                      "updated", "resolved", "dropped"};
    return kNames[static_cast<int>(step)];
  }

  static Finding Of(const std::string& rule, const std::string& machine,
                    Severity severity = Severity::kWarning) {
    Finding finding;
    finding.rule = rule;
    finding.severity = severity;
    finding.labels = {{"machine", machine}};
    finding.since = kBegin;
    finding.summary = "It is so.";
    return finding;
  }

  RuleSet rules_;
  ProverView view_ = [] {
    ProverView view;
    view.prover = "mine";
    view.now = kBegin;
    return view;
  }();
  AlertLife life_{{}, kBegin};
  std::vector<SteppedAlert> steps_;
  int64_t last_id_ = 0;
  bool database_works_ = true;
};

TEST_F(AlertLifeTest, WhatNeedNotHoldFiresAtOnce) {
  EXPECT_THAT(Round({Of("log_gap", "a")}), ElementsAre("1 firing"));
  EXPECT_EQ(steps_[0].alert.fired_at, view_.now);
  EXPECT_EQ(steps_[0].alert.complete_until, view_.complete_until);
  EXPECT_THAT(Round({Of("log_gap", "a")}), IsEmpty());
}

TEST_F(AlertLifeTest, WhatMustHoldIsPendingFirst) {
  EXPECT_THAT(Round({Of("job_stuck", "a")}), ElementsAre("1 pending"));
  EXPECT_THAT(Round({Of("job_stuck", "a")}), IsEmpty());
  EXPECT_THAT(Round({Of("job_stuck", "a")}), ElementsAre("1 firing"));
  EXPECT_EQ(life_.CountFiring(Severity::kWarning), 1);
}

TEST_F(AlertLifeTest, WhatDoesNotHoldIsDroppedAndBeginsAnew) {
  EXPECT_THAT(Round({Of("job_stuck", "a")}), ElementsAre("1 pending"));
  EXPECT_THAT(Round({}), ElementsAre("1 dropped"));
  EXPECT_THAT(Round({Of("job_stuck", "a")}), ElementsAre("2 pending"));
}

TEST_F(AlertLifeTest, WhatIsNotFoundForAMinuteIsResolved) {
  Round({Of("log_gap", "a")});
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Round({}), IsEmpty());
  EXPECT_THAT(Round({}), ElementsAre("1 resolved"));
  EXPECT_EQ(steps_[0].alert.resolved_at, view_.now);
  EXPECT_EQ(life_.CountFiring(Severity::kWarning), 0);
  EXPECT_THAT(Round({Of("log_gap", "a")}), ElementsAre("2 firing"));
}

TEST_F(AlertLifeTest, WhatComesAndGoesIsOneAlert) {
  Round({Of("log_gap", "a")});
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(Round({}), IsEmpty());
    Round({Of("log_gap", "a")});
    for (const SteppedAlert& stepped : steps_) EXPECT_EQ(stepped.step, AlertStep::kUpdated);
  }
}

TEST_F(AlertLifeTest, AnotherSeverityIsAChange) {
  Round({Of("log_gap", "a")});
  EXPECT_THAT(Round({Of("log_gap", "a", Severity::kCritical)}), ElementsAre("1 changed"));
  EXPECT_THAT(Round({Of("log_gap", "a", Severity::kCritical)}), IsEmpty());
}

// A bound that trembles around its limit is told once.
TEST_F(AlertLifeTest, LessSevereIsSaidAfterFiveMinutes) {
  Round({Of("log_gap", "a", Severity::kCritical)});
  const auto changes = [this](Severity severity) {
    Round({Of("log_gap", "a", severity)});
    return !steps_.empty() && steps_[0].step == AlertStep::kChanged;
  };
  for (int i = 0; i < 29; ++i) {
    EXPECT_FALSE(changes(Severity::kWarning)) << i;
    EXPECT_EQ(life_.CountFiring(Severity::kCritical), 1);
  }
  EXPECT_FALSE(changes(Severity::kCritical));  // the 29 are forgotten
  for (int i = 0; i < 29; ++i) EXPECT_FALSE(changes(Severity::kWarning)) << i;
  EXPECT_TRUE(changes(Severity::kWarning));
  EXPECT_EQ(life_.CountFiring(Severity::kWarning), 1);
  // More severe is said at once.
  EXPECT_TRUE(changes(Severity::kCritical));
}

TEST_F(AlertLifeTest, WhatIsCoveredStartsNothingAndIsNotOver) {
  Finding covered = Of("job_stuck", "a");
  covered.starts = false;
  EXPECT_THAT(Round({covered}), IsEmpty());
  EXPECT_THAT(Round({Of("job_stuck", "a")}), ElementsAre("1 pending"));
  EXPECT_THAT(Round({covered}), ElementsAre("1 dropped"));
  for (int i = 0; i < 3; ++i) Round({Of("job_stuck", "a")});
  EXPECT_THAT(life_.CountFiring(Severity::kWarning), 1);
  for (int i = 0; i < 20; ++i) {
    Round({covered});
    for (const SteppedAlert& stepped : steps_) EXPECT_EQ(stepped.step, AlertStep::kUpdated);
  }
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Round({}), IsEmpty());
  EXPECT_THAT(Round({}), ElementsAre("2 resolved"));
}

TEST_F(AlertLifeTest, NumbersAreStoredEveryMinute) {
  Round({Of("log_gap", "a")});
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Round({Of("log_gap", "a")}), IsEmpty());
  EXPECT_THAT(Round({Of("log_gap", "a")}), ElementsAre("1 updated"));
}

TEST_F(AlertLifeTest, SinceIsTheEarliestThatWasSaid) {
  Finding later = Of("log_gap", "a", Severity::kCritical);
  later.since = kBegin + 5000;
  Round({Of("log_gap", "a")});
  Round({later});
  EXPECT_EQ(steps_[0].alert.finding.since, kBegin);
}

TEST_F(AlertLifeTest, LabelsTellAlertsApart) {
  EXPECT_THAT(Round({Of("log_gap", "a"), Of("log_gap", "b"), Of("log_gap", "a")}),
              ElementsAre("1 firing", "2 firing"));
}

TEST_F(AlertLifeTest, WhatIsNotStoredIsSaidAgain) {
  database_works_ = false;
  Round({Of("log_gap", "a")});
  database_works_ = true;
  EXPECT_THAT(Round({Of("log_gap", "a")}), ElementsAre("2 firing"));
}

TEST_F(AlertLifeTest, AReplicaGoesOnWithWhatIsStored) {
  Round({Of("log_gap", "a"), Of("job_stuck", "b")});
  life_ = AlertLife({steps_[0].alert, steps_[1].alert}, view_.now);
  EXPECT_THAT(Round({Of("log_gap", "a"), Of("job_stuck", "b")}), IsEmpty());
  EXPECT_THAT(Round({Of("log_gap", "a"), Of("job_stuck", "b")}), ElementsAre("2 firing"));
}

}  // namespace
}  // namespace proverlog
