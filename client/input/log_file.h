#ifndef PROVERLOG_CLIENT_INPUT_LOG_FILE_H_
#define PROVERLOG_CLIENT_INPUT_LOG_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/input/byte_source.h"
#include "model/time.h"

namespace proverlog {

// What a log is called after its path: the file's name without .gz or .zst, so that a copy is
// called the same; "stdin" for "-".
std::string SourceName(const std::string& path);

// A log that can be read more than once, from any offset of its raw (decompressed) bytes: a file,
// or standard input or another pipe, which is kept in a temporary file. Not thread-safe.
class LogFile {
 public:
  // `path` may be "-". Fails with NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT (a directory),
  // naming the file.
  static absl::StatusOr<std::unique_ptr<LogFile>> Open(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // As the user named it; "standard input" for "-".
  const std::string& name() const { return name_; }
  // The SourceName of its path.
  const std::string& source() const { return source_; }
  // When the log was last written, as far as its file says; nothing for a pipe.
  std::optional<UnixMillis> modified_at() const { return modified_at_; }

  // The raw bytes from `offset`, at most `max` of them; empty at the end. Reading on from where the
  // last call ended is cheap. Fails as ByteSource::Read does.
  absl::StatusOr<std::string> Read(int64_t offset, size_t max);

 private:
  LogFile(std::string name, std::string source, int fd)
      : name_(std::move(name)), source_(std::move(source)), fd_(fd) {}

  absl::Status SeekTo(int64_t offset);

  std::string name_;
  std::string source_;
  int fd_;
  std::optional<UnixMillis> modified_at_;
  std::unique_ptr<ByteSource> bytes_;
  int64_t offset_ = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_LOG_FILE_H_
