#include "server/normalize/projector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "analysis/job_set.h"
#include "model/job.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/unknown_messages.h"
#include "storage/archive_range.h"

namespace proverlog {
namespace {

constexpr int kStreamsAStep = 64;
constexpr int kStreamsToCatchUp = 1000;
// Some eighth of a second's work, and up to four times that where there is more than twice as much
// to do: the larger a step, the more of a job's facts are written at once.
constexpr int64_t kBytesAStep = int64_t{8} << 20;
constexpr int64_t kMostBytesAStep = int64_t{32} << 20;
constexpr int64_t kLeastShare = int64_t{64} << 10;

// What a step's streams tell.
struct Told {
  JobSet jobs;
  std::vector<Event> events;
  std::vector<CircuitRun> circuit_runs;
  std::map<int64_t, UnknownCounts> unknown;  // by stream
};

// What a step did; it counts once the step is committed.
struct StepOutcome {
  bool more = false;  // there may be more to do
  int64_t bytes = 0;
  int64_t lines = 0;
  int64_t records = 0;
  int64_t facts = 0;
  int64_t events = 0;
  int64_t unreadable = 0;  // streams
};

// What comes once a job or more often is not kept: it would be more than all jobs.
bool IsKept(const Event& event) {
  for (const char* frequent : {"avm.proved", "avm.started", "block.", "circuit.proved",
                               "circuit.started", "circuit.verified", "circuit.witness", "tx."}) {
    if (absl::StartsWith(event.kind, frequent)) return false;
  }
  return true;
}

// Takes what one stream tells.
class StreamSink : public NormalizerSink {
 public:
  explicit StreamSink(Told* told) : told_(told) {}

  void OnFact(const JobIdView& job, Fact fact) override {
    told_->jobs.OnFact(job, std::move(fact));
  }
  void OnEvent(const Event& event) override {
    if (IsKept(event)) told_->events.push_back(event);
  }
  void OnCircuitRun(const CircuitRun& run) override { told_->circuit_runs.push_back(run); }
  void OnUnknown(const Record& record, std::optional<UnixMillis> at,
                 const Origin& origin) override {
    unknown_.Add(record, at, origin.offset);
  }

  const UnknownMessages& unknown() const { return unknown_; }

 private:
  Told* told_;
  UnknownMessages unknown_;
};

// Reads across the gaps that begin at `offset`.
void SkipGaps(const std::vector<Gap>& gaps, StreamNormalizer& normalizer, int64_t& offset,
              NormalizerSink& sink) {
  for (const Gap& gap : gaps) {
    if (gap.begin_offset != offset) continue;
    normalizer.Skip(gap.end_offset, sink);
    offset = gap.end_offset;
  }
}

// Feeds the block from `offset` to `limit`. A gap of unknown size lies between two bytes, and these
// may have been merged into one block.
absl::Status FeedBlock(const Block& block, int64_t stream_id, const std::vector<Gap>& gaps,
                       int64_t limit, StreamNormalizer& normalizer, int64_t& offset,
                       NormalizerSink& sink) {
  const auto raw = DecodeBlock({0, stream_id}, block);
  if (!raw.ok()) return raw.status();
  const int64_t block_end = std::min(block.end_offset, limit);
  while (offset < block_end) {
    int64_t end = block_end;
    for (const Gap& gap : gaps) {
      if (gap.begin_offset > offset) end = std::min(end, gap.begin_offset);
    }
    normalizer.Feed(absl::string_view(*raw).substr(static_cast<size_t>(offset - block.begin_offset),
                                                   static_cast<size_t>(end - offset)),
                    sink);
    offset = end;
    SkipGaps(gaps, normalizer, offset, sink);
  }
  return absl::OkStatus();
}

// Feeds the stream's blocks from where it is normalized, at most `budget` bytes of them, which are
// taken off it; stops before a block that cannot be read. Returns why it came no further, if so.
absl::Status FeedBlocks(const PendingStream& pending, ProjectionTransaction& tx, int64_t& budget,
                        StreamNormalizer& normalizer, int64_t& offset, NormalizerSink& sink) {
  const int64_t stream_id = pending.labels.stream_id;
  const auto gaps = tx.ReadGaps(stream_id, offset, pending.committed_offset);
  if (!gaps.ok()) return gaps.status();
  SkipGaps(*gaps, normalizer, offset, sink);
  // Not what was committed since, which may be in a merged block, too: its anchors may be missing
  // from `pending`, and its gaps from these; nor beyond the last gap where there may be more.
  const bool all_gaps = gaps->size() < static_cast<size_t>(kMaxGapsAtOnce);
  const int64_t limit = all_gaps ? pending.committed_offset
                                 : std::min(pending.committed_offset, gaps->back().begin_offset);
  const int64_t wanted = std::min(budget, limit - offset);
  if (wanted <= 0) return absl::OkStatus();
  const auto blocks = tx.ReadBlocks(stream_id, offset, wanted);
  if (!blocks.ok()) return blocks.status();
  for (const Block& block : *blocks) {
    if (block.end_offset <= offset) continue;
    if (block.begin_offset > offset || offset >= limit) break;
    budget -= block.end_offset - offset;
    absl::Status fed = FeedBlock(block, stream_id, *gaps, limit, normalizer, offset, sink);
    if (!fed.ok()) return fed;
  }
  if (offset > pending.progress.offset) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the archive has no block of stream ", stream_id, " at offset ", offset));
}

// Normalizes the stream as far as the budget and its blocks allow, at the least nothing. Only an
// error of the database is one here: what is wrong with a stream's own bytes is logged, and the
// stream is taken up again after all others.
absl::StatusOr<NormalizedStream> Normalize(const PendingStream& pending, const MessageIndex* index,
                                           ProjectionTransaction& tx, int64_t& budget, Told& told,
                                           StepOutcome& outcome) {
  NormalizedStream reached;
  reached.stream_id = pending.labels.stream_id;
  reached.progress = pending.progress;
  auto normalizer = StreamNormalizer::Create(pending.labels, pending.progress, index);
  absl::Status status = normalizer.status();
  if (normalizer.ok()) {
    StreamSink sink(&told);
    int64_t offset = pending.progress.offset;
    status = FeedBlocks(pending, tx, budget, *normalizer, offset, sink);
    if (pending.sealed_offset == offset) {
      normalizer->Seal(sink);
      reached.sealed_offset = offset;
    }
    reached.progress = normalizer->progress();
    told.unknown[reached.stream_id] = sink.unknown().counts();
  }
  if (absl::IsDataLoss(status)) {
    ++outcome.unreadable;
    spdlog::error("normalizer: stream {} cannot be read beyond {}: {}", reached.stream_id,
                  reached.progress.offset, std::string(status.message()));
  } else if (!status.ok()) {
    return status;
  }
  return reached;
}

void Count(const StreamProgress& before, const NormalizedStream& after, StepOutcome& outcome) {
  const StreamProgress& now = after.progress;
  outcome.more = outcome.more || now.offset > before.offset || after.sealed_offset.has_value();
  outcome.bytes += now.offset - before.offset;
  outcome.lines += now.counts.lines - before.counts.lines;
  outcome.records += now.counts.records - before.counts.records;
}

void Count(const Told& told, StepOutcome& outcome) {
  for (const auto& [id, facts] : told.jobs.facts()) {
    outcome.facts += static_cast<int64_t>(facts.size());
  }
  outcome.events = static_cast<int64_t>(told.events.size());
}

// Unites what the logs say with what is known, and writes the jobs that this changed.
absl::Status MergeJobs(const JobSet& told, ProjectionTransaction& tx) {
  std::vector<JobId> ids;
  for (const auto& [id, facts] : told.facts()) ids.push_back(id);
  auto known = tx.LoadFacts(ids);
  if (!known.ok()) return known.status();

  std::vector<Job> added;
  std::vector<Job> changed;
  for (const auto& [id, facts] : told.facts()) {
    const auto found = known->find(id);
    std::vector<Fact> united = found == known->end() ? std::vector<Fact>{} : found->second;
    UniteFacts(facts, united);
    if (found == known->end()) {
      added.push_back(DeriveJob(id, std::move(united)));
    } else if (united != found->second) {
      changed.push_back(DeriveJob(id, std::move(united)));
    }
  }
  absl::Status status = tx.AddJobs(added);
  return status.ok() ? tx.UpdateJobs(changed) : status;
}

int64_t BytesBehind(const PendingStream& stream) {
  return stream.committed_offset - stream.progress.offset;
}

// What the stream may have of a step: each as much of its own backlog as the others of theirs, so
// that logs of the same time are read together, and what they say of a job is written once.
int64_t ShareOf(const PendingStream& stream, int64_t behind, int64_t budget) {
  if (behind <= budget) return budget;
  const double part = static_cast<double>(BytesBehind(stream)) / static_cast<double>(behind);
  return std::max(kLeastShare, static_cast<int64_t>(part * static_cast<double>(budget)));
}

absl::Status NormalizePending(const MessageIndex* index, int max_streams, ProjectionTransaction& tx,
                              StepOutcome& outcome) {
  const auto pending = tx.PendingStreams(max_streams);
  if (!pending.ok()) return pending.status();
  outcome = {};
  Told told;
  int64_t behind = 0;
  for (const PendingStream& stream : *pending) behind += BytesBehind(stream);
  const int64_t step = std::clamp(behind / 2, kBytesAStep, kMostBytesAStep);
  int64_t budget = step;
  std::vector<NormalizedStream> reached;
  for (const PendingStream& stream : *pending) {
    if (budget <= 0) break;
    int64_t share = std::min(budget, ShareOf(stream, behind, step));
    const int64_t before = share;
    auto normalized = Normalize(stream, index, tx, share, told, outcome);
    budget -= before - share;
    if (!normalized.ok()) return normalized.status();
    Count(stream.progress, *normalized, outcome);
    reached.push_back(*std::move(normalized));
  }
  Count(told, outcome);
  if (absl::Status status = MergeJobs(told.jobs, tx); !status.ok()) return status;
  if (absl::Status status = tx.SaveEvents(told.events); !status.ok()) return status;
  if (absl::Status status = tx.SaveCircuitRuns(told.circuit_runs); !status.ok()) return status;
  if (absl::Status status = tx.AddUnknown(told.unknown); !status.ok()) return status;
  for (const NormalizedStream& stream : reached) {
    if (absl::Status status = tx.SaveProgress(stream); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Report(const StepOutcome& outcome, NormalizerMetrics& metrics) {
  metrics.bytes.Increment(static_cast<double>(outcome.bytes));
  metrics.lines.Increment(static_cast<double>(outcome.lines));
  metrics.records.Increment(static_cast<double>(outcome.records));
  metrics.facts.Increment(static_cast<double>(outcome.facts));
  metrics.events.Increment(static_cast<double>(outcome.events));
  metrics.failures.Increment(static_cast<double>(outcome.unreadable));
}

// Makes the stream that is next the last one.
absl::Status PutBack(ProjectionTransaction& tx) {
  const auto pending = tx.PendingStreams(1);
  if (!pending.ok()) return pending.status();
  for (const PendingStream& stream : *pending) {
    const NormalizedStream unchanged{stream.labels.stream_id, stream.progress, std::nullopt};
    if (absl::Status status = tx.SaveProgress(unchanged); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Projector::Result> Projector::Step(const ProjectionKey& projection) {
  auto result = TakeStep(projection, kStreamsAStep);
  if (result.ok() || absl::IsUnavailable(result.status())) return result;
  // What one stream tells may be what the database refuses: it must not hold up the others.
  result = TakeStep(projection, 1);
  if (result.ok() || absl::IsUnavailable(result.status())) return result;
  const auto put_back = store_->Project(projection, PutBack);
  return put_back.ok() ? result.status() : put_back.status();
}

absl::Status Projector::CatchUp(ProjectionTransaction& tx) const {
  StepOutcome outcome;
  return NormalizePending(&index_, kStreamsToCatchUp, tx, outcome);
}

absl::StatusOr<Projector::Result> Projector::TakeStep(const ProjectionKey& projection,
                                                      int max_streams) {
  StepOutcome outcome;
  const auto ran = store_->Project(projection, [&](ProjectionTransaction& tx) {
    return NormalizePending(&index_, max_streams, tx, outcome);
  });
  if (!ran.ok()) return ran.status();
  if (!*ran) return Result::kBusy;
  if (metrics_ != nullptr) Report(outcome, *metrics_);
  return outcome.more ? Result::kMore : Result::kDone;
}

}  // namespace proverlog
