#ifndef PROVERLOG_CLIENT_SHIPPER_FILE_TAIL_H_
#define PROVERLOG_CLIENT_SHIPPER_FILE_TAIL_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "client/shipper/growing_log.h"

namespace proverlog {

// Which file a path leads to, whatever it is called.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const FileIdentity& a, const FileIdentity& b) = default;
  friend bool operator<(const FileIdentity& a, const FileIdentity& b) {
    return std::pair(a.device, a.inode) < std::pair(b.device, b.inode);
  }
};

// The regular file that the path leads to now, or nothing.
std::optional<FileIdentity> IdentifyFile(const std::string& path);

// A file that is followed through an open descriptor, so that it can be read to its end also after
// it was renamed or deleted. Used by one thread at a time, but Size(), IsDeleted() and identity()
// by any.
class FileTail : public GrowingLog {
 public:
  // Fails with NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT (no regular file), naming the file.
  static absl::StatusOr<std::unique_ptr<FileTail>> Open(const std::string& path);
  ~FileTail() override;
  FileTail(const FileTail&) = delete;
  FileTail& operator=(const FileTail&) = delete;

  const FileIdentity& identity() const { return identity_; }
  // Whether no path leads to it any more.
  bool IsDeleted() const;

  const std::string& name() const override { return path_; }
  int64_t Size() override;
  // Remembers the last bytes that it read, to see whether they are still there before what follows.
  absl::StatusOr<std::string> Read(int64_t offset, size_t max) override;
  // After a read that failed, of a deleted file: what it had.
  std::optional<MissingBytes> MissingAt(int64_t offset) override;
  bool HasBegunAnew() override;
  void BeginAnew() override;
  void Release(int64_t /*offset*/) override {}
  bool OutlivesProcess() const override { return true; }
  std::optional<UnixMillis> ModifiedAt() override;

 private:
  FileTail(std::string path, int fd, FileIdentity identity)
      : path_(std::move(path)), fd_(fd), identity_(identity) {}

  absl::StatusOr<std::string> ReadAt(int64_t offset, size_t max) const;
  // Looks whether the bytes before the end of what was read are still the same.
  void CheckLastRead();

  std::string path_;
  int fd_;
  FileIdentity identity_;
  int64_t largest_size_ = 0;  // that was seen
  int64_t read_end_ = 0;      // one past the last byte that was read
  std::string last_read_;     // the bytes before read_end_
  bool begun_anew_ = false;
  bool is_lost_ = false;  // it is deleted, and cannot be read
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_FILE_TAIL_H_
