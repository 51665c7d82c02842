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

// A log that can be read more than once, from any offset of its raw (decompressed) bytes: a file,
// or standard input, which is kept in a temporary file. Not thread-safe.
class LogFile {
 public:
  // `path` may be "-". Fails as OpenByteSource does.
  static absl::StatusOr<std::unique_ptr<LogFile>> Open(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // As the user named it; "standard input" for "-".
  const std::string& name() const { return name_; }
  // The name without its directory and without .gz or .zst: a copy is called the same.
  const std::string& source() const { return source_; }
  // When the log was last written, as far as its file says; nothing for standard input.
  std::optional<UnixMillis> modified_at() const { return modified_at_; }

  // The raw bytes from `offset`, at most `max` of them; empty at the end. Reading on from where the
  // last call ended is cheap. Fails as ByteSource::Read does.
  absl::StatusOr<std::string> Read(int64_t offset, size_t max);

 private:
  LogFile(std::string name, std::string source, std::string path)
      : name_(std::move(name)), source_(std::move(source)), path_(std::move(path)) {}

  absl::Status SeekTo(int64_t offset);

  std::string name_;
  std::string source_;
  std::string path_;
  bool remove_at_end_ = false;
  std::optional<UnixMillis> modified_at_;
  std::unique_ptr<ByteSource> bytes_;
  int64_t offset_ = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_LOG_FILE_H_
