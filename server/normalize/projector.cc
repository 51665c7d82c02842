#include "server/normalize/projector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/job.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/utf8.h"
#include "server/normalize/stream_reader.h"

namespace proverlog {
namespace {

constexpr int kStreamsAStep = 64;
constexpr int kStreamsToCatchUp = 1000;
// Some eighth of a second's work, and up to four times that where there is more than twice as much
// to do: the larger a step, the more of a job's facts are written at once.
constexpr int64_t kBytesAStep = int64_t{8} << 20;
constexpr int64_t kMostBytesAStep = int64_t{32} << 20;
constexpr int64_t kLeastShare = int64_t{64} << 10;
constexpr size_t kMaxMessageBytes = 512;

// What a step did; it counts once the step is committed.
struct StepOutcome {
  bool more = false;  // there may be more to do
  int64_t bytes = 0;
  int64_t lines = 0;
  int64_t records = 0;
  int64_t facts = 0;
  int64_t events = 0;
  std::vector<std::pair<int64_t, Unreadable>> unreadable;  // by stream
  absl::Status trouble;                                    // with a stream that came no further
  int64_t stuck = 0;                                       // such streams

  void Add(const StepOutcome& part) {
    more = more || part.more;
    bytes += part.bytes;
    lines += part.lines;
    records += part.records;
    facts += part.facts;
    events += part.events;
    unreadable.insert(unreadable.end(), part.unreadable.begin(), part.unreadable.end());
    trouble.Update(part.trouble);
    stuck += part.stuck;
  }
};

void Count(const StreamProgress& before, const NormalizedStream& after, StepOutcome& outcome) {
  const StreamProgress& now = after.progress;
  outcome.more = outcome.more || now.offset > before.offset || after.sealed_offset.has_value();
  outcome.bytes += now.offset - before.offset;
  outcome.lines += now.counts.lines - before.counts.lines;
  outcome.records += now.counts.records - before.counts.records;
  for (const Unreadable& range : after.unreadable) {
    outcome.unreadable.emplace_back(after.stream_id, range);
  }
}

void Count(const Told& told, StepOutcome& outcome) {
  for (const auto& [id, facts] : told.jobs.facts()) {
    outcome.facts += static_cast<int64_t>(facts.size());
  }
  outcome.events += static_cast<int64_t>(told.events.size());
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

// Shares out a step's bytes among its streams.
class Budget {
 public:
  explicit Budget(const std::vector<PendingStream>& pending) {
    for (const PendingStream& stream : pending) behind_ += BytesBehind(stream);
    step_ = std::clamp(behind_ / 2, kBytesAStep, kMostBytesAStep);
    left_ = step_;
  }

  bool is_spent() const { return left_ <= 0; }

  // What the stream may have: each as much of its own backlog as the others of theirs, so that logs
  // of the same time are read together, and what they say of a job is written once.
  int64_t ShareOf(const PendingStream& stream) const {
    if (behind_ <= step_) return left_;
    const double part = static_cast<double>(BytesBehind(stream)) / static_cast<double>(behind_);
    const auto share = static_cast<int64_t>(part * static_cast<double>(step_));
    return std::min(left_, std::max(kLeastShare, share));
  }

  void Spend(int64_t bytes) { left_ -= bytes; }

 private:
  int64_t behind_ = 0;
  int64_t step_ = 0;
  int64_t left_ = 0;
};

NormalizedStream Unchanged(const PendingStream& stream) {
  return {stream.labels.stream_id, stream.progress, std::nullopt, {}};
}

// Ends what the parser throws. Without memory it is not the stream's fault.
absl::Status WithoutExceptions(const std::function<absl::Status()>& body) {
  try {
    return body();
  } catch (const std::bad_alloc& e) {
    return absl::UnavailableError(absl::StrCat("cannot normalize: ", e.what()));
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("cannot normalize: ", e.what()));
  }
}

// Whether it may be due to one stream.
bool MayBeAStreams(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status);
}

// One transaction's work.
class StepWork {
 public:
  StepWork(const MessageIndex* index, ProjectionTransaction* tx, StepOutcome* outcome)
      : index_(index), tx_(*tx), outcome_(*outcome) {
    outcome_ = {};
  }

  // All streams as one: what one of them tells may fail for all.
  absl::Status TakeTogether(int max_streams) {
    const auto pending = tx_.PendingStreams(max_streams);
    if (!pending.ok()) return pending.status();
    Told told;
    std::vector<NormalizedStream> reached;
    Budget budget(*pending);
    for (const PendingStream& stream : *pending) {
      if (budget.is_spent()) break;
      auto normalized = Read(stream, budget.ShareOf(stream), told, outcome_);
      if (!normalized.ok()) return normalized.status();
      budget.Spend(normalized->progress.offset - stream.progress.offset);
      reached.push_back(*std::move(normalized));
    }
    return Save(told, reached, outcome_);
  }

  // Each stream for itself: one that fails is put behind the others, or goes on behind what fails.
  absl::Status TakeApart(int max_streams) {
    const auto pending = tx_.PendingStreams(max_streams);
    if (!pending.ok()) return pending.status();
    Budget budget(*pending);
    for (const PendingStream& stream : *pending) {
      if (budget.is_spent()) break;
      StepOutcome part;
      if (absl::Status status = TakeOne(stream, budget.ShareOf(stream), part); !status.ok()) {
        return status;
      }
      budget.Spend(part.bytes);
      outcome_.Add(part);
    }
    return absl::OkStatus();
  }

 private:
  // A stream whose state cannot be read is logged, and taken up again after all others.
  absl::StatusOr<NormalizedStream> Read(const PendingStream& stream, int64_t max_bytes, Told& told,
                                        StepOutcome& outcome) {
    auto reached = ReadStream(stream, max_bytes, index_, tx_, told);
    if (absl::IsDataLoss(reached.status())) {
      ++outcome.stuck;
      spdlog::error("normalizer: stream {} cannot be read beyond {}: {}", stream.labels.stream_id,
                    stream.progress.offset, std::string(reached.status().message()));
      reached = Unchanged(stream);
    }
    if (reached.ok()) Count(stream.progress, *reached, outcome);
    return reached;
  }

  absl::Status Save(const Told& told, const std::vector<NormalizedStream>& reached,
                    StepOutcome& outcome) {
    Count(told, outcome);
    if (absl::Status status = MergeJobs(told.jobs, tx_); !status.ok()) return status;
    if (absl::Status status = tx_.SaveEvents(told.events); !status.ok()) return status;
    if (absl::Status status = tx_.SaveCircuitRuns(told.circuit_runs); !status.ok()) return status;
    if (absl::Status status = tx_.AddUnknown(told.unknown); !status.ok()) return status;
    for (const NormalizedStream& stream : reached) {
      if (absl::Status status = tx_.SaveProgress(stream); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Runs `body`; where it fails, neither the database nor `outcome` has anything of it.
  absl::Status Try(StepOutcome& outcome, const std::function<absl::Status(StepOutcome&)>& body) {
    StepOutcome part;
    absl::Status status = tx_.Try([&] { return WithoutExceptions([&] { return body(part); }); });
    if (status.ok()) outcome.Add(part);
    return status;
  }

  absl::Status TakeOne(const PendingStream& stream, int64_t max_bytes, StepOutcome& outcome) {
    absl::Status status = TakePiece(stream, max_bytes, outcome).status();
    if (MayBeAStreams(status)) {
      status = Try(outcome, [&](StepOutcome& part) { return TakePieces(stream, max_bytes, part); });
    }
    if (!MayBeAStreams(status)) return status;
    outcome.trouble = status;
    ++outcome.stuck;
    status = Try(outcome, [&](StepOutcome&) { return tx_.SaveProgress(Unchanged(stream)); });
    return MayBeAStreams(status) ? absl::OkStatus() : status;
  }

  absl::StatusOr<NormalizedStream> TakePiece(const PendingStream& piece, int64_t max_bytes,
                                             StepOutcome& outcome) {
    NormalizedStream reached;
    absl::Status status = Try(outcome, [&](StepOutcome& part) {
      Told told;
      auto normalized = Read(piece, max_bytes, told, part);
      if (!normalized.ok()) return normalized.status();
      reached = *std::move(normalized);
      return Save(told, {reached}, part);
    });
    if (!status.ok()) return status;
    return reached;
  }

  // A block at a time, up to the first that fails.
  absl::Status TakePieces(PendingStream stream, int64_t max_bytes, StepOutcome& outcome) {
    const int64_t end = std::min(stream.committed_offset, stream.progress.offset + max_bytes);
    do {
      const auto boundary = tx_.NextBoundary(stream.labels.stream_id, stream.progress.offset);
      if (!boundary.ok()) return boundary.status();
      PendingStream piece = stream;
      piece.committed_offset =
          std::min(stream.committed_offset, boundary->value_or(stream.committed_offset));
      auto reached = TakePiece(piece, kBytesAStep, outcome);
      if (absl::IsInternal(reached.status())) return SetAside(piece, reached.status(), outcome);
      if (!reached.ok()) return reached.status();
      if (reached->progress.offset == stream.progress.offset) break;
      stream.progress = std::move(reached->progress);
    } while (stream.progress.offset < end);
    return absl::OkStatus();
  }

  // The stream goes on behind the piece. What is unfinished before it may be what is refused.
  absl::Status SetAside(const PendingStream& piece, const absl::Status& why, StepOutcome& outcome) {
    auto normalizer = StreamNormalizer::Create(piece.labels, piece.progress, index_);
    if (!normalizer.ok()) return normalizer.status();
    NormalizedStream reached;
    reached.stream_id = piece.labels.stream_id;
    const int64_t begin = normalizer->Drop(piece.committed_offset);
    reached.unreadable = {
        {begin, piece.committed_offset, CleanUtf8(why.message(), kMaxMessageBytes)}};
    reached.progress = normalizer->progress();
    if (piece.sealed_offset == piece.committed_offset) {
      reached.sealed_offset = piece.sealed_offset;
    }
    Count(piece.progress, reached, outcome);
    return tx_.SaveProgress(reached);
  }

  const MessageIndex* index_;
  ProjectionTransaction& tx_;
  StepOutcome& outcome_;
};

void Report(const StepOutcome& outcome, NormalizerMetrics* metrics) {
  for (const auto& [stream_id, range] : outcome.unreadable) {
    spdlog::error("normalizer: stream {}: bytes {} to {} cannot be read and are set aside: {}",
                  stream_id, range.begin_offset, range.end_offset, range.message);
  }
  if (metrics == nullptr) return;
  metrics->bytes.Increment(static_cast<double>(outcome.bytes));
  metrics->lines.Increment(static_cast<double>(outcome.lines));
  metrics->records.Increment(static_cast<double>(outcome.records));
  metrics->facts.Increment(static_cast<double>(outcome.facts));
  metrics->events.Increment(static_cast<double>(outcome.events));
  metrics->failures.Increment(
      static_cast<double>(outcome.stuck + static_cast<int64_t>(outcome.unreadable.size())));
}

}  // namespace

absl::StatusOr<Projector::Result> Projector::Step(const ProjectionKey& projection) {
  auto result = TakeStep(projection, Streams::kTogether);
  if (!MayBeAStreams(result.status())) return result;
  return TakeStep(projection, Streams::kApart);
}

absl::Status Projector::CatchUp(ProjectionTransaction& tx) const {
  StepOutcome outcome;
  absl::Status status = WithoutExceptions(
      [&] { return StepWork(&index_, &tx, &outcome).TakeTogether(kStreamsToCatchUp); });
  if (status.ok()) Report(outcome, metrics_);
  return status;
}

absl::StatusOr<Projector::Result> Projector::TakeStep(const ProjectionKey& projection,
                                                      Streams streams) {
  StepOutcome outcome;
  const auto ran = store_->Project(projection, [&](ProjectionTransaction& tx) {
    return WithoutExceptions([&] {
      StepWork step(&index_, &tx, &outcome);
      return streams == Streams::kTogether ? step.TakeTogether(kStreamsAStep)
                                           : step.TakeApart(kStreamsAStep);
    });
  });
  if (!ran.ok()) return ran.status();
  if (!*ran) return Result::kBusy;
  Report(outcome, metrics_);
  if (outcome.more) return Result::kMore;
  if (!outcome.trouble.ok()) return outcome.trouble;
  return Result::kDone;
}

}  // namespace proverlog
