#ifndef PROVERLOG_SERVER_INGEST_TAIL_DIGESTS_H_
#define PROVERLOG_SERVER_INGEST_TAIL_DIGESTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "storage/archive_store.h"

namespace proverlog {

// The digests of what streams end with. Where hundreds of a machine's logs begin alike, each of
// their senders asks for all of them. Thread-safe.
class TailDigests {
 public:
  // SHA-256 of the stream's bytes [begin, end), which `read` gives where they are not known.
  absl::StatusOr<std::string> Get(const StreamCandidate& stream, int64_t begin, int64_t end,
                                  const std::function<absl::StatusOr<std::string>()>& read);

 private:
  // What a failover lost was received at another time than what came in its place.
  using Key = std::tuple<ProverId, int64_t, int64_t, int64_t, int64_t, UnixMillis>;

  absl::Mutex mutex_;
  std::map<Key, std::string> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_TAIL_DIGESTS_H_
