#include "rpc/convert.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

google::protobuf::Timestamp TimestampOf(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp;
}

google::protobuf::Duration DurationOf(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

template <typename Message>
std::string TextOf(const Message& message) {
  return message.ShortDebugString();
}

TEST(TimestampTest, CountsNanosForwardsAlsoBefore1970) {
  const struct {
    UnixMillis at;
    int64_t seconds;
    int32_t nanos;
  } kCases[] = {
      {0, 0, 0},
      {1, 0, 1'000'000},
      {999, 0, 999'000'000},
      {1000, 1, 0},
      {1795230046633, 1795230046, 633'000'000},
      {kLastInstant, 253402300799, 999'000'000},
      {-1, -1, 999'000'000},
      {-999, -1, 1'000'000},
      {-1000, -1, 0},
      {-1001, -2, 999'000'000},
  };
  for (const auto& test : kCases) {
    const auto timestamp = ToProtoTimestamp(test.at);
    EXPECT_EQ(timestamp.seconds(), test.seconds) << test.at;
    EXPECT_EQ(timestamp.nanos(), test.nanos) << test.at;
    EXPECT_EQ(FromProtoTimestamp(timestamp), test.at);
  }
}

TEST(TimestampTest, WhatIsFinerThanAMillisecondIsCutOff) {
  EXPECT_EQ(FromProtoTimestamp(TimestampOf(1, 999'999)), 1000);
  EXPECT_EQ(FromProtoTimestamp(TimestampOf(1, 1'999'999)), 1001);
  EXPECT_EQ(FromProtoTimestamp(TimestampOf(-1, 999'999'999)), -1);
}

TEST(TimestampTest, WhatNoTimestampMayHoldStaysOutside) {
  EXPECT_GT(FromProtoTimestamp(TimestampOf(INT64_MAX, 999'999'999)), kLastInstant);
  EXPECT_LT(FromProtoTimestamp(TimestampOf(INT64_MIN, -1)), -62'135'596'800'000);
}

TEST(DurationTest, SecondsAndNanosHaveOneSign) {
  const struct {
    absl::Duration duration;
    int64_t seconds;
    int32_t nanos;
  } kCases[] = {
      {absl::ZeroDuration(), 0, 0},
      {absl::Nanoseconds(1), 0, 1},
      {absl::Milliseconds(1500), 1, 500'000'000},
      {absl::Hours(100), 360'000, 0},
      {absl::Nanoseconds(-1), 0, -1},
      {absl::Milliseconds(-1500), -1, -500'000'000},
      {absl::Seconds(-2), -2, 0},
  };
  for (const auto& test : kCases) {
    const auto duration = ToProtoDuration(test.duration);
    EXPECT_EQ(duration.seconds(), test.seconds) << test.duration;
    EXPECT_EQ(duration.nanos(), test.nanos) << test.duration;
    EXPECT_EQ(FromProtoDuration(duration), test.duration);
  }
}

TEST(DurationTest, MillisAreRoundedToMicroseconds) {
  const struct {
    double millis;
    int64_t seconds;
    int32_t nanos;
  } kCases[] = {
      {0, 0, 0},
      {1, 0, 1'000'000},
      {90.1, 0, 90'100'000},
      {1234.5674, 1, 234'567'000},
      {1234.5676, 1, 234'568'000},
      {0.0004, 0, 0},
      {0.0006, 0, 1000},
      {999.9996, 1, 0},
      {-1500.25, -1, -500'250'000},
      {-0.0004, 0, 0},
      {86'400'000, 86'400, 0},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(TextOf(MillisToProto(test.millis)), TextOf(DurationOf(test.seconds, test.nanos)))
        << test.millis;
  }
}

TEST(ConvertTest, AnAnchorComesBack) {
  const Anchor anchor{int64_t{1} << 40, 1795230046633, "Europe/Berlin"};
  EXPECT_EQ(FromProto(ToProto(anchor)), anchor);
  const Anchor early{0, -1, "UTC"};
  EXPECT_EQ(FromProto(ToProto(early)), early);
}

TEST(ConvertTest, EveryStateHasItsName) {
  const std::pair<JobState, std::string> kStates[] = {
      {JobState::kQueued, "JOB_STATE_QUEUED"},       {JobState::kRunning, "JOB_STATE_RUNNING"},
      {JobState::kCompleted, "JOB_STATE_COMPLETED"}, {JobState::kFailed, "JOB_STATE_FAILED"},
      {JobState::kAborted, "JOB_STATE_ABORTED"},
  };
  for (const auto& [state, name] : kStates) EXPECT_EQ(v1::JobState_Name(ToProto(state)), name);
}

TEST(ConvertTest, EveryOutcomeHasItsName) {
  const std::pair<EpochOutcome, std::string> kOutcomes[] = {
      {EpochOutcome::kProven, "EPOCH_OUTCOME_PROVEN"},
      {EpochOutcome::kFailed, "EPOCH_OUTCOME_FAILED"},
      {EpochOutcome::kInProgress, "EPOCH_OUTCOME_IN_PROGRESS"},
      {EpochOutcome::kAborted, "EPOCH_OUTCOME_ABORTED"},
      {EpochOutcome::kIncomplete, "EPOCH_OUTCOME_INCOMPLETE"},
  };
  for (const auto& [outcome, name] : kOutcomes) {
    EXPECT_EQ(v1::EpochOutcome_Name(ToProto(outcome)), name);
  }
}

DurationStats SomeStats(double first) {
  DurationStats stats;
  stats.count = 11;
  stats.ambiguous = 12;
  stats.negative = 13;
  stats.across_machines = 14;
  stats.min = first;
  stats.mean = first + 1;
  stats.p50 = first + 2;
  stats.p90 = first + 3;
  stats.p95 = first + 4;
  stats.p99 = first + 5;
  stats.max = first + 6;
  return stats;
}

JobCounts SomeCounts() {
  JobCounts counts;
  counts.jobs = 1;
  counts.enqueued = 2;
  counts.started = 3;
  counts.completed = 4;
  counts.failed = 5;
  counts.aborted = 6;
  counts.in_flight = 7;
  counts.retries = 8;
  counts.timeouts = 9;
  counts.max_parallel = 10;
  return counts;
}

TEST(ConvertTest, EveryFigureOfADistribution) {
  const v1::DurationStats proto = ToProto(SomeStats(1));
  EXPECT_EQ(proto.count(), 11);
  EXPECT_EQ(proto.ambiguous(), 12);
  EXPECT_EQ(proto.negative(), 13);
  EXPECT_EQ(proto.across_machines(), 14);
  int32_t millis = 1;
  for (const auto* figure : {&proto.min(), &proto.mean(), &proto.p50(), &proto.p90(), &proto.p95(),
                             &proto.p99(), &proto.max()}) {
    EXPECT_EQ(TextOf(*figure), TextOf(DurationOf(0, millis++ * 1'000'000)));
  }
}

TEST(ConvertTest, OfNothingThereAreNoFigures) {
  DurationStats stats;
  stats.ambiguous = 2;
  stats.negative = 3;
  const v1::DurationStats proto = ToProto(stats);
  EXPECT_EQ(proto.ambiguous(), 2);
  EXPECT_EQ(proto.negative(), 3);
  EXPECT_FALSE(proto.has_min());
  EXPECT_FALSE(proto.has_mean());
  EXPECT_FALSE(proto.has_p50());
  EXPECT_FALSE(proto.has_p90());
  EXPECT_FALSE(proto.has_p95());
  EXPECT_FALSE(proto.has_p99());
  EXPECT_FALSE(proto.has_max());
}

template <typename Proto>
void ExpectSomeCounts(const Proto& proto) {
  EXPECT_EQ(proto.jobs(), 1);
  EXPECT_EQ(proto.enqueued(), 2);
  EXPECT_EQ(proto.started(), 3);
  EXPECT_EQ(proto.completed(), 4);
  EXPECT_EQ(proto.failed(), 5);
  EXPECT_EQ(proto.aborted(), 6);
  EXPECT_EQ(proto.in_flight(), 7);
  EXPECT_EQ(proto.retries(), 8);
  EXPECT_EQ(proto.timeouts(), 9);
  EXPECT_EQ(proto.max_parallel(), 10);
}

TEST(ConvertTest, EveryCount) { ExpectSomeCounts(ToProto(SomeCounts())); }

TEST(ConvertTest, AJobTypeWithItsThreeDistributions) {
  const v1::JobTypeSummary proto = ToProto(
      JobTypeSummary{"A", SomeCounts(), SomeStats(1), SomeStats(101), SomeStats(201), {"B", "C"}});
  EXPECT_EQ(proto.type(), "A");
  ExpectSomeCounts(proto);
  EXPECT_EQ(proto.duration().min().nanos(), 1'000'000);
  EXPECT_EQ(proto.queue_wait().min().nanos(), 101'000'000);
  EXPECT_EQ(proto.turnaround().min().nanos(), 201'000'000);
  ASSERT_EQ(proto.feeds_size(), 2);
  EXPECT_EQ(proto.feeds(1), "C");
}

TEST(ConvertTest, AMachinesShare) {
  MachineShare share;
  share.machine = "m";
  share.started = 1;
  share.completed = 2;
  share.failed = 3;
  share.busy = 1500;
  share.share = 0.25;
  const v1::MachineShare proto = ToProto(share);
  EXPECT_EQ(proto.machine(), "m");
  EXPECT_EQ(proto.started(), 1);
  EXPECT_EQ(proto.completed(), 2);
  EXPECT_EQ(proto.failed(), 3);
  EXPECT_EQ(TextOf(proto.busy_time()), TextOf(DurationOf(1, 500'000'000)));
  EXPECT_DOUBLE_EQ(proto.share(), 0.25);
}

TEST(ConvertTest, LineCountsHaveFactsByName) {
  StreamCounts counts;
  counts.lines = 1;
  counts.records = 2;
  counts.understood = 3;
  counts.not_understood = 4;
  counts.undated = 5;
  counts.cut = 6;
  counts.facts = {{K::kAgentCompleted, 7}, {K::kTimedOut, 8}};
  const v1::LineCounts proto = ToProto(counts);
  EXPECT_EQ(proto.lines(), 1);
  EXPECT_EQ(proto.records(), 2);
  EXPECT_EQ(proto.understood(), 3);
  EXPECT_EQ(proto.not_understood(), 4);
  EXPECT_EQ(proto.undated(), 5);
  EXPECT_EQ(proto.cut(), 6);
  EXPECT_EQ(proto.facts_size(), 2);
  EXPECT_EQ(proto.facts().at("agent_completed"), 7);
  EXPECT_EQ(proto.facts().at("timed_out"), 8);
}

TEST(ConvertTest, AProvenJob) {
  const Job job = DeriveJob(
      {3054, "A", "h"},
      {At(1000, K::kEnqueued).On("broker"), At(2000, K::kStarted).On("a", "1"),
       At(2500, K::kTimedOut).Retry(true).On("broker"), At(3000, K::kStarted).On("b", "2"),
       At(4500, K::kAgentCompleted).On("b", "2"), At(5000, K::kCompleted).Attempt(1).On("broker")});
  const v1::Job proto = ToProto(job);
  EXPECT_EQ(proto.id(), "3054:A:h");
  EXPECT_EQ(proto.epoch(), 3054);
  EXPECT_EQ(proto.type(), "A");
  EXPECT_EQ(proto.state(), v1::JOB_STATE_COMPLETED);
  EXPECT_EQ(FromProtoTimestamp(proto.enqueue_time()), 1000);
  EXPECT_EQ(FromProtoTimestamp(proto.start_time()), 2000);
  EXPECT_EQ(FromProtoTimestamp(proto.end_time()), 5000);
  EXPECT_EQ(TextOf(proto.duration()), TextOf(DurationOf(1, 500'000'000)));
  EXPECT_EQ(proto.attempts(), 2);
  EXPECT_EQ(proto.retries(), 0);
  EXPECT_EQ(proto.timeouts(), 1);
  EXPECT_EQ(proto.machine(), "b");
  EXPECT_EQ(proto.agent_process(), "2");
  EXPECT_EQ(proto.failure(), "");
}

TEST(ConvertTest, WhatAJobDoesNotHaveIsAbsent) {
  const v1::Job proto = ToProto(DeriveJob({1, "A", "h"}, {At(0, K::kSubmitted)}));
  EXPECT_EQ(proto.state(), v1::JOB_STATE_QUEUED);
  EXPECT_FALSE(proto.has_enqueue_time());
  EXPECT_FALSE(proto.has_start_time());
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_FALSE(proto.has_duration());
  EXPECT_EQ(proto.machine(), "");
}

TEST(ConvertTest, AnInstantOfZeroIsPresent) {
  EXPECT_TRUE(ToProto(DeriveJob({1, "A", "h"}, {At(0, K::kEnqueued)})).has_enqueue_time());
}

TEST(ConvertTest, AFailedJobSaysWhy) {
  const v1::Job proto = ToProto(
      DeriveJob({1, "A", "h"}, {At(0, K::kEnqueued), At(9, K::kFailed).Attempt(1).Detail("oom")}));
  EXPECT_EQ(proto.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(proto.failure(), "oom");
}

TEST(ConvertTest, AnAttempt) {
  Attempt attempt;
  attempt.origin.machine = "m";
  attempt.origin.process = "p";
  attempt.started_at = 1000;
  v1::JobAttempt proto = ToProto(attempt);
  EXPECT_EQ(proto.machine(), "m");
  EXPECT_EQ(proto.agent_process(), "p");
  EXPECT_EQ(FromProtoTimestamp(proto.start_time()), 1000);
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_EQ(proto.ended_by(), "");
  EXPECT_FALSE(proto.ambiguous());

  attempt.started_at.reset();
  attempt.ended_at = 2000;
  attempt.ended_by = K::kAgentFailed;
  attempt.ambiguous = true;
  proto = ToProto(attempt);
  EXPECT_FALSE(proto.has_start_time());
  EXPECT_EQ(FromProtoTimestamp(proto.end_time()), 2000);
  EXPECT_EQ(proto.ended_by(), "agent_failed");
  EXPECT_TRUE(proto.ambiguous());
}

TEST(ConvertTest, AComparison) {
  MachineComparison comparison;
  comparison.machines.push_back({.machine = "a", .started = 7});
  comparison.job_types.push_back({"PUBLIC_VM", {{"a", 4, 3, 1, {.count = 3}}}});
  const v1::CompareMachinesResponse proto = ToProto(comparison);
  ASSERT_EQ(proto.machines_size(), 1);
  EXPECT_EQ(proto.machines(0).started(), 7);
  ASSERT_EQ(proto.job_types_size(), 1);
  EXPECT_EQ(proto.job_types(0).type(), "PUBLIC_VM");
  ASSERT_EQ(proto.job_types(0).machines_size(), 1);
  const v1::MachineOnType& machine = proto.job_types(0).machines(0);
  EXPECT_EQ(machine.machine(), "a");
  EXPECT_EQ(machine.started(), 4);
  EXPECT_EQ(machine.completed(), 3);
  EXPECT_EQ(machine.failed(), 1);
  EXPECT_EQ(machine.duration().count(), 3);
}

TEST(ConvertTest, AnEpoch) {
  EpochSummary summary;
  summary.epoch = 3054;
  summary.outcome = EpochOutcome::kAborted;
  summary.first_at = 1000;
  summary.last_at = 3500;
  summary.totals = SomeCounts();
  summary.job_types = {{"B", {}, {}, {}, {}}, {"A", {}, {}, {}, {}}};
  summary.machines = {MachineShare{"m"}, MachineShare{"n"}};
  const v1::GetEpochSummaryResponse proto = ToProto(summary);
  EXPECT_EQ(proto.epoch(), 3054);
  EXPECT_EQ(proto.outcome(), v1::EPOCH_OUTCOME_ABORTED);
  EXPECT_EQ(FromProtoTimestamp(proto.first_time()), 1000);
  EXPECT_EQ(FromProtoTimestamp(proto.last_time()), 3500);
  EXPECT_EQ(TextOf(proto.wall_time()), TextOf(DurationOf(2, 500'000'000)));
  ExpectSomeCounts(proto.totals());
  ASSERT_EQ(proto.job_types_size(), 2);
  EXPECT_EQ(proto.job_types(0).type(), "B");
  EXPECT_EQ(proto.job_types(1).type(), "A");
  ASSERT_EQ(proto.machines_size(), 2);
  EXPECT_EQ(proto.machines(1).machine(), "n");
}

TEST(ConvertTest, AnEpochWithoutInstantsHasNone) {
  const v1::GetEpochSummaryResponse proto = ToProto(EpochSummary{});
  EXPECT_FALSE(proto.has_first_time());
  EXPECT_FALSE(proto.has_last_time());
  EXPECT_FALSE(proto.has_wall_time());
}

}  // namespace
}  // namespace proverlog
