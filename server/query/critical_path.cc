#include "server/query/critical_path.h"

#include <algorithm>
#include <memory>

#include "analysis/critical_path.h"
#include "analysis/epoch_summary.h"
#include "rpc/convert.h"
#include "server/query/completeness.h"
#include "server/query/computed_epoch.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

// An answer stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxLinks = 1000;

google::protobuf::Duration Part(Millis millis) {
  return ToProtoDuration(absl::Milliseconds(millis));
}

v1::PathParts ToProto(const PathParts& parts) {
  v1::PathParts proto;
  *proto.mutable_handing_over() = Part(parts.handing_over);
  *proto.mutable_queueing() = Part(parts.queueing);
  *proto.mutable_retrying() = Part(parts.retrying);
  *proto.mutable_running() = Part(parts.running);
  *proto.mutable_reporting() = Part(parts.reporting);
  *proto.mutable_unknown() = Part(parts.unknown);
  return proto;
}

v1::PathLink ToProto(const PathLink& link) {
  v1::PathLink proto;
  proto.set_job(link.id.ToString());
  proto.set_state(ToProto(link.state));
  proto.set_attempts(link.attempts);
  proto.set_machine(link.machine);
  proto.set_agent_process(link.process);
  *proto.mutable_enqueue_time() = ToProtoTimestamp(link.enqueued_at);
  *proto.mutable_end_time() = ToProtoTimestamp(link.ended_at);
  *proto.mutable_parts() = ToProto(link.parts);
  proto.set_rivals(link.rivals);
  proto.set_across_machines(link.across_machines);
  return proto;
}

void AddPath(const CriticalPath& path, v1::GetCriticalPathResponse& response) {
  response.set_ends_with_root(path.ends_with_root);
  *response.mutable_start_time() = ToProtoTimestamp(path.links.front().enqueued_at);
  *response.mutable_end_time() = ToProtoTimestamp(path.links.back().ended_at);
  *response.mutable_lead_time() = Part(path.lead);
  *response.mutable_totals() = ToProto(path.totals);
  const size_t first = path.links.size() - std::min(path.links.size(), kMaxLinks);
  for (size_t i = first; i < path.links.size(); ++i) {
    *response.add_links() = ToProto(path.links[i]);
  }
  response.set_link_count(static_cast<int32_t>(path.links.size()));
  for (const size_t index : path.costliest) {
    *response.add_costliest() = ToProto(path.links[index]);
  }
  response.set_inferred(path.inferred);
  response.set_ambiguous(path.ambiguous);
}

}  // namespace

absl::StatusOr<v1::GetCriticalPathResponse> GetCriticalPath(
    QueryStore& store, EpochCache* cache, const ProverRef& prover,
    const v1::GetCriticalPathRequest& request, absl::Time now) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  std::shared_ptr<const CachedEpoch> epoch;
  const auto state = ComputedEpoch(store, cache, prover, request.epoch(), epoch);
  if (!state.ok()) return state.status();

  const EpochSummary& summary = epoch->figures.summary;
  v1::GetCriticalPathResponse response;
  response.set_prover(prover.name);
  response.set_epoch(request.epoch());
  response.set_outcome(ToProto(summary.outcome));
  if (!epoch->path.links.empty()) AddPath(epoch->path, response);
  *response.mutable_completeness() = CompletenessOf(*state, summary, prover.name, now);
  return response;
}

}  // namespace proverlog
