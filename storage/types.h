#ifndef PROVERLOG_STORAGE_TYPES_H_
#define PROVERLOG_STORAGE_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/stream.h"
#include "model/time.h"

namespace proverlog {

using ProverId = int32_t;

// Names a stream; every table has the prover first in its key.
struct StreamKey {
  ProverId prover_id = 0;
  int64_t stream_id = 0;

  friend bool operator==(const StreamKey& a, const StreamKey& b) = default;
};

// Names a projection: what a normalizer made of a prover's logs. Without a number it is the live
// one, whichever that is when it is used.
inline constexpr int32_t kLiveProjection = 0;
struct ProjectionKey {
  ProverId prover_id = 0;
  int32_t projection_id = kLiveProjection;

  friend bool operator==(const ProjectionKey& a, const ProjectionKey& b) = default;
};

// The head of a stream, by which a log is recognized: its first bytes, at most this many.
inline constexpr size_t kHeadBytes = 1024;

// No block holds more raw bytes than this. Readers rely on it to find the block of an offset.
inline constexpr int64_t kMaxBlockBytes = int64_t{1} << 20;

// A block of at least this many raw bytes is kept as it came; smaller ones are merged.
inline constexpr int64_t kLargeBlockBytes = int64_t{256} << 10;

// By the last bytes of a stream a sender's log is recognized: at most this many, which are never
// removed.
inline constexpr int64_t kTailBytes = int64_t{64} << 10;

// Consecutive bytes of a stream as the archive keeps them.
struct Block {
  int64_t begin_offset = 0;
  int64_t end_offset = 0;
  std::string zstd;  // one frame, with checksum and content size
};

// A log as far as it has been received and read.
struct StreamStatus {
  StreamKey key;
  std::string machine;
  std::string source;
  int64_t committed_offset = 0;
  int64_t normalized_offset = 0;
  bool sealed = false;  // the sender said that this is all for now, and all of it is normalized
  StreamCounts counts;
  std::optional<UnixMillis> received_at;  // of the last bytes
  // When its sender was last known to be there, and had nothing more: never before received_at.
  std::optional<UnixMillis> seen_at;
  std::vector<Gap> gaps;  // by offset, the last kMaxGapsShown
};
inline constexpr int kMaxGapsShown = 100;
inline constexpr int kMaxGapsAtOnce = 1000;

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_TYPES_H_
