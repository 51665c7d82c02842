#include "server/query/log_reading.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "storage/archive_range.h"

namespace proverlog {
namespace {

// A block or two, or many small ones.
constexpr int64_t kBytesAtOnce = int64_t{1} << 20;
constexpr int kBlocksAtOnce = 64;
// What is told at once: its lines' overhead, were they all empty, stays below some MiB.
constexpr int64_t kPieceBytes = int64_t{32} << 10;
// How far before the first line the record that it continues is looked for.
constexpr int64_t kRecallBytes = int64_t{64} << 10;
constexpr char kMissing[] = "the archive does not have them";

}  // namespace

absl::StatusOr<LogReading> LogReading::Open(QueryStore* store, const ProverRef& prover,
                                            const StreamStatus& stream,
                                            const LinePosition& position) {
  auto start = store->LoadLineStart(prover, stream.key.stream_id, position);
  if (!start.ok()) return start.status();
  return Create(store, prover, stream, *std::move(start));
}

absl::StatusOr<LogReading> LogReading::OpenAt(QueryStore* store, const ProverRef& prover,
                                              const StreamStatus& stream, int64_t offset) {
  auto start = store->LoadLineStartAt(prover, stream.key.stream_id, offset);
  if (!start.ok()) return start.status();
  return Create(store, prover, stream, *std::move(start));
}

absl::StatusOr<LogReading> LogReading::Create(QueryStore* store, const ProverRef& prover,
                                              const StreamStatus& stream, LineStart start) {
  auto dater = LineDater::Create(start.anchors, start.mark);
  if (!dater.ok()) return dater.status();
  LogReading reading(store, prover, stream, std::move(start), *std::move(dater));
  if (absl::Status status = reading.Recall(); !status.ok()) return status;
  return reading;
}

absl::Status LogReading::Recall() {
  const auto bytes =
      ReadRange(*store_, stream_.key, std::max<int64_t>(0, offset_ - kRecallBytes), offset_);
  if (bytes.ok()) dater_->Recall(*bytes);
  return absl::IsDataLoss(bytes.status()) ? absl::OkStatus() : bytes.status();
}

absl::Status LogReading::ReadOn(LogListener& listener) {
  if (offset_ >= limit_) {
    if (absl::Status status = LoadGaps(); !status.ok()) return status;
  }
  SkipGaps(listener);
  if (offset_ >= stream_.normalized_offset) {
    if (stream_.sealed) {
      dater_->Finish([&](const DatedLine& line) { listener.OnLine(line); });
    }
    raw_ = std::string();  // what is not normalized of it is read again
    raw_end_ = 0;
    at_end_ = true;
    return absl::OkStatus();
  }
  if (offset_ >= raw_end_) {
    if (blocks_.empty()) {
      if (absl::Status status = LoadBlocks(); !status.ok()) return status;
    }
    if (blocks_.empty() || blocks_.front().begin_offset > offset_) return SkipHole(listener);
    Decode(blocks_.front());
    blocks_.pop_front();
  }
  Feed(listener);
  return absl::OkStatus();
}

void LogReading::GoOn(const StreamStatus& stream) {
  stream_ = stream;
  at_end_ = false;
}

absl::Status LogReading::LoadGaps() {
  const auto gaps = store_->ListGaps(prover_, stream_.key.stream_id, offset_,
                                     std::numeric_limits<int64_t>::max());
  if (!gaps.ok()) return gaps.status();
  gaps_.assign(gaps->begin(), gaps->end());
  limit_ = stream_.normalized_offset;
  if (gaps_.size() == static_cast<size_t>(kMaxGapsAtOnce)) {
    limit_ = std::min(limit_, gaps_.back().begin_offset);
  }
  return absl::OkStatus();
}

absl::Status LogReading::LoadBlocks() {
  const int64_t end = std::min(limit_, offset_ + kBytesAtOnce);
  if (offset_ >= end) return absl::OkStatus();
  const auto blocks = store_->ReadBlocks(stream_.key, offset_, end, kBlocksAtOnce);
  if (!blocks.ok()) return blocks.status();
  blocks_.assign(blocks->begin(), blocks->end());
  return absl::OkStatus();
}

void LogReading::SkipGaps(LogListener& listener) {
  while (!gaps_.empty() && gaps_.front().begin_offset <= offset_) {
    const Gap gap = std::move(gaps_.front());
    gaps_.pop_front();
    Skip(gap, listener);
  }
  while (!blocks_.empty() && blocks_.front().end_offset <= offset_) blocks_.pop_front();
}

void LogReading::Skip(const Gap& gap, LogListener& listener) {
  offset_ = std::max(offset_, gap.end_offset);
  dater_->Skip(offset_, [&](const DatedLine& line) { listener.OnLine(line); });
  listener.OnGap(gap);
}

int64_t LogReading::NextGap() const {
  return gaps_.empty() ? limit_ : std::min(limit_, gaps_.front().begin_offset);
}

void LogReading::Decode(const Block& block) {
  raw_ = DecodeBlock(stream_.key, block);
  raw_begin_ = block.begin_offset;
  raw_end_ = block.end_offset;
}

// Between two of its bytes a gap of unknown size may lie, and blocks that are being merged overlap.
void LogReading::Feed(LogListener& listener) {
  const int64_t end = std::min(raw_end_, NextGap());
  if (!raw_.ok()) {
    Skip({offset_, end, GapReason::kUnreadable, 0, std::string(raw_.status().message())}, listener);
    return;
  }
  const int64_t size = std::min(end - offset_, kPieceBytes);
  dater_->Feed(absl::string_view(*raw_).substr(static_cast<size_t>(offset_ - raw_begin_),
                                               static_cast<size_t>(size)),
               [&](const DatedLine& line) { listener.OnLine(line); });
  offset_ += size;
}

absl::Status LogReading::SkipHole(LogListener& listener) {
  blocks_.clear();
  const auto next = store_->ReadBlocks(stream_.key, offset_, limit_, /*max_blocks=*/1);
  if (!next.ok()) return next.status();
  const auto removed_until = store_->RemovedUntil(stream_.key);
  if (!removed_until.ok()) return removed_until.status();
  const int64_t end = std::min(NextGap(), next->empty() ? limit_ : next->front().begin_offset);
  if (end <= offset_) return absl::OkStatus();  // it has come meanwhile
  Gap gap{offset_, end, GapReason::kUnreadable, 0, kMissing};
  if (offset_ < *removed_until) {
    gap.reason = GapReason::kRetention;
    gap.message.clear();
    if (offset_ == 0) {
      if (absl::Status status = DateAnew(*removed_until, gap.end_offset); !status.ok())
        return status;
    }
  }
  Skip(gap, listener);
  return absl::OkStatus();
}

// Nobody knows how many days are missing of a log that was removed from its beginning. The mark
// that was kept tells; without one, lines without a date are not dated before the next anchor.
absl::Status LogReading::DateAnew(int64_t removed_until, int64_t& end) {
  StreamMark mark = start_.first_mark;
  std::vector<Anchor> anchors = start_.anchors;
  if (mark.offset == 0 || mark.offset > removed_until) {
    mark = {};
    anchors.erase(std::remove_if(anchors.begin(), anchors.end(),
                                 [&](const Anchor& anchor) { return anchor.offset < end; }),
                  anchors.end());
  }
  end = std::max(end, mark.offset);
  auto dater = LineDater::Create(std::move(anchors), mark);
  if (!dater.ok()) return dater.status();
  dater_.emplace(*std::move(dater));
  return absl::OkStatus();
}

}  // namespace proverlog
