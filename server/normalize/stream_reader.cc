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

// About a second of the database's work. An event takes several times that of a fact.
constexpr size_t kMostFacts = 200'000;
constexpr size_t kMostEvents = 25'000;

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

  void OnMark(const StreamMark& mark) override { marks_.push_back(mark); }

  const UnknownMessages& unknown() const { return unknown_; }
  std::vector<StreamMark> TakeMarks() { return std::move(marks_); }

 private:
  Told* told_;
  std::vector<StreamMark> marks_;
  UnknownMessages unknown_;
};

// Where the gaps end that begin at the offset, one behind the other.
int64_t EndOfGaps(const std::vector<Gap>& gaps, int64_t offset) {
  for (const Gap& gap : gaps) {
    if (gap.begin_offset == offset) offset = gap.end_offset;
  }
  return offset;
}

// Keeps the blocks that follow `offset` without a hole, up to `limit`.
void KeepConnected(const std::vector<Gap>& gaps, int64_t offset, int64_t limit,
                   std::vector<Block>& blocks) {
  std::vector<Block> connected;
  for (Block& block : blocks) {
    if (block.end_offset <= offset) continue;
    if (block.begin_offset > offset || offset >= limit) break;
    offset = EndOfGaps(gaps, block.end_offset);
    connected.push_back(std::move(block));
  }
  blocks = std::move(connected);
}

// Reads one stream on; `offset_` is how far.
class StreamReader {
 public:
  StreamReader(const StreamBytes& bytes, StreamNormalizer* normalizer, Told* told)
      : bytes_(bytes),
        normalizer_(normalizer),
        told_(told),
        sink_(told),
        offset_(bytes.stream.progress.offset) {}

  void Read() {
    SkipGaps();
    if (bytes_.missing_end) SetAside(*bytes_.missing_end, kMissing);
    for (const Block& block : bytes_.blocks) {
      if (told_->is_full()) return;
      FeedBlock(block);
    }
  }

  NormalizedStream Finish() {
    NormalizedStream reached;
    reached.stream_id = bytes_.stream.labels.stream_id;
    if (bytes_.stream.sealed_offset == offset_) {
      normalizer_->Seal(sink_);
      reached.sealed_offset = offset_;
    }
    reached.progress = normalizer_->progress();
    reached.unreadable = std::move(unreadable_);
    reached.marks = sink_.TakeMarks();
    return reached;
  }

  const UnknownCounts& unknown() const { return sink_.unknown().counts(); }

 private:
  // Reads across the gaps that begin where it is.
  void SkipGaps() {
    for (const Gap& gap : bytes_.gaps) {
      if (gap.begin_offset != offset_) continue;
      normalizer_->Skip(gap.end_offset, sink_);
      offset_ = gap.end_offset;
    }
  }

  // Feeds the block to the limit. A gap of unknown size lies between two bytes, and these may have
  // been merged into one block.
  void FeedBlock(const Block& block) {
    const int64_t block_end = std::min(block.end_offset, bytes_.limit);
    const auto raw =
        DecompressFrame(block.zstd, static_cast<size_t>(block.end_offset - block.begin_offset));
    if (!raw.ok()) {
      SetAside(block_end, raw.status().message());
      SkipGaps();
    }
    while (offset_ < block_end) {
      int64_t end = block_end;
      for (const Gap& gap : bytes_.gaps) {
        if (gap.begin_offset > offset_) end = std::min(end, gap.begin_offset);
      }
      const auto begin = static_cast<size_t>(offset_ - block.begin_offset);
      normalizer_->Feed(absl::string_view(*raw).substr(begin, static_cast<size_t>(end - offset_)),
                        sink_);
      offset_ = end;
      SkipGaps();
    }
  }

  void SetAside(int64_t end, absl::string_view message) {
    unreadable_.push_back({offset_, end, std::string(message)});
    normalizer_->Skip(end, sink_);
    offset_ = end;
  }

  const StreamBytes& bytes_;
  StreamNormalizer* normalizer_;
  Told* told_;
  StreamSink sink_;
  int64_t offset_;
  std::vector<Unreadable> unreadable_;
};

}  // namespace

bool Told::is_full() const {
  return jobs.fact_count() + circuit_runs.size() >= kMostFacts || events.size() >= kMostEvents;
}

absl::StatusOr<StreamBytes> FetchStream(const PendingStream& stream, int64_t max_bytes,
                                        ProjectionTransaction& tx) {
  const int64_t stream_id = stream.labels.stream_id;
  const int64_t begin = stream.progress.offset;
  auto gaps = tx.ReadGaps(stream_id, begin, stream.committed_offset);
  if (!gaps.ok()) return gaps.status();
  // Not what was committed since, which may be in a merged block, too: its anchors may be missing
  // from `stream`, and its gaps from these; nor beyond the last gap where there may be more.
  const bool all_gaps = gaps->size() < static_cast<size_t>(kMaxGapsAtOnce);
  StreamBytes bytes{stream, *std::move(gaps), {}, stream.committed_offset, std::nullopt};
  if (!all_gaps) bytes.limit = std::min(bytes.limit, bytes.gaps.back().begin_offset);
  const int64_t offset = EndOfGaps(bytes.gaps, begin);
  const int64_t wanted = std::min(max_bytes, bytes.limit - offset);
  if (wanted <= 0) return bytes;
  bytes.limit = offset + wanted;
  auto blocks = tx.ReadBlocks(stream_id, offset, wanted);
  if (!blocks.ok()) return blocks.status();
  const int64_t next = blocks->empty() ? bytes.limit : blocks->front().begin_offset;
  bytes.blocks = *std::move(blocks);
  KeepConnected(bytes.gaps, offset, bytes.limit, bytes.blocks);
  if (!bytes.blocks.empty() || offset > begin) return bytes;
  const auto gaps_now = tx.ReadGaps(stream_id, begin, stream.committed_offset);
  if (!gaps_now.ok()) return gaps_now.status();
  // They were removed by --keep-logs meanwhile, and are a gap.
  if (*gaps_now != bytes.gaps) return bytes;
  bytes.missing_end = std::min(next, offset + wanted);
  for (const Gap& gap : bytes.gaps) {
    if (gap.begin_offset > offset)
      bytes.missing_end = std::min(*bytes.missing_end, gap.begin_offset);
  }
  return bytes;
}

absl::StatusOr<NormalizedStream> ReadStream(const StreamBytes& bytes, const MessageIndex* index,
                                            Told& told) {
  auto normalizer = StreamNormalizer::Create(bytes.stream.labels, bytes.stream.progress, index);
  if (!normalizer.ok()) return normalizer.status();
  StreamReader reader(bytes, &*normalizer, &told);
  reader.Read();
  NormalizedStream reached = reader.Finish();
  told.unknown[reached.stream_id] = reader.unknown();
  return reached;
}

}  // namespace proverlog
