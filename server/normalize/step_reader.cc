#include "server/normalize/step_reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace proverlog {
namespace {

int64_t BytesOf(const StreamBytes& bytes) {
  const int64_t begin = bytes.stream.progress.offset;
  const int64_t end = bytes.blocks.empty() ? begin : bytes.blocks.back().end_offset;
  return std::max<int64_t>(0, std::min(end, bytes.limit) - begin);
}

// Bytes may have come since, none may be gone.
bool IsAt(const PendingStream& now, const PendingStream& then) {
  return now.progress.offset == then.progress.offset && now.progress.state == then.progress.state &&
         now.progress.counts == then.progress.counts &&
         now.committed_offset >= then.committed_offset;
}

template <typename Streams>
auto FindStream(Streams& streams, int64_t stream_id) {
  return std::find_if(streams.begin(), streams.end(), [&](const PendingStream& stream) {
    return stream.labels.stream_id == stream_id;
  });
}

}  // namespace

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

absl::StatusOr<StepBytes> FetchStep(const std::vector<PendingStream>& pending, int64_t most_bytes,
                                    ProjectionTransaction& tx) {
  StepBudget budget(pending, most_bytes);
  StepBytes fetched{tx.projection(), {}};
  for (const PendingStream& stream : pending) {
    if (budget.is_spent()) break;
    auto bytes = FetchStream(stream, budget.ShareOf(stream), tx);
    if (!bytes.ok()) return bytes.status();
    budget.Spend(BytesOf(*bytes));
    fetched.streams.push_back(*std::move(bytes));
  }
  return fetched;
}

absl::StatusOr<StepReading> ReadStep(StepBytes bytes, const MessageIndex* index) {
  StepReading reading;
  reading.projection = bytes.projection;
  for (StreamBytes& begun : bytes.streams) {
    const PendingStream& stream = begun.stream;
    auto reached = ReadStream(begun, index, reading.told);
    if (absl::IsDataLoss(reached.status())) {
      ++reading.stuck;
      spdlog::error("normalizer: stream {} cannot be read beyond {}: {}", stream.labels.stream_id,
                    stream.progress.offset, std::string(reached.status().message()));
      reached = NormalizedStream{stream.labels.stream_id, stream.progress, std::nullopt, {}, {}};
    }
    if (!reached.ok()) return reached.status();
    begun.blocks.clear();
    reading.begun.push_back(std::move(begun));
    reading.reached.push_back(*std::move(reached));
  }
  return reading;
}

absl::StatusOr<bool> IsStillRight(const StepReading& reading,
                                  const std::vector<PendingStream>& pending,
                                  ProjectionTransaction& tx) {
  if (!(reading.projection == tx.projection())) return false;
  for (const StreamBytes& begun : reading.begun) {
    const PendingStream& then = begun.stream;
    const auto now = FindStream(pending, then.labels.stream_id);
    if (now == pending.end() || !IsAt(*now, then)) return false;
    const auto gaps =
        tx.ReadGaps(then.labels.stream_id, then.progress.offset, then.committed_offset);
    if (!gaps.ok()) return gaps.status();
    if (*gaps != begun.gaps) return false;
  }
  return true;
}

}  // namespace proverlog
