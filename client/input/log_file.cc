#include "client/input/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 16;
constexpr absl::string_view kStandardInput = "-";

// A gzip file keeps the time of what it was made from (RFC 1952, MTIME); 0 where it does not.
UnixMillis GzipTime(int fd) {
  std::array<unsigned char, 8> header{};
  const bool is_gzip =
      pread(fd, header.data(), header.size(), 0) == static_cast<ssize_t>(header.size()) &&
      header[0] == 0x1f && header[1] == 0x8b;
  if (!is_gzip) return 0;
  int64_t seconds = 0;
  for (size_t i = header.size(); i > 4; --i) seconds = seconds << 8 | header[i - 1];
  return seconds * 1000;
}

UnixMillis ModifiedAt(int fd, const struct stat& status) {
  const UnixMillis inside = GzipTime(fd);
  return inside > 0 ? inside : int64_t{status.st_mtim.tv_sec} * 1000;
}

// Writes all that comes from `from` to a new temporary file. The file has no name: however this
// program ends, nothing is left behind.
absl::StatusOr<int> Spool(int from, const std::string& name) {
  const char* directory = std::getenv("TMPDIR");
  std::string path = absl::StrCat(directory == nullptr ? "/tmp" : directory, "/proverlog-XXXXXX");
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", path));
  unlink(path.c_str());
  std::string piece(kPieceBytes, '\0');
  for (;;) {
    const ssize_t got = read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) return fd;
    if (got > 0) errno = ENOSPC;  // what it means where less is written, which is no error of write
    if (got > 0 && write(fd, piece.data(), static_cast<size_t>(got)) == got) continue;
    const int error = errno;
    close(fd);
    return absl::ErrnoToStatus(
        error, absl::StrCat(got < 0 ? "cannot read " : "cannot keep a copy of ", name));
  }
}

}  // namespace

std::string SourceName(const std::string& path) {
  if (path == kStandardInput) return "stdin";
  const std::string file = std::filesystem::path(path).filename().string();
  absl::string_view name = file;
  if (!absl::ConsumeSuffix(&name, ".gz")) absl::ConsumeSuffix(&name, ".zst");
  return std::string(name);
}

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Open(const std::string& path) {
  const bool is_stdin = path == kStandardInput;
  const int fd =
      is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const std::string name = is_stdin ? "standard input" : path;
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", name));
  std::unique_ptr<LogFile> log(new LogFile(name, SourceName(path), fd));
  struct stat status {};
  if (fstat(fd, &status) != 0)
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", name));
  if (S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is a directory; name its log files"));
  }
  if (S_ISREG(status.st_mode) && !is_stdin) {
    log->modified_at_ = ModifiedAt(fd, status);
    return log;
  }
  // A pipe can be read once.
  const auto spooled = Spool(fd, name);
  if (!spooled.ok()) return spooled.status();
  log->fd_ = *spooled;
  close(fd);
  return log;
}

LogFile::~LogFile() { close(fd_); }

absl::Status LogFile::SeekTo(int64_t offset) {
  if (bytes_ == nullptr || offset < offset_) {
    bytes_ = OpenByteSource(name_, fd_);
    offset_ = 0;
  }
  std::string skipped;
  while (offset_ < offset) {
    skipped.clear();
    const auto got =
        bytes_->Read(std::min(kPieceBytes, static_cast<size_t>(offset - offset_)), skipped);
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    offset_ += static_cast<int64_t>(*got);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> LogFile::Read(int64_t offset, size_t max) {
  if (absl::Status status = SeekTo(offset); !status.ok()) return status;
  std::string bytes;
  if (offset_ < offset) return bytes;
  while (bytes.size() < max) {
    const auto got = bytes_->Read(max - bytes.size(), bytes);
    // What came before the damage is good, and is asked for again from there.
    if (!got.ok() && bytes.empty()) return got.status();
    if (!got.ok() || *got == 0) break;
  }
  offset_ += static_cast<int64_t>(bytes.size());
  return bytes;
}

}  // namespace proverlog
