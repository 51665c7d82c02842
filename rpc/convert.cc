#include "rpc/convert.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace proverlog {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kMillisPerSecond = 1000;

// More than a Timestamp may hold in either direction (the years 1 to 9999).
constexpr int64_t kMaxSeconds = 1'000'000'000'000;

using google::protobuf::Timestamp;

template <typename Message>
void SetTime(std::optional<UnixMillis> at, Message& message, Timestamp* (Message::*field)()) {
  if (at) *(message.*field)() = ToProtoTimestamp(*at);
}

template <typename Message, typename Number>
void SetDuration(std::optional<Number> millis, Message& message,
                 google::protobuf::Duration* (Message::*field)()) {
  if (millis) *(message.*field)() = MillisToProto(static_cast<double>(*millis));
}

}  // namespace

Timestamp ToProtoTimestamp(UnixMillis at) {
  int64_t seconds = at / kMillisPerSecond;
  int64_t millis = at % kMillisPerSecond;
  if (millis < 0) {
    millis += kMillisPerSecond;
    --seconds;
  }
  Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(millis * kNanosPerMilli));
  return timestamp;
}

UnixMillis FromProtoTimestamp(const Timestamp& timestamp) {
  // Before the multiplication, which would overflow.
  const int64_t seconds = std::clamp(timestamp.seconds(), -kMaxSeconds, kMaxSeconds);
  return seconds * kMillisPerSecond + timestamp.nanos() / kNanosPerMilli;
}

google::protobuf::Duration ToProtoDuration(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

google::protobuf::Duration MillisToProto(double millis) {
  // Rounded to microseconds: a percentile between two milliseconds has no more.
  return ToProtoDuration(absl::Microseconds(std::llround(millis * 1000)));
}

absl::Duration FromProtoDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

v1::StreamGap ToProto(const Gap& gap) {
  v1::StreamGap proto;
  proto.set_begin_offset(gap.begin_offset);
  proto.set_end_offset(gap.end_offset);
  // In the order of the messages' numbers, of which 0 is none.
  proto.set_reason(static_cast<v1::GapReason>(static_cast<int>(gap.reason) + 1));
  *proto.mutable_receive_time() = ToProtoTimestamp(gap.received_at);
  proto.set_detail(gap.message);
  return proto;
}

std::optional<GapReason> ParseGapReason(v1::GapReason reason) {
  const int number = static_cast<int>(reason) - 1;
  if (number < 0 || number >= static_cast<int>(kGapReasonNames.size())) return std::nullopt;
  return static_cast<GapReason>(number);
}

v1::Anchor ToProto(const Anchor& anchor) {
  v1::Anchor proto;
  proto.set_offset(anchor.offset);
  *proto.mutable_time() = ToProtoTimestamp(anchor.at);
  proto.set_time_zone(anchor.time_zone);
  return proto;
}

Anchor FromProto(const v1::Anchor& anchor) {
  return {anchor.offset(), FromProtoTimestamp(anchor.time()), anchor.time_zone()};
}

v1::LogLevel ToProto(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return v1::LOG_LEVEL_TRACE;
    case LogLevel::kDebug:
      return v1::LOG_LEVEL_DEBUG;
    case LogLevel::kVerbose:
      return v1::LOG_LEVEL_VERBOSE;
    case LogLevel::kInfo:
      return v1::LOG_LEVEL_INFO;
    case LogLevel::kWarn:
      return v1::LOG_LEVEL_WARN;
    case LogLevel::kError:
      return v1::LOG_LEVEL_ERROR;
    case LogLevel::kFatal:
      return v1::LOG_LEVEL_FATAL;
  }
  return v1::LOG_LEVEL_UNSPECIFIED;
}

std::optional<LogLevel> FromProto(v1::LogLevel level) {
  for (const LogLevel known :
       {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kVerbose, LogLevel::kInfo, LogLevel::kWarn,
        LogLevel::kError, LogLevel::kFatal}) {
    if (ToProto(known) == level) return known;
  }
  return std::nullopt;
}

v1::JobState ToProto(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return v1::JOB_STATE_QUEUED;
    case JobState::kRunning:
      return v1::JOB_STATE_RUNNING;
    case JobState::kCompleted:
      return v1::JOB_STATE_COMPLETED;
    case JobState::kFailed:
      return v1::JOB_STATE_FAILED;
    case JobState::kAborted:
      return v1::JOB_STATE_ABORTED;
    case JobState::kAbandoned:
      return v1::JOB_STATE_ABANDONED;
  }
  return v1::JOB_STATE_UNSPECIFIED;
}

v1::EpochOutcome ToProto(EpochOutcome outcome) {
  switch (outcome) {
    case EpochOutcome::kProven:
      return v1::EPOCH_OUTCOME_PROVEN;
    case EpochOutcome::kFailed:
      return v1::EPOCH_OUTCOME_FAILED;
    case EpochOutcome::kInProgress:
      return v1::EPOCH_OUTCOME_IN_PROGRESS;
    case EpochOutcome::kAborted:
      return v1::EPOCH_OUTCOME_ABORTED;
    case EpochOutcome::kIncomplete:
      return v1::EPOCH_OUTCOME_INCOMPLETE;
    case EpochOutcome::kPublished:
      return v1::EPOCH_OUTCOME_PUBLISHED;
    case EpochOutcome::kSuperseded:
      return v1::EPOCH_OUTCOME_SUPERSEDED;
    case EpochOutcome::kDropped:
      return v1::EPOCH_OUTCOME_DROPPED;
    case EpochOutcome::kTimedOut:
      return v1::EPOCH_OUTCOME_TIMED_OUT;
  }
  return v1::EPOCH_OUTCOME_UNSPECIFIED;
}

v1::SessionState ToProto(SessionState state) {
  switch (state) {
    case SessionState::kPublished:
      return v1::SESSION_STATE_PUBLISHED;
    case SessionState::kSuperseded:
      return v1::SESSION_STATE_SUPERSEDED;
    case SessionState::kDropped:
      return v1::SESSION_STATE_DROPPED;
    case SessionState::kOpen:
      return v1::SESSION_STATE_OPEN;
    case SessionState::kFailed:
      return v1::SESSION_STATE_FAILED;
    case SessionState::kTimedOut:
      return v1::SESSION_STATE_TIMED_OUT;
    case SessionState::kCancelled:
      return v1::SESSION_STATE_CANCELLED;
    case SessionState::kExited:
      return v1::SESSION_STATE_EXITED;
  }
  return v1::SESSION_STATE_UNSPECIFIED;
}

v1::EpochSession ToProto(const EpochSession& session) {
  v1::EpochSession proto;
  proto.set_id(session.id);
  proto.set_kind(session.kind);
  proto.set_state(ToProto(session.state));
  proto.set_machine(session.machine);
  SetTime(session.started_at, proto, &v1::EpochSession::mutable_start_time);
  SetTime(session.proof_ready_at, proto, &v1::EpochSession::mutable_proof_ready_time);
  SetTime(session.published_at, proto, &v1::EpochSession::mutable_publish_time);
  SetTime(session.ended_at, proto, &v1::EpochSession::mutable_end_time);
  SetTime(session.deadline, proto, &v1::EpochSession::mutable_deadline);
  if (session.top_tree_millis) {
    *proto.mutable_top_tree_time() = MillisToProto(*session.top_tree_millis);
  }
  proto.set_reason(session.reason);
  return proto;
}

v1::DurationStats ToProto(const DurationStats& stats) {
  v1::DurationStats proto;
  proto.set_count(stats.count);
  proto.set_ambiguous(stats.ambiguous);
  proto.set_negative(stats.negative);
  proto.set_across_machines(stats.across_machines);
  if (stats.count == 0) return proto;
  *proto.mutable_min() = MillisToProto(stats.min);
  *proto.mutable_mean() = MillisToProto(stats.mean);
  *proto.mutable_p50() = MillisToProto(stats.p50);
  *proto.mutable_p90() = MillisToProto(stats.p90);
  *proto.mutable_p95() = MillisToProto(stats.p95);
  *proto.mutable_p99() = MillisToProto(stats.p99);
  *proto.mutable_max() = MillisToProto(stats.max);
  return proto;
}

v1::JobCounts ToProto(const JobCounts& counts) {
  v1::JobCounts proto;
  proto.set_jobs(counts.jobs);
  proto.set_enqueued(counts.enqueued);
  proto.set_started(counts.started);
  proto.set_completed(counts.completed);
  proto.set_failed(counts.failed);
  proto.set_aborted(counts.aborted);
  proto.set_abandoned(counts.abandoned);
  proto.set_in_flight(counts.in_flight);
  proto.set_retries(counts.retries);
  proto.set_timeouts(counts.timeouts);
  proto.set_max_parallel(counts.max_parallel);
  return proto;
}

v1::JobTypeSummary ToProto(const JobTypeSummary& summary) {
  v1::JobTypeSummary proto;
  proto.set_type(summary.type);
  proto.set_jobs(summary.counts.jobs);
  proto.set_enqueued(summary.counts.enqueued);
  proto.set_started(summary.counts.started);
  proto.set_completed(summary.counts.completed);
  proto.set_failed(summary.counts.failed);
  proto.set_aborted(summary.counts.aborted);
  proto.set_abandoned(summary.counts.abandoned);
  proto.set_in_flight(summary.counts.in_flight);
  proto.set_retries(summary.counts.retries);
  proto.set_timeouts(summary.counts.timeouts);
  proto.set_max_parallel(summary.counts.max_parallel);
  *proto.mutable_duration() = ToProto(summary.duration);
  *proto.mutable_queue_wait() = ToProto(summary.queue_wait);
  *proto.mutable_turnaround() = ToProto(summary.turnaround);
  proto.mutable_feeds()->Add(summary.feeds.begin(), summary.feeds.end());
  return proto;
}

v1::MachineShare ToProto(const MachineShare& share) {
  v1::MachineShare proto;
  proto.set_machine(share.machine);
  proto.set_started(share.started);
  proto.set_completed(share.completed);
  proto.set_failed(share.failed);
  *proto.mutable_busy_time() = MillisToProto(static_cast<double>(share.busy));
  proto.set_share(share.share);
  return proto;
}

v1::AgentProcess ToProto(const AgentProcess& process) {
  v1::AgentProcess proto;
  proto.set_machine(process.share.machine);
  proto.set_agent_process(process.process);
  proto.set_started(process.share.started);
  proto.set_completed(process.share.completed);
  proto.set_failed(process.share.failed);
  *proto.mutable_busy_time() = MillisToProto(static_cast<double>(process.share.busy));
  proto.set_share(process.share.share);
  proto.set_max_parallel(process.max_parallel);
  return proto;
}

v1::LineCounts ToProto(const StreamCounts& counts) {
  v1::LineCounts proto;
  proto.set_lines(counts.lines);
  proto.set_records(counts.records);
  proto.set_understood(counts.understood);
  proto.set_not_understood(counts.not_understood);
  proto.set_undated(counts.undated);
  proto.set_cut(counts.cut);
  for (const auto& [kind, count] : counts.facts) {
    (*proto.mutable_facts())[std::string(FactKindName(kind))] = count;
  }
  return proto;
}

v1::Job ToProto(const Job& job) {
  v1::Job proto;
  proto.set_id(job.id.ToString());
  proto.set_epoch(job.id.epoch);
  proto.set_type(job.id.type);
  proto.set_state(ToProto(job.state));
  SetTime(job.enqueued_at, proto, &v1::Job::mutable_enqueue_time);
  SetTime(job.started_at, proto, &v1::Job::mutable_start_time);
  SetTime(job.ended_at, proto, &v1::Job::mutable_end_time);
  if (job.duration) {
    *proto.mutable_duration() = MillisToProto(static_cast<double>(job.duration->length));
  }
  proto.set_attempts(job.attempt_count);
  proto.set_retries(job.retries);
  proto.set_timeouts(job.timeouts);
  if (!job.attempts.empty()) {
    proto.set_machine(job.attempts.back().origin.machine);
    proto.set_agent_process(job.attempts.back().origin.process);
  }
  proto.set_failure(job.failure);
  proto.set_never_again(job.never_again);
  return proto;
}

v1::JobAttempt ToProto(const Attempt& attempt) {
  v1::JobAttempt proto;
  proto.set_machine(attempt.origin.machine);
  proto.set_agent_process(attempt.origin.process);
  SetTime(attempt.started_at, proto, &v1::JobAttempt::mutable_start_time);
  SetTime(attempt.ended_at, proto, &v1::JobAttempt::mutable_end_time);
  if (attempt.ended_at) proto.set_ended_by(std::string(FactKindName(attempt.ended_by)));
  proto.set_ambiguous(attempt.ambiguous);
  return proto;
}

v1::CompareMachinesResponse ToProto(const MachineComparison& comparison) {
  v1::CompareMachinesResponse proto;
  for (const MachineShare& share : comparison.machines) *proto.add_machines() = ToProto(share);
  for (const JobTypeComparison& type : comparison.job_types) {
    v1::JobTypeComparison& rows = *proto.add_job_types();
    rows.set_type(type.type);
    for (const MachineOnType& row : type.machines) {
      v1::MachineOnType& machine = *rows.add_machines();
      machine.set_machine(row.machine);
      machine.set_started(row.started);
      machine.set_completed(row.completed);
      machine.set_failed(row.failed);
      *machine.mutable_duration() = ToProto(row.duration);
    }
  }
  return proto;
}

v1::GetEpochSummaryResponse ToProto(const EpochSummary& summary) {
  v1::GetEpochSummaryResponse proto;
  proto.set_epoch(summary.epoch);
  proto.set_outcome(ToProto(summary.outcome));
  SetTime(summary.first_at, proto, &v1::GetEpochSummaryResponse::mutable_first_time);
  SetTime(summary.last_at, proto, &v1::GetEpochSummaryResponse::mutable_last_time);
  if (summary.first_at && summary.last_at) {
    *proto.mutable_wall_time() =
        MillisToProto(static_cast<double>(*summary.last_at - *summary.first_at));
  }
  *proto.mutable_totals() = ToProto(summary.totals);
  for (const JobTypeSummary& type : summary.job_types) *proto.add_job_types() = ToProto(type);
  for (const MachineShare& share : summary.machines) *proto.add_machines() = ToProto(share);
  for (const AgentProcess& process : summary.processes) {
    *proto.add_agent_processes() = ToProto(process);
  }
  for (const EpochSession& session : summary.sessions) *proto.add_sessions() = ToProto(session);
  SetDuration(summary.times.proving, proto, &v1::GetEpochSummaryResponse::mutable_proving_time);
  SetDuration(summary.times.top_tree, proto, &v1::GetEpochSummaryResponse::mutable_top_tree_time);
  SetDuration(summary.times.submission, proto,
              &v1::GetEpochSummaryResponse::mutable_submission_time);
  return proto;
}

}  // namespace proverlog
