#ifndef PROVERLOG_CLIENT_SHIPPER_STDIN_SPOOL_H_
#define PROVERLOG_CLIENT_SHIPPER_STDIN_SPOOL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/shipper/growing_log.h"

namespace proverlog {

// What happens to input that comes while the buffer is full.
enum class OnFull {
  kBlock,  // it is not read: who writes it waits
  kDrop,   // it is read, counted and forgotten
};

// Standard input or another pipe, kept in memory from when it is read until it is released.
// Thread-safe; a thread of its own reads it.
class StdinSpool : public GrowingLog {
 public:
  // Reads `fd`, which stays the caller's and outlives it. Keeps at most `capacity` bytes.
  // `on_change` is called by the reading thread after each read and at the end.
  StdinSpool(int fd, size_t capacity, OnFull on_full, std::function<void()> on_change);
  ~StdinSpool() override;
  StdinSpool(const StdinSpool&) = delete;
  StdinSpool& operator=(const StdinSpool&) = delete;

  // Reads no more; what was read stays.
  void Stop();
  // Whether nothing more comes: the input has ended, or was stopped.
  bool HasEnded() const;

  const std::string& name() const override { return name_; }
  int64_t Size() override;
  absl::StatusOr<std::string> Read(int64_t offset, size_t max) override;
  // What was dropped, or released.
  std::optional<MissingBytes> MissingAt(int64_t offset) override;
  bool HasBegunAnew() override { return false; }
  void BeginAnew() override {}
  void Release(int64_t offset) override;
  bool OutlivesProcess() const override { return false; }
  std::optional<UnixMillis> ModifiedAt() override;

 private:
  struct Piece {
    int64_t begin = 0;
    std::string bytes;

    int64_t end() const { return begin + static_cast<int64_t>(bytes.size()); }
  };

  void ReadInput();
  // Waits for input; false where nothing more is to be read.
  bool AwaitInput();
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void Append(absl::string_view bytes);

  const std::string name_ = "standard input";
  const int fd_;
  const size_t capacity_;
  const size_t read_bytes_;
  const OnFull on_full_;
  const std::function<void()> on_change_;
  int stop_fd_;  // readable when reading is to stop

  mutable absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::string head_ ABSL_GUARDED_BY(mutex_);          // the first bytes, which are never released
  std::deque<Piece> pieces_ ABSL_GUARDED_BY(mutex_);  // by offset; between them bytes were dropped
  size_t buffered_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t released_ ABSL_GUARDED_BY(mutex_) = 0;  // up to here
  int64_t size_ ABSL_GUARDED_BY(mutex_) = 0;      // of what was read and dropped
  UnixMillis modified_at_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread reader_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_STDIN_SPOOL_H_
