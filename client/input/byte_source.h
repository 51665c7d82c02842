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
  // where compressed data is damaged or ends too early; what was appended before is good.
  virtual absl::StatusOr<size_t> Read(size_t max, std::string& out) = 0;
};

// Opens a log file. What it contains is decompressed if its first bytes say that it is gzip or
// zstd, whatever its name. Fails with NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT (a
// directory), naming the file.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_BYTE_SOURCE_H_
