#include "server/normalize/projector.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "analysis/job_set.h"
#include "model/job.h"
#include "normalizer/stream_normalizer.h"
#include "storage/archive_range.h"

namespace proverlog {
namespace {

constexpr int kStreamsAStep = 64;
constexpr int64_t kBytesAStep = int64_t{4} << 20;

// Reads the stream's blocks from where it is normalized, at most `budget` bytes of them, which are
// taken off it. Returns what was reached.
absl::StatusOr<NormalizedStream> Normalize(const PendingStream& pending, const MessageIndex* index,
                                           ProjectionTransaction& tx, int64_t& budget,
                                           JobSet& jobs) {
  const int64_t stream_id = pending.labels.stream_id;
  auto normalizer = StreamNormalizer::Create(pending.labels, pending.progress, index);
  if (!normalizer.ok()) return normalizer.status();
  int64_t offset = pending.progress.offset;
  if (offset < pending.committed_offset) {
    const auto blocks = tx.ReadBlocks(stream_id, offset, budget);
    if (!blocks.ok()) return blocks.status();
    if (blocks->empty()) {
      return absl::DataLossError(
          absl::StrCat("the archive has no block of stream ", stream_id, " at offset ", offset));
    }
    for (const Block& block : *blocks) {
      const auto raw = DecodeBlock({0, stream_id}, block);
      if (!raw.ok()) return raw.status();
      normalizer->Feed(
          absl::string_view(*raw).substr(static_cast<size_t>(offset - block.begin_offset)), jobs);
      budget -= block.end_offset - offset;
      offset = block.end_offset;
    }
  }
  NormalizedStream reached;
  reached.stream_id = stream_id;
  if (pending.sealed_offset == offset) {
    normalizer->Seal(jobs);
    reached.sealed_offset = offset;
  }
  reached.progress = normalizer->progress();
  return reached;
}

// Unites what the logs say with what is known, and writes the jobs that this changed.
absl::Status MergeJobs(const JobSet& told, ProjectionTransaction& tx) {
  std::vector<JobId> ids;
  for (const auto& [id, facts] : told.facts()) ids.push_back(id);
  auto known = tx.LoadFacts(ids);
  if (!known.ok()) return known.status();

  std::vector<Job> changed;
  for (const auto& [id, facts] : told.facts()) {
    const auto found = known->find(id);
    std::vector<Fact> united = found == known->end() ? std::vector<Fact>{} : found->second;
    UniteFacts(facts, united);
    if (found != known->end() && united == found->second) continue;
    changed.push_back(DeriveJob(id, std::move(united)));
  }
  return tx.SaveJobs(changed);
}

absl::Status TakeStep(const MessageIndex* index, ProjectionTransaction& tx, bool& more) {
  const auto pending = tx.PendingStreams(kStreamsAStep);
  if (!pending.ok()) return pending.status();
  more = !pending->empty();
  JobSet jobs;
  int64_t budget = kBytesAStep;
  std::vector<NormalizedStream> reached;
  for (const PendingStream& stream : *pending) {
    if (budget <= 0) break;
    auto normalized = Normalize(stream, index, tx, budget, jobs);
    if (!normalized.ok()) return normalized.status();
    reached.push_back(*std::move(normalized));
  }
  if (absl::Status status = MergeJobs(jobs, tx); !status.ok()) return status;
  for (const NormalizedStream& stream : reached) {
    if (absl::Status status = tx.SaveProgress(stream); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Projector::Result> Projector::Step(ProverId prover_id) {
  bool more = false;
  const auto ran = store_->Project(
      prover_id, [&](ProjectionTransaction& tx) { return TakeStep(&index_, tx, more); });
  if (!ran.ok()) return ran.status();
  if (!*ran) return Result::kBusy;
  return more ? Result::kMore : Result::kDone;
}

}  // namespace proverlog
