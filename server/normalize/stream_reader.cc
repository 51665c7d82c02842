#include "server/normalize/stream_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "codec/zstd_frame.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/unknown_messages.h"

namespace proverlog {
namespace {

constexpr char kMissing[] = "the archive does not have them";

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

// Reads one stream on; `offset_` is how far.
class StreamReader {
 public:
  StreamReader(const PendingStream& pending, StreamNormalizer* normalizer, Told* told)
      : pending_(pending), normalizer_(normalizer), sink_(told), offset_(pending.progress.offset) {}

  absl::Status Read(ProjectionTransaction& tx, int64_t max_bytes) {
    const auto gaps = ReadGaps(tx);
    if (!gaps.ok()) return gaps.status();
    SkipGaps(*gaps);
    // Not what was committed since, which may be in a merged block, too: its anchors may be missing
    // from `pending_`, and its gaps from these; nor beyond the last gap where there may be more.
    const bool all_gaps = gaps->size() < static_cast<size_t>(kMaxGapsAtOnce);
    const int64_t limit = all_gaps ? pending_.committed_offset
                                   : std::min(pending_.committed_offset, gaps->back().begin_offset);
    const int64_t wanted = std::min(max_bytes, limit - offset_);
    if (wanted <= 0) return absl::OkStatus();
    const auto blocks = tx.ReadBlocks(pending_.labels.stream_id, offset_, wanted);
    if (!blocks.ok()) return blocks.status();
    for (const Block& block : *blocks) {
      if (block.end_offset <= offset_) continue;
      if (block.begin_offset > offset_ || offset_ >= limit) break;
      FeedBlock(block, *gaps, limit);
    }
    if (offset_ > pending_.progress.offset) return absl::OkStatus();
    const int64_t next = blocks->empty() ? limit : blocks->front().begin_offset;
    return PassMissing(tx, *gaps, std::min(next, offset_ + wanted));
  }

  NormalizedStream Finish() {
    NormalizedStream reached;
    reached.stream_id = pending_.labels.stream_id;
    if (pending_.sealed_offset == offset_) {
      normalizer_->Seal(sink_);
      reached.sealed_offset = offset_;
    }
    reached.progress = normalizer_->progress();
    reached.unreadable = std::move(unreadable_);
    return reached;
  }

  const UnknownCounts& unknown() const { return sink_.unknown().counts(); }

 private:
  absl::StatusOr<std::vector<Gap>> ReadGaps(ProjectionTransaction& tx) const {
    return tx.ReadGaps(pending_.labels.stream_id, pending_.progress.offset,
                       pending_.committed_offset);
  }

  // Reads across the gaps that begin where it is.
  void SkipGaps(const std::vector<Gap>& gaps) {
    for (const Gap& gap : gaps) {
      if (gap.begin_offset != offset_) continue;
      normalizer_->Skip(gap.end_offset, sink_);
      offset_ = gap.end_offset;
    }
  }

  // Feeds the block to `limit`. A gap of unknown size lies between two bytes, and these may have
  // been merged into one block.
  void FeedBlock(const Block& block, const std::vector<Gap>& gaps, int64_t limit) {
    const int64_t block_end = std::min(block.end_offset, limit);
    const auto raw =
        DecompressFrame(block.zstd, static_cast<size_t>(block.end_offset - block.begin_offset));
    if (!raw.ok()) {
      SetAside(block_end, raw.status().message());
      SkipGaps(gaps);
    }
    while (offset_ < block_end) {
      int64_t end = block_end;
      for (const Gap& gap : gaps) {
        if (gap.begin_offset > offset_) end = std::min(end, gap.begin_offset);
      }
      const auto begin = static_cast<size_t>(offset_ - block.begin_offset);
      normalizer_->Feed(absl::string_view(*raw).substr(begin, static_cast<size_t>(end - offset_)),
                        sink_);
      offset_ = end;
      SkipGaps(gaps);
    }
  }

  // The archive has no block before `end`.
  absl::Status PassMissing(ProjectionTransaction& tx, const std::vector<Gap>& gaps, int64_t end) {
    const auto now = ReadGaps(tx);
    if (!now.ok()) return now.status();
    // They were removed by --keep-logs meanwhile, and are a gap.
    if (*now != gaps) return absl::OkStatus();
    for (const Gap& gap : gaps) {
      if (gap.begin_offset > offset_) end = std::min(end, gap.begin_offset);
    }
    SetAside(end, kMissing);
    return absl::OkStatus();
  }

  void SetAside(int64_t end, absl::string_view message) {
    unreadable_.push_back({offset_, end, std::string(message)});
    normalizer_->Skip(end, sink_);
    offset_ = end;
  }

  const PendingStream& pending_;
  StreamNormalizer* normalizer_;
  StreamSink sink_;
  int64_t offset_;
  std::vector<Unreadable> unreadable_;
};

}  // namespace

absl::StatusOr<NormalizedStream> ReadStream(const PendingStream& pending, int64_t max_bytes,
                                            const MessageIndex* index, ProjectionTransaction& tx,
                                            Told& told) {
  auto normalizer = StreamNormalizer::Create(pending.labels, pending.progress, index);
  if (!normalizer.ok()) return normalizer.status();
  StreamReader reader(pending, &*normalizer, &told);
  if (absl::Status status = reader.Read(tx, max_bytes); !status.ok()) return status;
  NormalizedStream reached = reader.Finish();
  told.unknown[reached.stream_id] = reader.unknown();
  return reached;
}

}  // namespace proverlog
