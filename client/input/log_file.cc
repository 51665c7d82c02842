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
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 16;

std::string SourceName(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  absl::string_view name = file;
  if (!absl::ConsumeSuffix(&name, ".gz")) absl::ConsumeSuffix(&name, ".zst");
  return std::string(name);
}

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

std::optional<UnixMillis> ModifiedAt(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  struct stat status {};
  std::optional<UnixMillis> at;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    const UnixMillis inside = GzipTime(fd);
    at = inside > 0 ? inside : int64_t{status.st_mtim.tv_sec} * 1000;
  }
  close(fd);
  return at;
}

// Writes all of standard input to a new temporary file.
absl::StatusOr<std::string> SpoolStandardInput() {
  const char* directory = std::getenv("TMPDIR");
  std::string path = absl::StrCat(directory == nullptr ? "/tmp" : directory, "/proverlog-XXXXXX");
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", path));
  std::string piece(kPieceBytes, '\0');
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    const bool written = got <= 0 || write(fd, piece.data(), static_cast<size_t>(got)) == got;
    if (got > 0 && written) continue;
    const int error = errno;
    close(fd);
    if (got == 0) return path;
    unlink(path.c_str());
    return absl::ErrnoToStatus(
        error, got < 0 ? "cannot read standard input" : absl::StrCat("cannot write ", path));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Open(const std::string& path) {
  std::unique_ptr<LogFile> log;
  if (path == "-") {
    auto spooled = SpoolStandardInput();
    if (!spooled.ok()) return spooled.status();
    log.reset(new LogFile("standard input", "stdin", *std::move(spooled)));
    log->remove_at_end_ = true;
  } else {
    log.reset(new LogFile(path, SourceName(path), path));
    log->modified_at_ = ModifiedAt(path);
  }
  if (absl::Status status = log->SeekTo(0); !status.ok()) return status;
  return log;
}

LogFile::~LogFile() {
  if (remove_at_end_) unlink(path_.c_str());
}

absl::Status LogFile::SeekTo(int64_t offset) {
  if (bytes_ == nullptr || offset < offset_) {
    auto bytes = OpenByteSource(path_);
    if (!bytes.ok()) return bytes.status();
    bytes_ = *std::move(bytes);
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
