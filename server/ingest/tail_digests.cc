#include "server/ingest/tail_digests.h"

#include "codec/sha256.h"

namespace proverlog {
namespace {

constexpr size_t kMaxKnown = 50'000;  // 10 MB

}  // namespace

absl::StatusOr<std::string> TailDigests::Get(
    const StreamCandidate& stream, int64_t begin, int64_t end,
    const std::function<absl::StatusOr<std::string>()>& read) {
  const Key key = {stream.key.prover_id,    stream.key.stream_id, begin, end,
                   stream.committed_offset, stream.received_at};
  {
    absl::MutexLock lock(&mutex_);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
  }
  const auto bytes = read();
  if (!bytes.ok()) return bytes.status();
  std::string digest = Sha256(*bytes);
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  known_.emplace(key, digest);
  return digest;
}

}  // namespace proverlog
