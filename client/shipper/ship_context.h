#ifndef PROVERLOG_CLIENT_SHIPPER_SHIP_CONTEXT_H_
#define PROVERLOG_CLIENT_SHIPPER_SHIP_CONTEXT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/input/read_bytes.h"
#include "client/sender/retry.h"
#include "client/shipper/log_labels.h"
#include "client/shipper/servers.h"

namespace proverlog {

// Which streams the logs of this process are. Two logs that begin with the same bytes do not become
// one stream. Thread-safe.
class StreamOwners {
 public:
  // Whether the stream is this owner's, now that it asks.
  bool Claim(int64_t stream_id, const void* owner);
  // Gives up what the owner claimed.
  void Release(const void* owner);

 private:
  absl::Mutex mutex_;
  std::map<int64_t, const void*> owners_ ABSL_GUARDED_BY(mutex_);
};

// Slows reading down to a rate. Thread-safe.
class RateLimit {
 public:
  // 0: there is no limit. `sleeper` outlives it.
  RateLimit(int64_t bytes_per_second, Sleeper* sleeper)
      : bytes_per_second_(bytes_per_second), sleeper_(sleeper) {}

  // How much to read at once, of at most `max` bytes: what a quarter of a second has.
  size_t Piece(size_t max) const;
  // Waits until so many bytes may have been read.
  void Take(size_t bytes);

 private:
  const int64_t bytes_per_second_;
  Sleeper* const sleeper_;
  absl::Mutex mutex_;
  absl::Time free_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// What the logs of a process share. All of it outlives them, and is thread-safe.
struct ShipContext {
  std::string prover;  // "": as each log's labels say
  std::string time_zone;
  Servers* servers = nullptr;
  StreamOwners* owners = nullptr;
  RateLimit* rate = nullptr;
  Sleeper* sleeper = nullptr;
  bool once = false;                                  // what is there now is all
  std::function<void(const std::string& text)> tell;  // the user
  std::atomic<int64_t>* lines_sent = nullptr;
  std::atomic<int64_t>* bytes_sent = nullptr;
};

// One batch, before it is compressed.
inline constexpr size_t kShipBatchBytes = size_t{256} << 10;
// What is sent of a log before the others have their turn.
inline constexpr int64_t kTurnBytes = int64_t{4} << 20;

// Reads at most `max` bytes, and `left` of the turn, no faster than the rate. Fails as `read` does,
// and with CANCELLED when all calls are cancelled.
absl::StatusOr<std::string> ReadForTurn(const ShipContext& context, const ReadBytes& read,
                                        int64_t offset, size_t max, int64_t& left);

// How a call of the log begins.
v1::Hello HelloOf(const ShipContext& context, const LogLabels& labels, std::string head,
                  int64_t size);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_SHIP_CONTEXT_H_
