// The tables with values as wide as those of a large prover.

#include "client/format/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123
constexpr absl::Duration kMinutes = absl::Seconds(12 * 60 + 34);
constexpr absl::Duration kHours = absl::Minutes(83);
const std::string& LongName() {
  static const auto* const kName = new std::string(200, 'n');
  return *kName;
}

void ExpectToFit(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

v1::JobCounts WideCounts() {
  v1::JobCounts counts;
  counts.set_jobs(12'345);
  counts.set_started(12'345);
  counts.set_completed(12'345);
  counts.set_failed(12'345);
  counts.set_aborted(12'345);
  counts.set_in_flight(12'345);
  counts.set_retries(1'234);
  counts.set_timeouts(1'234);
  counts.set_max_parallel(1'234);
  return counts;
}

v1::DurationStats WideStats() {
  v1::DurationStats stats;
  stats.set_count(12'345);
  *stats.mutable_p50() = ToProtoDuration(kMinutes);
  *stats.mutable_p95() = ToProtoDuration(kMinutes);
  *stats.mutable_max() = ToProtoDuration(kHours);
  return stats;
}

v1::LogStream WideStream() {
  v1::LogStream stream;
  stream.set_source(LongName());
  stream.set_machine(LongName());
  stream.set_committed_offset(1'234'567'890);
  stream.set_normalized_offset(1'034'567'890);
  stream.mutable_counts()->set_records(12'345'678);
  stream.mutable_counts()->set_not_understood(1'234'567);
  *stream.mutable_last_record_time() = ToProtoTimestamp(kSomeTime);
  return stream;
}

v1::ListEpochsResponse WideEpochs() {
  v1::ListEpochsResponse response;
  for (const absl::Duration took : {kMinutes, kHours}) {
    v1::Epoch& epoch = *response.add_epochs();
    epoch.set_epoch(12'345);
    epoch.set_outcome(v1::EPOCH_OUTCOME_IN_PROGRESS);
    *epoch.mutable_first_time() = ToProtoTimestamp(kSomeTime);
    *epoch.mutable_wall_time() = ToProtoDuration(took);
    *epoch.mutable_totals() = WideCounts();
  }
  return response;
}

TEST(EpochsTextTest, NoTimeAndNoNumberIsCut) {
  const std::string text = EpochsText(WideEpochs());
  ExpectToFit(text);
  EXPECT_THAT(text,
              HasSubstr("12345  in progress  2026-11-21 02:00:00  12 m 34 s  12,345  12,345"));
  EXPECT_THAT(text, HasSubstr("1 h 23 m"));
  EXPECT_THAT(text, Not(HasSubstr("…")));
  EXPECT_THAT(text, Not(HasSubstr("There are more")));
}

TEST(EpochsTextTest, SaysHowToSeeTheNextPage) {
  v1::ListEpochsResponse response = WideEpochs();
  response.set_next_page_token("abc");
  EXPECT_THAT(EpochsText(response), HasSubstr("There are more; the next page: --page-token abc\n"));
}

TEST(EpochSummaryTextTest, NoTimeAndNoNumberIsCut) {
  v1::GetEpochSummaryResponse summary;
  summary.set_prover("p");
  summary.set_epoch(12'345);
  summary.set_outcome(v1::EPOCH_OUTCOME_IN_PROGRESS);
  *summary.mutable_totals() = WideCounts();
  v1::JobTypeSummary& type = *summary.add_job_types();
  type.set_type("CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP");
  for (auto set : {&v1::JobTypeSummary::set_jobs, &v1::JobTypeSummary::set_started,
                   &v1::JobTypeSummary::set_completed, &v1::JobTypeSummary::set_failed,
                   &v1::JobTypeSummary::set_aborted, &v1::JobTypeSummary::set_in_flight,
                   &v1::JobTypeSummary::set_retries, &v1::JobTypeSummary::set_timeouts}) {
    (type.*set)(12'345);
  }
  *type.mutable_duration() = WideStats();
  *type.mutable_queue_wait() = WideStats();
  *type.mutable_turnaround() = WideStats();
  *summary.mutable_completeness()->add_sources()->mutable_stream() = WideStream();
  summary.mutable_completeness()->mutable_sources(0)->set_condition(v1::SOURCE_CONDITION_CURRENT);
  v1::AgentProcess& process = *summary.add_agent_processes();
  process.set_machine("prover-machine-with-a-name-0001.example.com");
  process.set_agent_process("prover-agent-0-5d8f7c9b6-abcde/12345");
  for (auto set : {&v1::AgentProcess::set_started, &v1::AgentProcess::set_completed,
                   &v1::AgentProcess::set_failed, &v1::AgentProcess::set_max_parallel}) {
    (process.*set)(12'345);
  }
  const std::string text = EpochSummaryText(summary);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("1,234 in parallel"));
  EXPECT_THAT(text, HasSubstr("12,345  12,345  12,345   12,345  12,345   12,345    12,345"));
  EXPECT_THAT(text, HasSubstr("12 m 34 s  12 m 34 s  1 h 23 m  12 m 34 s  12 m 34 s"));
  EXPECT_THAT(text, HasSubstr("1.23 GB  1.03 GB  12,345,678  1,234,567  2026-11-21 02:00:00"));
}

TEST(EpochSummaryTextTest, SessionsAndCircuits) {
  v1::GetEpochSummaryResponse summary;
  summary.set_prover("p");
  summary.set_epoch(3056);
  summary.set_outcome(v1::EPOCH_OUTCOME_TIMED_OUT);
  v1::EpochSession& session = *summary.add_sessions();
  session.set_id("c27e6beb-52bd-4e07-8dd7-daffc9eac110");
  session.set_kind("full");
  session.set_state(v1::SESSION_STATE_TIMED_OUT);
  for (auto time : {&v1::EpochSession::mutable_start_time, &v1::EpochSession::mutable_end_time,
                    &v1::EpochSession::mutable_deadline, &v1::EpochSession::mutable_publish_time,
                    &v1::EpochSession::mutable_proof_ready_time}) {
    *(session.*time)() = ToProtoTimestamp(kSomeTime);
  }
  session.set_reason("Halted execution due to state timed-out");
  v1::EpochSession& forged = *summary.add_sessions();
  forged.set_id("\x1b[2Jabc");
  forged.set_kind("\x1b[2J");
  forged.set_state(v1::SESSION_STATE_OPEN);
  forged.set_reason("\x1b[2J");
  *summary.mutable_proving_time() = ToProtoDuration(absl::Seconds(754));
  *summary.mutable_submission_time() = ToProtoDuration(absl::Seconds(3));
  v1::CircuitSummary& circuit = *summary.add_circuits();
  circuit.set_circuit("rollup-checkpoint-root-single-block");
  circuit.set_step("verification");
  circuit.set_runs(12'345);
  circuit.set_joined(12'344);
  for (auto time : {&v1::CircuitSummary::mutable_p50, &v1::CircuitSummary::mutable_p95,
                    &v1::CircuitSummary::mutable_max}) {
    *(circuit.*time)() = ToProtoDuration(absl::Seconds(754));
  }
  circuit.set_mean_input_bytes(1'234'567);
  const std::string text = EpochSummaryText(summary);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("Epoch 3056 of p: timed out\nno job is known\n"));
  EXPECT_THAT(text,
              HasSubstr("\nc27e6beb  full  timed out  02:00:00  02:00:00  02:00:00  02:00:00 "));
  EXPECT_THAT(text, HasSubstr("\nproof ready after 12 m 34 s, submission 3.00 s\n"));
  EXPECT_THAT(text, HasSubstr("\nc27e6beb: Halted execution due to state timed-out\n"));
  EXPECT_THAT(text,
              HasSubstr("12,345    12,344  12 m 34 s  12 m 34 s  12 m 34 s  1.23 MB       -"));
  EXPECT_THAT(text, testing::Not(HasSubstr("JOB TYPE")));
  EXPECT_THAT(text, testing::Not(HasSubstr("\x1b")));
}

TEST(JobsTextTest, NoIdNoTimeAndNoNumberIsCut) {
  v1::ListJobsResponse response;
  v1::Job& job = *response.add_jobs();
  job.set_id(absl::StrCat("12345:BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP:", std::string(64, 'a')));
  job.set_state(v1::JOB_STATE_COMPLETED);
  job.set_attempts(1'234);
  job.set_machine(LongName());
  *job.mutable_start_time() = ToProtoTimestamp(kSomeTime);
  *job.mutable_duration() = ToProtoDuration(kHours);
  const std::string text = JobsText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("12345:BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP:aaaaaaaa  completed"
                              "  02:00:00  1 h 23 m  1,234  nnn"));
}

TEST(JobTextTest, TheTimesStandBesideLongNames) {
  v1::GetJobResponse response;
  v1::JobAttempt& attempt = *response.add_attempts();
  attempt.set_machine(LongName());
  attempt.set_agent_process(LongName());
  *attempt.mutable_start_time() = ToProtoTimestamp(kSomeTime);
  *attempt.mutable_end_time() = ToProtoTimestamp(kSomeTime);
  attempt.set_ended_by("agent_completed");
  attempt.set_ambiguous(true);
  v1::JobFact& fact = *response.add_facts();
  fact.set_kind("agent_failed");
  *fact.mutable_time() = ToProtoTimestamp(kSomeTime);
  fact.set_machine(LongName());
  fact.set_source(LongName());
  fact.set_offset(1'234'567'890);
  const std::string text = JobText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("…: 02:00:00.123 to 02:00:00.123, agent_completed (which attempt"));
  EXPECT_THAT(text, HasSubstr("… at byte 1234567890\n"));
}

TEST(MachinesTextTest, NoTimeAndNoNumberIsCut) {
  v1::ListMachinesResponse response;
  v1::Machine& machine = *response.add_machines();
  machine.set_machine(LongName());
  machine.mutable_counts()->set_lines(123'456'789);
  machine.mutable_counts()->set_records(123'456'789);
  machine.mutable_counts()->set_not_understood(1'234'567);
  *machine.mutable_last_record_time() = ToProtoTimestamp(kSomeTime);
  *machine.mutable_last_seen_time() = ToProtoTimestamp(kSomeTime);
  machine.add_streams();
  for (const char* version : {"4.0 or later", "5.2 or later", "3.0", "up to 2.0"}) {
    machine.add_aztec_versions(version);
  }
  const std::string text = MachinesText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("\nVersions of Aztec: nnn"));
  EXPECT_THAT(text, HasSubstr("… (4.0 or later; 5.2 or later; 3.0)\n"));
  EXPECT_THAT(text, HasSubstr("123,456,789  123,456,789  1,234,567  2026-11-21 02:00:00  2026-11"));
}

TEST(ComparisonTextTest, NoTimeAndNoNumberIsCut) {
  v1::CompareMachinesResponse response;
  response.set_prover("p");
  for (int epoch = 12'300; epoch < 12'350; ++epoch) response.add_epochs(epoch);
  v1::JobTypeComparison& type = *response.add_job_types();
  type.set_type(LongName());
  v1::MachineOnType& machine = *type.add_machines();
  machine.set_machine(LongName());
  machine.set_completed(12'345);
  machine.set_failed(12'345);
  *machine.mutable_duration() = WideStats();
  v1::MachineShare& share = *response.add_machines();
  share.set_machine(LongName());
  share.set_started(1'234'567);
  share.set_completed(1'234'567);
  *share.mutable_busy_time() = ToProtoDuration(kHours * 100);
  const std::string text = ComparisonText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("12349\n"));
  EXPECT_THAT(text, HasSubstr("12,345  12,345    12 m 34 s  12 m 34 s  1 h 23 m"));
  EXPECT_THAT(text, HasSubstr("138 h 20 m"));
}

TEST(EventsTextTest, EveryFieldIsThereWhole) {
  v1::ListEventsResponse response;
  v1::Event& event = *response.add_events();
  *event.mutable_time() = ToProtoTimestamp(kSomeTime);
  event.set_kind("l1.published");
  event.set_machine("prover-a");
  for (int i = 0; i < 12; ++i) {
    (*event.mutable_fields())[absl::StrCat("field", i)] = absl::StrCat("value\x1b[31m", i);
  }
  response.set_next_page_token("token");
  const std::string text = EventsText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("02:00:00.123  l1.published on prover-a: field0 value?[31m0, "));
  EXPECT_THAT(text, HasSubstr("field9 value?[31m9"));
  EXPECT_THAT(text, HasSubstr("--page-token token"));
  EXPECT_EQ(EventsText({}), "The logs say nothing of the kind.\n");
}

v1::ListUnknownMessagesResponse WideUnknown() {
  v1::ListUnknownMessagesResponse response;
  v1::UnknownMessage& message = *response.add_messages();
  message.set_count(123'456'789);
  message.set_level("VERBOSE");
  message.set_module(LongName());
  message.set_message_template(LongName());
  message.set_machine_count(1);
  message.add_machines(LongName());
  message.add_aztec_versions("5.2 or later");
  *message.mutable_last_time() = ToProtoTimestamp(kSomeTime);
  return response;
}

TEST(UnknownMessagesTextTest, NoTimeAndNoNumberIsCut) {
  v1::ListUnknownMessagesResponse response = WideUnknown();
  v1::UnknownMessage& other = *response.add_messages();
  other.set_message_template("(other messages)");
  other.set_machine_count(1'234);
  for (const char* versions : {"1.1 to 2.0", "4.1.2"}) other.add_aztec_versions(versions);
  response.set_next_page_token("abc");
  const std::string text = UnknownMessagesText(response);
  ExpectToFit(text);
  EXPECT_THAT(text, HasSubstr("123,456,789  VERBOSE  nnn"));
  EXPECT_THAT(text, HasSubstr("…  2026-11-21 02:00:00  nnn"));
  EXPECT_THAT(text, HasSubstr("  -                    1,234 machin…  2 versions\n"));
  EXPECT_THAT(text, HasSubstr("--page-token abc\n"));
  EXPECT_THAT(text, HasSubstr("a new Aztec release"));
  EXPECT_THAT(text, Not(HasSubstr("Older logs")));
}

TEST(UnknownMessagesTextTest, NothingIsSaidInWords) {
  EXPECT_EQ(UnknownMessagesText({}), "There is no message that is not understood.\n");
}

TEST(EpochSummaryTextTest, SaysWhatIsMissingOfTheLogs) {
  v1::GetEpochSummaryResponse summary;
  v1::LogStream& stream = *summary.mutable_completeness()->add_sources()->mutable_stream();
  stream.set_machine("prover-a");
  stream.set_source("agent.log");
  EXPECT_THAT(EpochSummaryText(summary), Not(HasSubstr("Missing")));
  v1::StreamGap& gap = *stream.add_gaps();
  gap.set_end_offset(2'000'000);
  gap.set_reason(v1::GAP_REASON_DROPPED);
  EXPECT_THAT(
      EpochSummaryText(summary),
      HasSubstr("Missing in agent.log of prover-a: 2.00 MB in 1 place (they came faster than "
                "they could be sent)\n"));
  stream.add_gaps()->set_reason(v1::GAP_REASON_TRUNCATED);
  EXPECT_THAT(EpochSummaryText(summary), HasSubstr("nobody knows how many bytes in 2 places"));
  gap.set_reason(v1::GAP_REASON_UNREADABLE);
  gap.set_detail("it is damaged");
  EXPECT_THAT(EpochSummaryText(summary),
              HasSubstr(" (the server could not read them: it is damaged)\n"));
}

TEST(SummaryTextTest, SaysWhenSomethingIsLeftOut) {
  v1::GetEpochSummaryResponse summary;
  summary.mutable_completeness()->set_more_sources(true);
  EXPECT_THAT(EpochSummaryText(summary), HasSubstr("There are more logs of this time.\n"));
  EXPECT_THAT(EpochSummaryText(summary), HasSubstr("Incomplete: there are more logs than can"));
  v1::GetJobResponse job;
  job.add_facts();
  job.set_more(true);
  EXPECT_THAT(JobText(job), HasSubstr("There is more"));
  v1::ListMachinesResponse machines;
  machines.set_more_streams(true);
  EXPECT_THAT(MachinesText(machines), HasSubstr("Older logs are not counted"));
  v1::ListUnknownMessagesResponse unknown = WideUnknown();
  unknown.set_more_kinds(true);
  EXPECT_THAT(UnknownMessagesText(unknown), HasSubstr("Older logs are not counted"));
}

TEST(StateTextTest, IsWhatTheFlagTakes) {
  EXPECT_EQ(StateText(v1::JOB_STATE_QUEUED), "queued");
  EXPECT_EQ(StateText(v1::JOB_STATE_ABORTED), "aborted");
  EXPECT_EQ(OutcomeText(v1::EPOCH_OUTCOME_IN_PROGRESS), "in progress");
}

}  // namespace
}  // namespace proverlog
