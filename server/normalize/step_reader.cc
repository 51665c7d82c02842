#include "server/normalize/step_reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace proverlog {
namespace {

constexpr int64_t kLeastShare = int64_t{64} << 10;

int64_t BytesOf(const StreamBytes& bytes) {
  const int64_t begin = bytes.stream.progress.offset;
  const int64_t end = bytes.blocks.empty() ? begin : bytes.blocks.back().end_offset;
  return std::max<int64_t>(0, std::min(end, bytes.limit) - begin);
}

template <typename Streams>
auto FindStream(Streams& streams, int64_t stream_id) {
  return std::find_if(streams.begin(), streams.end(), [&](const PendingStream& stream) {
    return stream.labels.stream_id == stream_id;
  });
}

}  // namespace

StepBudget::StepBudget(const std::vector<PendingStream>& pending) {
  for (const PendingStream& stream : pending) behind_ += BytesBehind(stream);
  step_ = std::clamp(behind_ / 2, kBytesAStep, kMostBytesAStep);
  left_ = step_;
}

int64_t StepBudget::ShareOf(const PendingStream& stream) const {
  if (behind_ <= step_) return left_;
  const double part = static_cast<double>(BytesBehind(stream)) / static_cast<double>(behind_);
  const auto share = static_cast<int64_t>(part * static_cast<double>(step_));
  return std::min(left_, std::max(kLeastShare, share));
}

bool StepReading::Continues(const std::vector<PendingStream>& pending) const {
  return std::all_of(begun.begin(), begun.end(), [&](const PendingStream& stream) {
    const auto found = FindStream(pending, stream.labels.stream_id);
    return found != pending.end() && found->progress.offset == stream.progress.offset &&
           found->progress.state == stream.progress.state;
  });
}

std::vector<PendingStream> StepReading::LeftOf(const std::vector<PendingStream>& pending) const {
  std::vector<PendingStream> left = pending;
  for (const NormalizedStream& stream : reached) {
    const auto found = FindStream(left, stream.stream_id);
    if (found == left.end()) continue;
    found->progress = stream.progress;
    if (stream.sealed_offset) found->sealed_offset = std::nullopt;
    // Behind those that have waited longer.
    std::rotate(found, found + 1, left.end());
  }
  left.erase(std::remove_if(left.begin(), left.end(),
                            [](const PendingStream& stream) { return BytesBehind(stream) == 0; }),
             left.end());
  return left;
}

absl::StatusOr<std::vector<StreamBytes>> FetchStep(const std::vector<PendingStream>& pending,
                                                   ProjectionTransaction& tx) {
  StepBudget budget(pending);
  std::vector<StreamBytes> fetched;
  for (const PendingStream& stream : pending) {
    if (budget.is_spent()) break;
    auto bytes = FetchStream(stream, budget.ShareOf(stream), tx);
    if (!bytes.ok()) return bytes.status();
    budget.Spend(BytesOf(*bytes));
    fetched.push_back(*std::move(bytes));
  }
  return fetched;
}

absl::StatusOr<StepReading> ReadStep(const std::vector<StreamBytes>& streams,
                                     const MessageIndex* index) {
  StepReading reading;
  for (const StreamBytes& bytes : streams) {
    const PendingStream& stream = bytes.stream;
    auto reached = ReadStream(bytes, index, reading.told);
    if (absl::IsDataLoss(reached.status())) {
      ++reading.stuck;
      spdlog::error("normalizer: stream {} cannot be read beyond {}: {}", stream.labels.stream_id,
                    stream.progress.offset, std::string(reached.status().message()));
      reached = NormalizedStream{stream.labels.stream_id, stream.progress, std::nullopt, {}, {}};
    }
    if (!reached.ok()) return reached.status();
    reading.begun.push_back(stream);
    reading.reached.push_back(*std::move(reached));
  }
  return reading;
}

}  // namespace proverlog
