#include "client/shipper/file_tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

// Log lines have times in milliseconds: so many bytes are not there twice at the same offset.
constexpr size_t kRememberedBytes = 256;

}  // namespace

std::optional<FileIdentity> IdentifyFile(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

absl::StatusOr<std::unique_ptr<FileTail>> FileTail::Open(const std::string& path) {
  // A pipe without a writer would block.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a file; name log files"));
  }
  return std::unique_ptr<FileTail>(
      new FileTail(path, fd, FileIdentity{status.st_dev, status.st_ino}));
}

FileTail::~FileTail() { close(fd_); }

bool FileTail::IsDeleted() const {
  struct stat status {};
  return fstat(fd_, &status) != 0 || status.st_nlink == 0;
}

int64_t FileTail::Size() {
  struct stat status {};
  return fstat(fd_, &status) == 0 ? status.st_size : 0;
}

absl::StatusOr<std::string> FileTail::ReadAt(int64_t offset, size_t max) const {
  std::string bytes(max, '\0');
  size_t size = 0;
  while (size < max) {
    const ssize_t got =
        pread(fd_, bytes.data() + size, max - size, offset + static_cast<int64_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path_));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

absl::StatusOr<std::string> FileTail::Read(int64_t offset, size_t max) {
  if (begun_anew_) return std::string();
  const size_t overlap = offset == read_end_ ? last_read_.size() : 0;
  auto bytes = ReadAt(offset - static_cast<int64_t>(overlap), overlap + max);
  if (!bytes.ok()) {
    is_lost_ = IsDeleted();
    return is_lost_ ? std::string() : std::move(bytes);
  }
  if (bytes->compare(0, overlap, last_read_, 0, overlap) != 0) {
    begun_anew_ = true;
    return std::string();
  }
  read_end_ = offset - static_cast<int64_t>(overlap) + static_cast<int64_t>(bytes->size());
  last_read_ = bytes->substr(bytes->size() - std::min(bytes->size(), kRememberedBytes));
  bytes->erase(0, overlap);
  return bytes;
}

std::optional<MissingBytes> FileTail::MissingAt(int64_t offset) {
  if (!is_lost_) return std::nullopt;
  return MissingBytes{std::max(offset, largest_size_), v1::GAP_REASON_ROTATED_AWAY};
}

void FileTail::CheckLastRead() {
  const auto bytes = ReadAt(read_end_ - static_cast<int64_t>(last_read_.size()), last_read_.size());
  if (bytes.ok() && *bytes != last_read_) begun_anew_ = true;
}

bool FileTail::HasBegunAnew() {
  const int64_t size = Size();
  if (size < largest_size_) begun_anew_ = true;
  largest_size_ = std::max(largest_size_, size);
  if (!begun_anew_) CheckLastRead();
  return begun_anew_;
}

void FileTail::BeginAnew() {
  begun_anew_ = false;
  read_end_ = 0;
  last_read_.clear();
  largest_size_ = 0;
}

std::optional<UnixMillis> FileTail::ModifiedAt() {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return std::nullopt;
  return int64_t{status.st_mtim.tv_sec} * 1000;
}

}  // namespace proverlog
