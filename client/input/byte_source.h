#ifndef PROVERLOG_CLIENT_INPUT_BYTE_SOURCE_H_
#define PROVERLOG_CLIENT_INPUT_BYTE_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace proverlog {

// A log's raw bytes, front to back: of a file, or of what a .gz or .zst file contains.
// Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Appends at most `max` bytes to `out`; returns how many, 0 at the end. Fails with DATA_LOSS
  // where compressed data is damaged or ends too early, and from then on; what was appended before
  // is good, and is all that could be decoded.
  virtual absl::StatusOr<size_t> Read(size_t max, std::string& out) = 0;
};

// Reads a regular file from its beginning; the file's own position is not used. What it contains is
// decompressed if its first bytes say that it is gzip or zstd, whatever its name. `name` is for
// errors; `fd` stays the caller's, and open as long as the source.
std::unique_ptr<ByteSource> OpenByteSource(const std::string& name, int fd);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_BYTE_SOURCE_H_
