// The answer of `proverlog machines --machine` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::GetMachineResponse SomeMachine() {
  v1::GetMachineResponse response;
  response.set_prover("mine");
  v1::Machine& machine = *response.mutable_machine();
  machine.set_machine("prover-b");
  machine.add_streams()->set_source("agent.log");
  machine.mutable_counts()->set_lines(5000);
  machine.mutable_counts()->set_records(4000);
  *machine.mutable_first_record_time() = ToProtoTimestamp(kSomeTime);
  *machine.mutable_last_record_time() = ToProtoTimestamp(kSomeTime + 1000);
  *machine.mutable_last_seen_time() = ToProtoTimestamp(kSomeTime + 2000);
  machine.add_aztec_versions("5.2 or later");
  machine.add_aztec_versions("4.1.2");
  response.add_epochs(9);
  response.add_epochs(7);
  v1::MachineShare& work = *response.mutable_work();
  work.set_started(12);
  work.set_completed(10);
  work.set_failed(1);
  work.set_share(0.125);
  *work.mutable_busy_time() = ToProtoDuration(absl::Minutes(3));
  v1::CauseCount& failure = *response.add_failures();
  failure.set_kind(v1::CAUSE_KIND_AGENT_LOST);
  failure.set_count(2);
  return response;
}

v1::StartStep Step(const std::string& kind, UnixMillis at) {
  v1::StartStep step;
  step.set_kind(kind);
  *step.mutable_time() = ToProtoTimestamp(at);
  return step;
}

TEST(MachineTextTest, WhatItSentAndDid) {
  EXPECT_EQ(
      MachineText(SomeMachine()),
      "prover-b of mine\n"
      "1 log, 5,000 lines, 4,000 records\n"
      "Records from 2026-11-21 02:00:00.123 to 2026-11-21 02:00:01.123 UTC\n"
      "Its sender was last connected at 2026-11-21 02:00:02 UTC\n"
      "Aztec, the latest log first: 5.2 or later; 4.1.2\n"
      "\n"
      "In the latest 2 epochs, 7 to 9:\n"
      "  12 attempts started, 10 completed, 1 failed; 12.5 % of all that were completed; busy "
      "for 3 m 00 s\n"
      "    in sum\n"
      "  what failed there: 2 agent lost\n"
      "\n"
      "Clocks of other machines, seen from its own:\n"
      "  no job went between it and another machine\n"
      "\n"
      "Starts of programs (UTC), the latest first:\n"
      "  none is in its logs\n");
}

TEST(MachineTextTest, AMachineWithoutAgentsSaysSo) {
  v1::GetMachineResponse response = SomeMachine();
  response.clear_work();
  EXPECT_THAT(MachineText(response), HasSubstr("  no log shows that an agent of it ran a job\n"));
  response.clear_epochs();
  EXPECT_THAT(MachineText(response), HasSubstr("\nNo epoch is known yet.\n"));
}

TEST(MachineTextTest, AClockIsAheadOrBehindOrWasSet) {
  const auto text = [](int least, int most, bool moved = false) {
    v1::GetMachineResponse response = SomeMachine();
    v1::ClockOffset& offset = *response.add_clock_offsets();
    offset.set_machine("prover-a");
    *offset.mutable_at_least() = ToProtoDuration(absl::Milliseconds(least));
    *offset.mutable_at_most() = ToProtoDuration(absl::Milliseconds(most));
    offset.set_pairs(550);
    offset.set_moved(moved);
    return MachineText(response);
  };
  EXPECT_THAT(text(-12, 4),
              HasSubstr("  prover-a: between 12 ms behind and 4 ms ahead (550 pairs of lines)\n"));
  EXPECT_THAT(text(5, -4, true),
              HasSubstr("  prover-a: one of the clocks was set or ran differently: now at least 5 "
                        "ms ahead, now at least 4 ms\n    behind (550 pairs of lines)\n"));
}

TEST(MachineTextTest, AClockMayBeBoundedOnOneSideOnly) {
  const auto text = [](int least, int most) {
    v1::GetMachineResponse response = SomeMachine();
    v1::ClockOffset& offset = *response.add_clock_offsets();
    offset.set_machine("prover-a");
    offset.set_pairs(1);
    if (least != 0) *offset.mutable_at_least() = ToProtoDuration(absl::Milliseconds(least));
    if (most != 0) *offset.mutable_at_most() = ToProtoDuration(absl::Milliseconds(most));
    return MachineText(response);
  };
  EXPECT_THAT(text(0, -3), HasSubstr("prover-a: at least 3 ms behind (1 pair of lines)\n"));
  EXPECT_THAT(text(0, 3), HasSubstr("prover-a: at most 3 ms ahead (1 pair of lines)\n"));
  EXPECT_THAT(text(-3, 0), HasSubstr("prover-a: at most 3 ms behind (1 pair of lines)\n"));
  EXPECT_THAT(text(3, 0), HasSubstr("prover-a: at least 3 ms ahead (1 pair of lines)\n"));
}

TEST(MachineTextTest, AStartHasItsStepsAndHowLongItTook) {
  v1::GetMachineResponse response = SomeMachine();
  v1::ProgramStart& start = *response.add_starts();
  start.set_source("node.log");
  *start.add_steps() = Step("crs.cached", kSomeTime);
  (*start.mutable_steps(0)->mutable_fields())["size"] = "33554433";
  (*start.mutable_steps(0)->mutable_fields())["path"] = "/root/.bb-crs";
  *start.add_steps() = Step("prover_node.started", kSomeTime + 1500);
  *start.add_steps() = Step("process.listening", kSomeTime + 2000);
  *start.mutable_first_job_time() = ToProtoTimestamp(kSomeTime + 65'000);
  EXPECT_THAT(MachineText(response),
              HasSubstr("  2026-11-21 02:00:00 node.log: crs.cached 33554433 points, "
                        "prover_node.started, process.listening;\n"
                        "    ready after 2.00 s; first job after 1 m 05 s\n"));
  EXPECT_THAT(MachineText(response), Not(HasSubstr("Earlier ones")));
  start.mutable_steps()->DeleteSubrange(0, 2);
  EXPECT_THAT(MachineText(response), Not(HasSubstr("ready after")));
  response.set_more_starts(true);
  EXPECT_THAT(MachineText(response), HasSubstr("  Earlier ones are not looked at.\n"));
}

TEST(MachineTextTest, WhatIsMissingAndNotUnderstood) {
  v1::GetMachineResponse response = SomeMachine();
  v1::LogStream& stream = *response.mutable_machine()->mutable_streams(0);
  stream.set_machine("prover-b");
  stream.add_gaps()->set_end_offset(1500);
  stream.mutable_gaps(0)->set_reason(v1::GAP_REASON_TRUNCATED);
  response.mutable_machine()->mutable_counts()->set_not_understood(7);
  v1::FrequentUnknown& unknown = *response.add_unknown_messages();
  unknown.set_module(std::string(200, 'm'));
  unknown.set_level("WARN");
  unknown.set_count(5);
  const std::string text = MachineText(response);
  EXPECT_THAT(text,
              HasSubstr("\nGaps:\n  Missing in agent.log of prover-b: 1.50 kB in 1 place (the "
                        "log was truncated)\n"));
  EXPECT_THAT(text, HasSubstr("\n7 records not understood, most often"));
  EXPECT_THAT(text, HasSubstr("\n  5  WARN mmm"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

}  // namespace
}  // namespace proverlog
