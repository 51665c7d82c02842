// The answer of `proverlog why` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/format/summary.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::ExplainResponse Epoch(v1::EpochOutcome outcome) {
  v1::ExplainResponse response;
  response.set_prover("mine");
  response.set_epoch(7);
  response.set_outcome(outcome);
  response.mutable_totals()->set_jobs(9);
  response.mutable_totals()->set_completed(9);
  return response;
}

v1::Cause Killed() {
  v1::Cause cause;
  cause.set_kind(v1::CAUSE_KIND_KILLED);
  *cause.mutable_time() = ToProtoTimestamp(kSomeTime);
  cause.set_words("Signal SIGKILL.");
  cause.set_meaning("It was killed.");
  cause.set_remedy("Look at dmesg.");
  cause.set_job("7:A:" + std::string(64, 'a'));
  cause.set_attempts(3);
  cause.set_gave_up(true);
  cause.set_machine("prover-b");
  cause.set_agent_process("prover-b/17");
  v1::Evidence& evidence = *cause.add_evidence();
  evidence.set_kind("agent_failed");
  *evidence.mutable_time() = ToProtoTimestamp(kSomeTime);
  evidence.set_tells_cause(true);
  evidence.set_machine("prover-b");
  evidence.set_source("agent.log");
  evidence.set_offset(4711);
  evidence.add_lines()->set_text("before it");
  evidence.add_lines()->set_text("the failure\x1b[2J");
  evidence.mutable_lines(1)->set_is_fact(true);
  return cause;
}

TEST(WhyTextTest, AnEpochThatFailed) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_FAILED);
  *response.mutable_cause() = Killed();
  response.set_order_uncertain(true);
  response.set_cancelled_after(6);
  response.set_unfinished(8);
  v1::CauseCount& failures = *response.add_failures();
  failures.set_kind(v1::CAUSE_KIND_TOO_MANY_FILES);
  failures.set_count(2);
  response.add_missing_logs(v1::MISSING_LOG_PROVER_NODE);
  const std::string expected =
      "Epoch 7 of mine: failed\n"
      "9 jobs: 9 completed\n"
      "\n"
      "The earliest cause:\n"
      "  2026-11-21 02:00:00.123 UTC: killed: Signal SIGKILL.\n"
      "  7:A:" +
      std::string(64, 'a') +
      "\n"
      "  ran on prover-b in prover-b/17; 3 attempts, no retries left\n"
      "\n"
      "  It means: It was killed.\n"
      "  To do: Look at dmesg.\n"
      "  Another failed within a second on another machine: which was first depends on their "
      "clocks.\n"
      "\n"
      "The lines:\n"
      "  02:00:00.123 agent_failed, byte 4711 of agent.log of prover-b\n"
      "    before it\n"
      "  > the failure?[2J\n"
      "\n"
      "With it:\n"
      "  failed for good, in all: 2 too many files\n"
      "  6 jobs cancelled from then on\n"
      "  8 jobs had not ended by then\n"
      "\n"
      "Not in these logs:\n"
      "  the prover node's log: how its work at the epoch ended, and why it cancelled jobs\n";
  EXPECT_EQ(WhyText(response), expected);
}

TEST(WhyTextTest, AnEpochThatWentWellSaysWhatWasRetriedAndSlow) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_PUBLISHED);
  v1::CauseCount& setbacks = *response.add_setbacks();
  setbacks.set_kind(v1::CAUSE_KIND_CONNECTION_REFUSED);
  setbacks.set_count(4);
  response.mutable_slowest()->set_job("7:A:bb");
  *response.mutable_slowest()->mutable_duration() = MillisToProto(9000);
  *response.mutable_slowest()->mutable_median() = MillisToProto(3000);
  const std::string text = WhyText(response);
  EXPECT_THAT(text, HasSubstr("\nNothing failed for good.\n"));
  EXPECT_THAT(text, HasSubstr("4 attempts tried again: 4 connection refused\n"));
  EXPECT_THAT(text, HasSubstr("9.00 s where the median is 3.00 s:\n    7:A:bb\n"));
  EXPECT_THAT(text, Not(HasSubstr("Not in these logs")));
  *response.mutable_cause() = Killed();
  EXPECT_THAT(WhyText(response), HasSubstr("The epoch went well all the same."));
}

TEST(WhyTextTest, WhatWasBeforeTheCauseStandsBesideIt) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_FAILED);
  *response.mutable_cause() = Killed();
  response.set_cancelled_before(1);
  EXPECT_THAT(WhyText(response), HasSubstr("\n\nBeside it:\n  1 job cancelled before it\n"));
  EXPECT_THAT(WhyText(response), Not(HasSubstr("With it:")));
  response.set_cancelled_after(2);
  EXPECT_THAT(WhyText(response), HasSubstr("\nWith it:\n  2 jobs cancelled from then on\n"
                                           "\nBeside it:\n  1 job cancelled before it\n"));
  response.clear_cause();
  response.clear_cancelled_after();
  EXPECT_THAT(WhyText(response), HasSubstr("\nBeside it:\n  1 job cancelled\n"));
  EXPECT_THAT(WhyText(response), Not(HasSubstr("With it:")));
}

TEST(WhyTextTest, TheLineThatTellsTheCauseIsWhole) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_FAILED);
  v1::Cause& cause = *response.mutable_cause() = Killed();
  v1::Evidence& evidence = *cause.mutable_evidence(0);
  evidence.set_tells_cause(true);
  const std::string error = absl::StrCat(std::string(150, 'x'), " out of memory");
  evidence.mutable_lines()->Clear();
  for (const bool is_fact : {false, true}) {
    v1::LogLine& line = *evidence.add_lines();
    line.set_text(absl::StrCat("{\"level\":50,\"time\":1795230000000,\"module\":\"a\",\"msg\":\"",
                               error, "\"}"));
    line.set_is_fact(is_fact);
  }
  std::string text = WhyText(response);
  EXPECT_THAT(text, HasSubstr(absl::StrCat("\n  > a: ", error, "\n")));
  EXPECT_THAT(text, Not(HasSubstr(absl::StrCat("    a: ", error))));
  evidence.set_tells_cause(false);
  EXPECT_THAT(WhyText(response), Not(HasSubstr("out of memory")));
}

TEST(WhyTextTest, WithoutACauseItSaysSo) {
  EXPECT_THAT(WhyText(Epoch(v1::EPOCH_OUTCOME_INCOMPLETE)),
              HasSubstr("The reason is not in these logs.\n"));
  EXPECT_THAT(WhyText(Epoch(v1::EPOCH_OUTCOME_IN_PROGRESS)), HasSubstr("Nothing failed so far.\n"));
}

TEST(WhyTextTest, LogsThatAreNotReadAndGapsAreMissing) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_FAILED);
  v1::SourceState& source = *response.mutable_completeness()->add_sources();
  source.set_condition(v1::SOURCE_CONDITION_LATE);
  response.mutable_completeness()->set_complete(false);
  v1::LogStream& stream = *source.mutable_stream();
  stream.set_source("agent.log");
  stream.set_machine("prover-b");
  stream.set_committed_offset(2000);
  stream.set_normalized_offset(1000);
  v1::StreamGap& gap = *stream.add_gaps();
  gap.set_end_offset(500);
  gap.set_reason(v1::GAP_REASON_ROTATED_AWAY);
  const std::string text = WhyText(response);
  EXPECT_THAT(text,
              testing::StartsWith("Incomplete: 1 log may tell more.\n"
                                  "  agent.log of prover-b: 1.00 kB of 2.00 kB read so far\n"));
  EXPECT_THAT(text, HasSubstr("\n  Missing in agent.log of prover-b: 500 B in 1 place"));
}

TEST(WhyTextTest, AJobThatFollowedAndOneThatOvercame) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_FAILED);
  response.mutable_job()->set_id("7:A:bb");
  response.mutable_job()->set_state(v1::JOB_STATE_ABORTED);
  response.set_followed(true);
  *response.mutable_cause() = Killed();
  EXPECT_THAT(WhyText(response),
              HasSubstr("7:A:bb\naborted; its epoch: failed\n\n"
                        "It did not fail itself. Before it ended, in its epoch:"));
  response.clear_cause();
  response.set_followed(false);
  response.mutable_job()->set_state(v1::JOB_STATE_COMPLETED);
  *response.add_job_setbacks() = Killed();
  EXPECT_THAT(WhyText(response),
              HasSubstr("It went well.\n\nTried again after:\n"
                        "  2026-11-21 02:00:00.123 UTC: killed: Signal SIGKILL.\n"
                        "  ran on prover-b in prover-b/17\n"));
}

TEST(WhyTextTest, LongNamesFit) {
  v1::ExplainResponse response = Epoch(v1::EPOCH_OUTCOME_FAILED);
  v1::Cause& cause = *response.mutable_cause() = Killed();
  std::string words;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&words, "word ");
  cause.set_words(words);
  cause.mutable_evidence(0)->set_source(std::string(200, 's'));
  cause.mutable_evidence(0)->mutable_lines(0)->set_text(std::string(400, 'l'));
  cause.mutable_evidence(0)->set_tells_cause(false);
  for (const absl::string_view line : absl::StrSplit(WhyText(response), '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

}  // namespace
}  // namespace proverlog
