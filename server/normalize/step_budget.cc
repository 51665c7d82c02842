#include "server/normalize/step_budget.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace proverlog {
namespace {

constexpr int64_t kLeastShare = int64_t{64} << 10;

// How a stream's bytes and its time go together.
struct Pace {
  double at = 0;             // its last instant
  double bytes_a_milli = 0;  // until now
  double fair = 0;           // bytes that are its in any case
  double behind = 0;         // bytes

  // The bytes beyond the fair ones that bring it up to the instant.
  double BytesUpTo(double instant) const {
    return std::clamp((instant - at) * bytes_a_milli - fair, 0.0, behind - fair);
  }
};

// Nothing where no two instants are known of it.
std::optional<Pace> PaceOf(const PendingStream& stream) {
  const StreamCounts& counts = stream.progress.counts;
  if (!counts.first_at || *counts.first_at >= *counts.last_at) return std::nullopt;
  Pace pace;
  pace.at = static_cast<double>(*counts.last_at);
  pace.bytes_a_milli = static_cast<double>(stream.progress.offset) /
                       static_cast<double>(*counts.last_at - *counts.first_at);
  pace.behind = static_cast<double>(BytesBehind(stream));
  return pace;
}

// The instant that all streams reach with so many bytes beyond the fair ones.
double CommonInstant(const std::map<int64_t, Pace>& paces, double bytes) {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  for (const auto& [id, pace] : paces) {
    low = std::min(low, pace.at);
    high = std::max(high, pace.at + pace.behind / pace.bytes_a_milli);
  }
  constexpr int kHalvings = 64;  // any instants are a millisecond apart by then
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = low + (high - low) / 2;
    double needed = 0;
    for (const auto& [id, pace] : paces) needed += pace.BytesUpTo(middle);
    (needed < bytes ? low : high) = middle;
  }
  return low;
}

}  // namespace

StepBudget::StepBudget(const std::vector<PendingStream>& pending, int64_t most_bytes) {
  int64_t behind = 0;
  for (const PendingStream& stream : pending) behind += BytesBehind(stream);
  left_ = std::clamp(behind / 2, kBytesAStep, most_bytes);
  if (behind <= left_) return;

  const double part = static_cast<double>(left_) / static_cast<double>(behind);
  std::map<int64_t, Pace> paces;
  auto rest = static_cast<double>(left_);
  for (const PendingStream& stream : pending) {
    const double share = part * static_cast<double>(BytesBehind(stream));
    auto pace = PaceOf(stream);
    const double fair = pace ? share / 2 : share;
    rest -= fair;
    shares_[stream.labels.stream_id] = static_cast<int64_t>(fair);
    if (!pace) continue;
    pace->fair = fair;
    paces[stream.labels.stream_id] = *pace;
  }
  const double instant = CommonInstant(paces, rest);
  for (const auto& [id, pace] : paces) shares_[id] += static_cast<int64_t>(pace.BytesUpTo(instant));
}

int64_t StepBudget::ShareOf(const PendingStream& stream) const {
  const auto share = shares_.find(stream.labels.stream_id);
  if (share == shares_.end()) return left_;
  return std::min(left_, std::max(kLeastShare, share->second));
}

}  // namespace proverlog
