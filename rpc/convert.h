#ifndef PROVERLOG_RPC_CONVERT_H_
#define PROVERLOG_RPC_CONVERT_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "absl/time/time.h"
#include "analysis/duration_stats.h"
#include "analysis/epoch_summary.h"
#include "analysis/machine_comparison.h"
#include "model/job.h"
#include "model/log_level.h"
#include "model/stream.h"
#include "model/time.h"
#include "proverlog/v1/common.pb.h"
#include "proverlog/v1/ingest.pb.h"
#include "proverlog/v1/lines.pb.h"
#include "proverlog/v1/query.pb.h"

namespace proverlog {

// Values as they are on the wire, in both directions.

google::protobuf::Timestamp ToProtoTimestamp(UnixMillis at);
// What no Timestamp may hold becomes an instant that is still outside of it.
UnixMillis FromProtoTimestamp(const google::protobuf::Timestamp& timestamp);
google::protobuf::Duration ToProtoDuration(absl::Duration duration);
google::protobuf::Duration MillisToProto(double millis);
absl::Duration FromProtoDuration(const google::protobuf::Duration& duration);

v1::Anchor ToProto(const Anchor& anchor);
Anchor FromProto(const v1::Anchor& anchor);
v1::StreamGap ToProto(const Gap& gap);
// Nothing for a number that no version has.
std::optional<GapReason> ParseGapReason(v1::GapReason reason);

v1::LogLevel ToProto(LogLevel level);
// Nothing for LOG_LEVEL_UNSPECIFIED, and for a number that no version has.
std::optional<LogLevel> FromProto(v1::LogLevel level);

v1::JobState ToProto(JobState state);
v1::EpochOutcome ToProto(EpochOutcome outcome);
v1::SessionState ToProto(SessionState state);
v1::EpochSession ToProto(const EpochSession& session);
v1::DurationStats ToProto(const DurationStats& stats);
v1::JobCounts ToProto(const JobCounts& counts);
v1::JobTypeSummary ToProto(const JobTypeSummary& summary);
v1::MachineShare ToProto(const MachineShare& share);
v1::AgentProcess ToProto(const AgentProcess& process);
v1::LineCounts ToProto(const StreamCounts& counts);
v1::Job ToProto(const Job& job);
v1::JobAttempt ToProto(const Attempt& attempt);

// The figures of a comparison; the prover and the epochs are the caller's.
v1::CompareMachinesResponse ToProto(const MachineComparison& comparison);

// The figures of an epoch; the prover and the sources are the caller's.
v1::GetEpochSummaryResponse ToProto(const EpochSummary& summary);

}  // namespace proverlog

#endif  // PROVERLOG_RPC_CONVERT_H_
