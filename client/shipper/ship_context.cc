#include "client/shipper/ship_context.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace proverlog {

bool StreamOwners::Claim(int64_t stream_id, const void* owner) {
  absl::MutexLock lock(&mutex_);
  return owners_.try_emplace(stream_id, owner).first->second == owner;
}

void StreamOwners::Release(const void* owner) {
  absl::MutexLock lock(&mutex_);
  for (auto it = owners_.begin(); it != owners_.end();) {
    it = it->second == owner ? owners_.erase(it) : std::next(it);
  }
}

size_t RateLimit::Piece(size_t max) const {
  if (bytes_per_second_ == 0) return max;
  return std::clamp(static_cast<size_t>(bytes_per_second_ / 4), size_t{1}, max);
}

void RateLimit::Take(size_t bytes) {
  if (bytes_per_second_ == 0) return;
  absl::Duration wait;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = sleeper_->Now();
    free_at_ = std::max(free_at_, now) +
               absl::Seconds(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
    wait = free_at_ - now;
  }
  sleeper_->Sleep(wait);
}

absl::StatusOr<std::string> ReadForTurn(const ShipContext& context, const ReadBytes& read,
                                        int64_t offset, size_t max, int64_t& left) {
  const size_t piece =
      std::min(context.rate->Piece(max), static_cast<size_t>(std::max(left, int64_t{0})));
  if (piece == 0) return std::string();
  if (context.servers->is_cancelled()) return absl::CancelledError("nothing is sent any more");
  auto bytes = read(offset, piece);
  if (!bytes.ok()) return bytes;
  context.rate->Take(bytes->size());
  left -= static_cast<int64_t>(bytes->size());
  return bytes;
}

v1::Hello HelloOf(const ShipContext& context, const LogLabels& labels, std::string head,
                  int64_t size) {
  v1::Hello hello;
  hello.set_prover(context.prover.empty() ? labels.prover : context.prover);
  hello.set_machine(labels.machine);
  hello.set_source(labels.source);
  hello.set_head(std::move(head));
  hello.set_size(size);
  return hello;
}

}  // namespace proverlog
