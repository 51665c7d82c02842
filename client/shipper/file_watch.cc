#include "client/shipper/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr uint32_t kMoved = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

}  // namespace

FileWatch::FileWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

FileWatch::~FileWatch() { close(fd_); }

void FileWatch::Watch(const std::string& directory) {
  const int watch = inotify_add_watch(fd_, directory.c_str(), IN_MODIFY | kMoved | IN_ONLYDIR);
  if (watch >= 0) directories_[watch].insert(directory);
}

FileWatch::Changes FileWatch::Take() {
  Changes changes;
  alignas(inotify_event) std::array<char, kBufferBytes> buffer;
  for (;;) {
    const ssize_t got = read(fd_, buffer.data(), buffer.size());
    if (got <= 0) return changes;
    for (ssize_t at = 0; at < got;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof(event));
      const char* const name = buffer.data() + at + sizeof(event);
      at += static_cast<ssize_t>(sizeof(event) + event.len);
      if ((event.mask & (kMoved | IN_Q_OVERFLOW)) != 0) changes.moved = true;
      if ((event.mask & IN_IGNORED) != 0) directories_.erase(event.wd);
      const auto found = directories_.find(event.wd);
      if (event.len == 0 || found == directories_.end()) continue;
      for (const std::string& directory : found->second) {
        changes.written.insert(absl::StrCat(directory, "/", name));
      }
    }
  }
}

}  // namespace proverlog
