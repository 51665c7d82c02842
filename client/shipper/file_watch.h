#ifndef PROVERLOG_CLIENT_SHIPPER_FILE_WATCH_H_
#define PROVERLOG_CLIENT_SHIPPER_FILE_WATCH_H_

#include <map>
#include <set>
#include <string>

namespace proverlog {

// Tells which files change, by inotify. It tells early and may miss some: who uses it looks for
// itself now and then. Not thread-safe.
class FileWatch {
 public:
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Readable when there are changes.
  int fd() const { return fd_; }

  // Watches the files in a directory; again changes nothing.
  void Watch(const std::string& directory);

  struct Changes {
    std::set<std::string> written;  // paths
    bool moved = false;             // some file appeared, vanished or was renamed
  };
  // The changes since the last call; it does not wait.
  Changes Take();

 private:
  int fd_;
  std::map<int, std::set<std::string>> directories_;  // one may have several names
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_FILE_WATCH_H_
