// The answers of `proverlog alerts`, `ack` and `silence` as text.

#include "client/format/alerts_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::Alert Stuck() {
  v1::Alert alert;
  alert.set_alert_id(17);
  alert.set_prover("mine");
  alert.set_rule("job_running_long");
  alert.set_severity(v1::ALERT_SEVERITY_WARNING);
  alert.set_state(v1::ALERT_STATE_FIRING);
  (*alert.mutable_labels())["machine"] = "prover a";
  (*alert.mutable_labels())["epoch"] = "3055";
  alert.set_summary(
      "Epoch 3055: 2 PUBLIC_VM jobs on prover a have been running for up to 20 min 5 s, more than"
      " 9 min 2 s, against 3 times the p99.");
  alert.set_detail("20 min 5 s: 3055:PUBLIC_VM:aa\n12 min: 3055:PUBLIC_VM:bb\x1b[2J\n");
  alert.set_next_step("Restart the agent: the broker gives the job to another one.");
  *alert.mutable_since_time() = ToProtoTimestamp(kSomeTime);
  *alert.mutable_pending_time() = ToProtoTimestamp(kSomeTime + 1'000);
  *alert.mutable_fire_time() = ToProtoTimestamp(kSomeTime + 61'000);
  *alert.mutable_complete_until_time() = ToProtoTimestamp(kSomeTime + 70'000);
  return alert;
}

void Acknowledge(v1::Alert& alert) {
  v1::Acknowledgement& acknowledgement = *alert.mutable_acknowledgement();
  acknowledgement.set_acknowledged_by("alice");
  *acknowledgement.mutable_acknowledge_time() = ToProtoTimestamp(kSomeTime + 80'000);
  acknowledgement.set_reason("the agent is restarted");
}

TEST(AlertsTextTest, ARowAnAlertAndWhatItTellsBelow) {
  v1::ListAlertsResponse response;
  *response.add_alerts() = Stuck();
  Acknowledge(*response.mutable_alerts(0));
  v1::Alert& critical = *response.add_alerts();
  critical.set_alert_id(5);
  critical.set_prover("mine");
  critical.set_rule("proof_reverted");
  critical.set_severity(v1::ALERT_SEVERITY_CRITICAL);
  critical.set_state(v1::ALERT_STATE_FIRING);
  critical.set_silenced(true);
  critical.set_summary("Epoch 3054: its proof was reverted.\x1b[2J");
  *critical.mutable_since_time() = ToProtoTimestamp(kSomeTime - 5'000);
  response.set_next_page_token("more");
  EXPECT_EQ(AlertsText(response, {}),
            "ID  SEVERITY  RULE              PROVER  SINCE (UTC)          STATE             TAKEN"
            " CARE OF BY\n"
            "17  warning   job_running_long  mine    2026-11-21 02:00:00  firing            alice\n"
            "    Epoch 3055: 2 PUBLIC_VM jobs on prover a have been running for up to 20 min 5 s,"
            " more than 9 min\n"
            "      2 s, against 3 times the p99.\n"
            " 5  critical  proof_reverted    mine    2026-11-21 01:59:55  firing, silenced  -\n"
            "    Epoch 3054: its proof was reverted.?[2J\n"
            "There are more; the next page: --page-token more\n");
}

TEST(AlertsTextTest, ThatThereIsNoneIsSaidOfWhatWasAskedFor) {
  v1::ListAlertsRequest request;
  EXPECT_EQ(AlertsText({}, request), "No alert fires.\n");
  request.set_at_least(v1::ALERT_SEVERITY_INFO);
  EXPECT_EQ(AlertsText({}, request), "No alert fires.\n");
  request.set_at_least(v1::ALERT_SEVERITY_CRITICAL);
  EXPECT_EQ(AlertsText({}, request), "There is no such alert.\n");
  request.clear_at_least();
  (*request.mutable_match())["machine"] = "a";
  EXPECT_EQ(AlertsText({}, request), "There is no such alert.\n");
}

TEST(AlertsTextTest, AllOfOne) {
  v1::GetAlertResponse response;
  *response.mutable_alert() = Stuck();
  v1::AlertEvent& event = *response.add_events();
  *event.mutable_event_time() = ToProtoTimestamp(kSomeTime + 61'000);
  event.set_what("firing");
  event.set_severity(v1::ALERT_SEVERITY_WARNING);
  event.set_summary("Epoch 3055: 1 PUBLIC_VM job on prover a has been running for 10 min.");
  EXPECT_EQ(AlertText(response),
            "Alert 17 of mine: job_running_long of epoch=3055, machine=prover a\n"
            "warning, firing\n"
            "\n"
            "Epoch 3055: 2 PUBLIC_VM jobs on prover a have been running for up to 20 min 5 s, more"
            " than 9 min 2\n"
            "  s, against 3 times the p99.\n"
            "  20 min 5 s: 3055:PUBLIC_VM:aa\n"
            "  12 min: 3055:PUBLIC_VM:bb?[2J\n"
            "\n"
            "To do: Restart the agent: the broker gives the job to another one.\n"
            "\n"
            "  holds since   2026-11-21 02:00:00.123 UTC\n"
            "  first found   2026-11-21 02:00:01.123 UTC\n"
            "  fires since   2026-11-21 02:01:01.123 UTC\n"
            "  the logs were complete up to 2026-11-21 02:01:10.123 UTC\n"
            "Nobody said that he takes care of it.\n"
            "\n"
            "CHANGED (UTC)            WHAT    SEVERITY\n"
            "2026-11-21 02:01:01.123  firing  warning\n"
            "    Epoch 3055: 1 PUBLIC_VM job on prover a has been running for 10 min.\n"
            "\n"
            "To say that you take care of it:\n"
            "  proverlog ack 17\n"
            "\n"
            "To have receivers hear nothing of it for two hours:\n"
            "  proverlog silence add --for 2h --reason WHY --match prover=mine"
            " --match rule=job_running_long \\\n"
            "    --match epoch=3055 --match 'machine=prover a'\n");
}

TEST(AlertsTextTest, OnlyWhatCanBeDoneIsOffered) {
  v1::GetAlertResponse response;
  *response.mutable_alert() = Stuck();
  v1::Alert& alert = *response.mutable_alert();
  Acknowledge(alert);
  alert.set_silenced(true);
  const std::string silenced = AlertText(response);
  EXPECT_THAT(silenced, HasSubstr("warning, firing, silenced\n"));
  EXPECT_THAT(silenced, HasSubstr("Taken care of by alice since 2026-11-21 02:01:20.123 UTC: the"
                                  " agent is restarted\n"));
  EXPECT_THAT(silenced, HasSubstr("nothing of it; `proverlog silence list` says why.\n"));
  EXPECT_THAT(silenced, Not(HasSubstr("proverlog ack")));
  EXPECT_THAT(silenced, Not(HasSubstr("silence add")));
  alert.clear_acknowledgement();
  alert.set_silenced(false);
  alert.set_state(v1::ALERT_STATE_RESOLVED);
  *alert.mutable_resolve_time() = ToProtoTimestamp(kSomeTime + 90'000);
  const std::string resolved = AlertText(response);
  EXPECT_THAT(resolved, HasSubstr("  over since    2026-11-21 02:01:30.123 UTC\n"));
  EXPECT_THAT(resolved, Not(HasSubstr("proverlog ack")));
  EXPECT_THAT(resolved, Not(HasSubstr("silence")));
}

TEST(AlertsTextTest, ALabelCannotEndTheCommand) {
  v1::GetAlertResponse response;
  *response.mutable_alert() = Stuck();
  (*response.mutable_alert()->mutable_labels())["machine"] = "a'; rm -r b";
  EXPECT_THAT(AlertText(response), HasSubstr("--match 'machine=a'\\''; rm -r b'\n"));
}

TEST(AlertsTextTest, AChange) {
  v1::WatchAlertsResponse response;
  *response.mutable_alert() = Stuck();
  v1::AlertEvent& event = *response.mutable_event();
  event.set_change_id(3);
  *event.mutable_event_time() = ToProtoTimestamp(kSomeTime + 61'000);
  event.set_what("firing");
  event.set_severity(v1::ALERT_SEVERITY_CRITICAL);
  event.set_summary("2 jobs hang.");
  EXPECT_EQ(AlertChangeText(response),
            "2026-11-21 02:01:01.123  firing  critical  17 job_running_long of mine: 2 jobs hang."
            "\n");
  event.set_what("acknowledged");
  Acknowledge(*response.mutable_alert());
  response.mutable_alert()->set_silenced(true);
  EXPECT_EQ(AlertChangeText(response),
            "2026-11-21 02:01:01.123  acknowledged  critical  17 job_running_long of mine"
            " (silenced): by alice:\n  the agent is restarted\n");
}

TEST(AlertsTextTest, WhoTakesCare) {
  v1::AcknowledgeAlertResponse response;
  *response.mutable_alert() = Stuck();
  Acknowledge(*response.mutable_alert());
  EXPECT_EQ(AcknowledgedText(response),
            "Alert 17 of mine is taken care of by alice since 2026-11-21 02:01:20 UTC: the agent"
            " is restarted\n");
}

TEST(AlertsTextTest, Silences) {
  v1::CreateSilenceResponse created;
  v1::Silence& silence = *created.mutable_silence();
  silence.set_silence_id(3);
  (*silence.mutable_match())["rule"] = "job_running_long";
  (*silence.mutable_match())["machine"] = "a";
  *silence.mutable_start_time() = ToProtoTimestamp(kSomeTime);
  *silence.mutable_end_time() = ToProtoTimestamp(kSomeTime + 7'200'000);
  silence.set_created_by("alice");
  silence.set_reason("its disk is replaced");
  EXPECT_EQ(SilenceText(created),
            "Silence 3 until 2026-11-21 04:00:00 UTC: machine=a, rule=job_running_long\n"
            "To end it before: proverlog silence end 3\n");
  v1::ListSilencesResponse listed;
  EXPECT_EQ(SilencesText(listed), "There is no silence.\n");
  *listed.add_silences() = silence;
  EXPECT_EQ(SilencesText(listed),
            "ID  FROM (UTC)           UNTIL                BY     REASON\n"
            " 3  2026-11-21 02:00:00  2026-11-21 04:00:00  alice  its disk is replaced\n"
            "    machine=a, rule=job_running_long\n");
}

TEST(AlertsTextTest, NoLineIsTooLong) {
  v1::GetAlertResponse one;
  *one.mutable_alert() = Stuck();
  for (const char* label : {"prover_node", "agent_process", "version"}) {
    (*one.mutable_alert()->mutable_labels())[label] = "a quite long value of a label";
  }
  v1::ListAlertsResponse all;
  *all.add_alerts() = one.alert();
  all.mutable_alerts(0)->set_prover("a-prover-whose-name-is-long");
  all.mutable_alerts(0)->mutable_acknowledgement()->set_acknowledged_by("a person of many names");
  all.mutable_alerts(0)->set_silenced(true);
  for (const std::string& text : {AlertText(one), AlertsText(all, {})}) {
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
    }
  }
}

}  // namespace
}  // namespace proverlog
