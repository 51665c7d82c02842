// The answers of `proverlog rules` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "client/format/alerts_text.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::AlertRule AtRisk() {
  v1::AlertRule rule;
  rule.set_name("epoch_at_risk");
  rule.set_description("The estimated end is past a share of the window.");
  rule.set_reason("A proof that comes late earns nothing.");
  rule.set_enabled(true);
  rule.set_hold_seconds(120);
  rule.set_severity_description("warning past the share, critical past the window");
  v1::RuleThreshold& share = *rule.add_thresholds();
  share.set_name("share_of_window");
  share.set_value(90);
  share.set_default_value(80);
  share.set_unit("%");
  share.set_description("Of the proof's window.");
  v1::RuleThreshold& least = *rule.add_thresholds();
  least.set_name("least_epochs");
  least.set_value(2);
  least.set_default_value(2);
  least.set_description("Before it estimates.");
  v1::RuleSettings& settings = *rule.add_overrides();
  settings.set_rule("epoch_at_risk");
  (*settings.mutable_match())["prover"] = "mine";
  settings.set_enabled(false);
  *settings.mutable_hold() = ToProtoDuration(absl::Minutes(5));
  settings.set_severity(v1::ALERT_SEVERITY_CRITICAL);
  (*settings.mutable_thresholds())["share_of_window"] = 99.5;
  return rule;
}

TEST(RulesTextTest, WhatIsSetAndWhatIsBuiltIn) {
  v1::ListRulesResponse response;
  *response.add_rules() = AtRisk();
  v1::AlertRule& off = *response.add_rules();
  off.set_name("job_failed");
  off.set_description("A job failed for good.");
  off.set_severity(v1::ALERT_SEVERITY_INFO);
  EXPECT_EQ(RulesText(response),
            "RULE           IS   FIRES AFTER\n"
            "epoch_at_risk  on   2 m 00 s\n"
            "    The estimated end is past a share of the window.\n"
            "    is warning past the share, critical past the window\n"
            "    share_of_window 90 % [80 %], least_epochs 2\n"
            "    of prover=mine: off, hold 5 m 00 s, critical, share_of_window 99.5\n"
            "job_failed     off  at once\n"
            "    A job failed for good.\n"
            "    is info\n");
}

TEST(RulesTextTest, AllOfOne) {
  EXPECT_EQ(RuleText(AtRisk()),
            "epoch_at_risk: on, fires after 2 m 00 s\n"
            "\n"
            "When: The estimated end is past a share of the window.\n"
            "Why: A proof that comes late earns nothing.\n"
            "Severity: warning past the share, critical past the window\n"
            "\n"
            "THRESHOLD        VALUE [BUILT IN]\n"
            "share_of_window  90 % [80 %]\n"
            "    Of the proof's window.\n"
            "least_epochs     2\n"
            "    Before it estimates.\n"
            "\n"
            "Set in the rules file, the last one wins:\n"
            "  prover=mine: off, hold 5 m 00 s, critical, share_of_window 99.5\n");
  v1::AlertRule own;
  own.set_name("slow_epoch");
  own.set_enabled(true);
  own.set_description("wall_time above 3600000");
  EXPECT_EQ(RuleText(own), "slow_epoch: on, fires at once\n\nWhen: wall_time above 3600000\n");
}

TEST(RulesTextTest, WhatRulesWouldHaveSaid) {
  v1::TestRulesResponse response;
  response.set_rounds(1200);
  EXPECT_EQ(RulesTestText(response), "0 alerts in 1,200 rounds\n");
  for (const auto severity : {v1::ALERT_SEVERITY_WARNING, v1::ALERT_SEVERITY_CRITICAL}) {
    v1::Alert& alert = *response.add_alerts();
    alert.set_rule("job_failed");
    alert.set_severity(severity);
    alert.set_summary("A job failed.");
    *alert.mutable_fire_time() = ToProtoTimestamp(kSomeTime);
  }
  *response.mutable_alerts(0)->mutable_resolve_time() = ToProtoTimestamp(kSomeTime + 60'000);
  response.add_untested_rules("sender_lost");
  response.add_untested_rules("ingest_lag");
  EXPECT_EQ(RulesTestText(response),
            "2 alerts in 1,200 rounds\n"
            "\n"
            "RULE        CRITICAL  WARNING  INFO\n"
            "job_failed         1        1     0\n"
            "\n"
            "FIRES (UTC)          UNTIL                SEVERITY  RULE\n"
            "2026-11-21 02:00:00  2026-11-21 02:01:00  warning   job_failed\n"
            "    A job failed.\n"
            "2026-11-21 02:00:00  -                    critical  job_failed\n"
            "    A job failed.\n"
            "\n"
            "Not tested: sender_lost, ingest_lag\n"
            "  What is stored does not tell what these look at.\n");
  response.set_more(true);
  EXPECT_THAT(RulesTestText(response), HasSubstr("2 alerts and more in 1,200 rounds\n"));
  EXPECT_THAT(RulesTestText(response), HasSubstr("\nThere are more alerts behind these: test a"
                                                 " shorter time.\n"));
}

}  // namespace
}  // namespace proverlog
