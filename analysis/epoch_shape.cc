#include "analysis/epoch_shape.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "analysis/epoch_summary.h"
#include "model/proving_graph.h"

namespace proverlog {
namespace {

// Whether the logs show how the epoch began: which jobs a log that begins later does not tell of,
// nobody knows.
bool IsSeenFromItsBeginning(const std::set<std::string>& types, const EpochContext& context) {
  const bool has_session = !context.sessions.empty();
  return !LacksInputs(types) && (!has_session || context.sessions.front().started_at);
}

}  // namespace

std::optional<EpochShape> ShapeOf(int32_t epoch, const std::vector<CompletedJob>& jobs,
                                  const EpochContext& context) {
  EpochShape shape;
  shape.epoch = epoch;
  std::set<std::string> types;
  for (const CompletedJob& job : jobs) types.insert(job.type);
  if (types.count(std::string(kRootRollup)) == 0) return std::nullopt;
  shape.leaf_types = LeavesWithin(types);
  if (shape.leaf_types.empty() || !IsSeenFromItsBeginning(types, context)) return std::nullopt;
  shape.begin = jobs.front().first_at;
  for (const CompletedJob& job : jobs) {
    shape.begin = std::min(shape.begin, job.first_at);
    ++shape.counts[job.type];
    if (IsOneForEachTransaction(job.type)) ++shape.transactions;
    if (shape.leaf_types.count(job.type) > 0) shape.leaves.push_back(job.first_at);
    if (job.type == kRootRollup) {
      shape.proven_at = std::max(shape.proven_at, job.ended_at);
    } else {
      shape.done.push_back(job.ended_at);
    }
  }
  std::sort(shape.done.begin(), shape.done.end());
  std::sort(shape.leaves.begin(), shape.leaves.end());
  const EpochSession* best = BestSession(context.sessions);
  if (best != nullptr) shape.published_at = best->published_at;
  return shape;
}

bool IsOneForEachTransaction(absl::string_view type) { return absl::EndsWith(type, "BASE_ROLLUP"); }

}  // namespace proverlog
