#include "server/query/store_convert.h"

#include <algorithm>

#include "analysis/epoch_summary.h"
#include "rpc/convert.h"

namespace proverlog {

v1::Epoch ToProto(const EpochRow& row) {
  v1::Epoch epoch;
  epoch.set_epoch(row.epoch);
  epoch.set_outcome(ToProto(OutcomeOf(row.totals, row.root_completed, row.context.sessions)));
  *epoch.mutable_totals() = ToProto(row.totals);
  if (row.first_at && row.last_at) {
    *epoch.mutable_first_time() = ToProtoTimestamp(*row.first_at);
    *epoch.mutable_last_time() = ToProtoTimestamp(*row.last_at);
    *epoch.mutable_wall_time() = MillisToProto(static_cast<double>(*row.last_at - *row.first_at));
  }
  return epoch;
}

v1::LogStream ToProto(const StreamStatus& status, const std::string& prover) {
  v1::LogStream stream;
  stream.set_stream_id(status.key.stream_id);
  stream.set_prover(prover);
  stream.set_machine(status.machine);
  stream.set_source(status.source);
  stream.set_committed_offset(status.committed_offset);
  stream.set_normalized_offset(status.normalized_offset);
  stream.set_sealed(status.sealed);
  *stream.mutable_counts() = ToProto(status.counts);
  const VersionEvidence& versions = status.counts.versions;
  if (versions.is_known()) stream.set_aztec_version(versions.ToString());
  if (status.counts.first_at) {
    *stream.mutable_first_record_time() = ToProtoTimestamp(*status.counts.first_at);
    *stream.mutable_last_record_time() = ToProtoTimestamp(*status.counts.last_at);
  }
  if (status.received_at) {
    *stream.mutable_last_receive_time() = ToProtoTimestamp(*status.received_at);
  }
  if (status.seen_at) *stream.mutable_last_seen_time() = ToProtoTimestamp(*status.seen_at);
  for (const Gap& gap : status.gaps) *stream.add_gaps() = ToProto(gap);
  return stream;
}

v1::JobFact ToProto(const Fact& fact) {
  v1::JobFact proto;
  proto.set_kind(std::string(FactKindName(fact.kind)));
  *proto.mutable_time() = ToProtoTimestamp(fact.at);
  proto.set_attempt(fact.attempt);
  if (fact.will_retry) proto.set_will_retry(*fact.will_retry);
  proto.set_detail(fact.detail);
  proto.set_machine(fact.origin.machine);
  proto.set_process(fact.origin.process);
  proto.set_stream_id(fact.origin.stream_id);
  proto.set_offset(fact.origin.offset);
  return proto;
}

v1::CircuitSummary ToProto(const CircuitSummary& summary) {
  v1::CircuitSummary proto;
  proto.set_circuit(summary.circuit);
  proto.set_step(summary.step);
  proto.set_runs(summary.runs);
  proto.set_joined(summary.joined);
  *proto.mutable_min() = MillisToProto(summary.min);
  *proto.mutable_p50() = MillisToProto(summary.p50);
  *proto.mutable_p95() = MillisToProto(summary.p95);
  *proto.mutable_max() = MillisToProto(summary.max);
  if (summary.mean_input_size) proto.set_mean_input_bytes(*summary.mean_input_size);
  if (summary.mean_output_size) proto.set_mean_output_bytes(*summary.mean_output_size);
  proto.set_circuit_size(summary.circuit_size.value_or(0));
  return proto;
}

v1::CircuitRun ToProto(const CircuitRun& run) {
  v1::CircuitRun proto;
  proto.set_circuit(run.circuit);
  proto.set_step(std::string(CircuitStepName(run.step)));
  *proto.mutable_end_time() = ToProtoTimestamp(run.at);
  *proto.mutable_duration() = ToProtoDuration(absl::Microseconds(run.micros));
  proto.set_tx(run.tx);
  proto.set_input_bytes(run.input_size.value_or(0));
  proto.set_output_bytes(run.output_size.value_or(0));
  proto.set_circuit_size(run.circuit_size.value_or(0));
  proto.set_machine(run.origin.machine);
  proto.set_stream_id(run.origin.stream_id);
  proto.set_offset(run.origin.offset);
  return proto;
}

void AddCounts(const StreamCounts& counts, StreamCounts& sum) {
  sum.lines += counts.lines;
  sum.records += counts.records;
  sum.understood += counts.understood;
  sum.not_understood += counts.not_understood;
  sum.undated += counts.undated;
  sum.cut += counts.cut;
  for (const auto& [kind, count] : counts.facts) sum.facts[kind] += count;
  if (!counts.first_at) return;
  sum.first_at = std::min(*counts.first_at, sum.first_at.value_or(*counts.first_at));
  sum.last_at = std::max(*counts.last_at, sum.last_at.value_or(*counts.last_at));
}

}  // namespace proverlog
