#include "server/normalize/projector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/job.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/utf8.h"
#include "server/normalize/step_reader.h"

namespace proverlog {
namespace {

constexpr int kStreamsAStep = 64;
constexpr int kStreamsToCatchUp = 1000;
// A job with its facts takes some KiB while it is written.
constexpr int kJobsAtOnce = 4000;
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

void Count(const StepReading& reading, StepOutcome& outcome) {
  for (size_t i = 0; i < reading.reached.size(); ++i) {
    Count(reading.begun[i].stream.progress, reading.reached[i], outcome);
  }
  for (const auto& [id, facts] : reading.told.jobs.facts()) {
    outcome.facts += static_cast<int64_t>(facts.size());
  }
  outcome.events += static_cast<int64_t>(reading.told.events.size());
  outcome.stuck += reading.stuck;
}

using FactsOfJobs = std::map<JobId, std::vector<Fact>>;

// Unites what the logs say with what is known, and writes the jobs that this changed.
absl::Status MergeSome(FactsOfJobs::const_iterator begin, FactsOfJobs::const_iterator end,
                       const std::set<int32_t>& epochs_with_jobs, ProjectionTransaction& tx) {
  std::vector<JobId> ids;
  for (auto told = begin; told != end; ++told) {
    if (epochs_with_jobs.count(told->first.epoch) > 0) ids.push_back(told->first);
  }
  const auto known = tx.LoadFacts(ids);
  if (!known.ok()) return known.status();

  std::vector<Job> added;
  std::vector<Job> changed;
  for (auto told = begin; told != end; ++told) {
    const auto& [id, facts] = *told;
    const auto found = known->find(id);
    if (found == known->end()) {
      added.push_back(DeriveJob(id, facts));
      continue;
    }
    std::vector<Fact> united = found->second;
    UniteFacts(facts, united);
    if (united != found->second) changed.push_back(DeriveJob(id, std::move(united)));
  }
  absl::Status status = tx.AddJobs(added);
  return status.ok() ? tx.UpdateJobs(changed) : status;
}

absl::Status MergeJobs(const JobSet& told, ProjectionTransaction& tx) {
  const FactsOfJobs& facts = told.facts();
  if (facts.empty()) return absl::OkStatus();
  std::set<int32_t> epochs;
  for (const auto& [id, of_job] : facts) epochs.insert(epochs.end(), id.epoch);
  const auto with_jobs = tx.EpochsWithJobs(epochs);
  if (!with_jobs.ok()) return with_jobs.status();
  for (auto begin = facts.begin(); begin != facts.end();) {
    auto end = begin;
    for (int jobs = 0; jobs < kJobsAtOnce && end != facts.end(); ++jobs) ++end;
    if (absl::Status status = MergeSome(begin, end, *with_jobs, tx); !status.ok()) return status;
    begin = end;
  }
  return absl::OkStatus();
}

NormalizedStream Unchanged(const PendingStream& stream) {
  return {stream.labels.stream_id, stream.progress, std::nullopt, {}, {}};
}

// Ends what the parser throws. Without memory it is not the stream's fault.
absl::Status WithoutExceptions(const std::function<absl::Status()>& body) {
  try {
    return body();
  } catch (const std::bad_alloc& e) {
    return absl::UnavailableError(absl::StrCat("cannot normalize: ", e.what()));
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat("cannot normalize: ", e.what()));
  }
}

// What the database refuses of a block's values, or the parser throws.
bool IsOfTheBlock(const absl::Status& status) { return absl::IsInvalidArgument(status); }

// Whether it may be due to one stream.
bool MayBeAStreams(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status);
}

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

// One transaction's work.
class Projector::StepWork {
 public:
  StepWork(const MessageIndex* index, ProjectionTransaction* tx, StepOutcome* outcome)
      : index_(index), tx_(*tx), outcome_(*outcome) {
    outcome_ = {};
  }

  // All streams as one: what one of them tells may fail for all. `reading` is what was read ahead;
  // what is written is left there. Begins to read what comes next, where that is much.
  absl::Status TakeTogether(int max_streams, int64_t most_bytes,
                            std::optional<StepReading>& reading, ReadAhead* next) {
    const auto pending = tx_.PendingStreams(max_streams);
    if (!pending.ok()) return pending.status();
    auto is_right = reading ? IsStillRight(*reading, *pending, tx_) : false;
    if (!is_right.ok()) return is_right.status();
    if (!*is_right) {
      auto bytes = FetchStep(*pending, most_bytes, tx_);
      if (!bytes.ok()) return bytes.status();
      auto read = ReadStep(*std::move(bytes), index_);
      if (!read.ok()) return read.status();
      reading = *std::move(read);
    }
    // With more streams than these the next step is of others.
    if (next != nullptr && pending->size() < static_cast<size_t>(max_streams)) {
      if (absl::Status status = next->Begin(reading->LeftOf(*pending), tx_); !status.ok()) {
        return status;
      }
    }
    return Save(*reading, outcome_);
  }

  // Each stream for itself: one that fails is put behind the others, or goes on behind what fails.
  absl::Status TakeApart(int max_streams) {
    const auto pending = tx_.PendingStreams(max_streams);
    if (!pending.ok()) return pending.status();
    StepBudget budget(*pending, kBytesAStep);
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
  absl::Status Save(const StepReading& reading, StepOutcome& outcome) {
    Count(reading, outcome);
    const Told& told = reading.told;
    if (absl::Status status = MergeJobs(told.jobs, tx_); !status.ok()) return status;
    if (absl::Status status = tx_.SaveEvents(told.events); !status.ok()) return status;
    if (absl::Status status = tx_.SaveCircuitRuns(told.circuit_runs); !status.ok()) return status;
    if (absl::Status status = tx_.AddUnknown(told.unknown); !status.ok()) return status;
    for (const NormalizedStream& stream : reading.reached) {
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
      auto bytes = FetchStream(piece, max_bytes, tx_);
      if (!bytes.ok()) return bytes.status();
      const auto reading = ReadStep({tx_.projection(), {*std::move(bytes)}}, index_);
      if (!reading.ok()) return reading.status();
      reached = reading->reached.front();
      return Save(*reading, part);
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
      if (IsOfTheBlock(reached.status())) return SetAside(piece, reached.status(), outcome);
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

absl::StatusOr<Projector::Result> Projector::Step(const ProjectionKey& projection) {
  auto result = TakeTogether(projection);
  if (!MayBeAStreams(result.status())) return result;
  return Take(projection, [&](StepWork& step) { return step.TakeApart(kStreamsAStep); });
}

absl::Status Projector::CatchUp(ProjectionTransaction& tx) const {
  StepOutcome outcome;
  absl::Status status = WithoutExceptions([&] {
    std::optional<StepReading> reading;
    return StepWork(&index_, &tx, &outcome)
        .TakeTogether(kStreamsToCatchUp, kBytesAStep, reading, nullptr);
  });
  if (status.ok()) Report(outcome, metrics_);
  return status;
}

absl::StatusOr<Projector::Result> Projector::TakeTogether(const ProjectionKey& projection) {
  std::optional<StepReading> reading = ahead_.Finish();
  ReadAhead next(&index_);
  auto result = Take(projection, [&](StepWork& step) {
    return step.TakeTogether(kStreamsAStep, kMostBytesAStep, reading, &next);
  });
  ahead_ = std::move(next);
  return result;
}

absl::StatusOr<Projector::Result> Projector::Take(const ProjectionKey& projection,
                                                  absl::FunctionRef<absl::Status(StepWork&)> body) {
  StepOutcome outcome;
  const auto ran = store_->Project(projection, [&](ProjectionTransaction& tx) {
    return WithoutExceptions([&] {
      StepWork step(&index_, &tx, &outcome);
      return body(step);
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
