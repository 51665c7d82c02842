#ifndef PROVERLOG_CLIENT_SHIPPER_GROWING_LOG_H_
#define PROVERLOG_CLIENT_SHIPPER_GROWING_LOG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "model/time.h"
#include "proverlog/v1/common.pb.h"

namespace proverlog {

// Bytes of a log that cannot be read any more.
struct MissingBytes {
  int64_t end = 0;  // where the log goes on
  v1::GapReason reason = v1::GAP_REASON_UNSPECIFIED;
};

// A log that somebody writes while it is sent: a file, or standard input. Offsets are of raw bytes
// from its beginning. Used by one thread at a time, but Size() by any.
class GrowingLog {
 public:
  virtual ~GrowingLog() = default;

  // For messages.
  virtual const std::string& name() const = 0;
  // How many bytes it has had so far.
  virtual int64_t Size() = 0;
  // At most `max` bytes; empty where there are no more now, and where they are missing.
  virtual absl::StatusOr<std::string> Read(int64_t offset, size_t max) = 0;
  // What is missing at the offset; nothing where it can be read.
  virtual std::optional<MissingBytes> MissingAt(int64_t offset) = 0;
  // Whether its bytes are not any more those that were read: it was truncated, or written anew.
  virtual bool HasBegunAnew() = 0;
  // After HasBegunAnew: reads what is there now, from offset 0.
  virtual void BeginAnew() = 0;
  // Its bytes before the offset are not asked for again, but for the first kHelloHeadBytes.
  virtual void Release(int64_t offset) = 0;
  // Whether the server may know its beginning from another process: that of a file.
  virtual bool OutlivesProcess() const = 0;
  // When it was last written.
  virtual std::optional<UnixMillis> ModifiedAt() = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_GROWING_LOG_H_
