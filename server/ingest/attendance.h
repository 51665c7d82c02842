#ifndef PROVERLOG_SERVER_INGEST_ATTENDANCE_H_
#define PROVERLOG_SERVER_INGEST_ATTENDANCE_H_

#include <functional>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/archive_store.h"

namespace proverlog {

// The streams whose senders are connected to this process. It notes them in the database every now
// and then: a log that does not grow while its sender is there has nothing more to tell, one whose
// sender is gone may have. Thread-safe; `store` outlives it, and it outlives its seats.
class Attendance {
 public:
  struct Options {
    absl::Duration interval = absl::Seconds(15);
    std::function<absl::Time()> now = absl::Now;
  };
  explicit Attendance(ArchiveWriter* store) : Attendance(store, Options()) {}
  Attendance(ArchiveWriter* store, Options options);
  ~Attendance();
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

  // A stream that is open while this object is there.
  class Seat {
   public:
    Seat() = default;
    Seat(Seat&& other) noexcept
        : attendance_(std::exchange(other.attendance_, nullptr)), stream_(other.stream_) {}
    Seat& operator=(Seat&& other) noexcept {
      std::swap(attendance_, other.attendance_);
      std::swap(stream_, other.stream_);
      return *this;
    }
    ~Seat() {
      if (attendance_ != nullptr) attendance_->Leave(stream_);
    }

   private:
    friend class Attendance;
    Seat(Attendance* attendance, const StreamKey& stream)
        : attendance_(attendance), stream_(stream) {}

    Attendance* attendance_ = nullptr;
    StreamKey stream_;
  };
  Seat Enter(const StreamKey& stream);

 private:
  using Key = std::pair<ProverId, int64_t>;

  void Leave(const StreamKey& stream);
  void Run();
  std::vector<StreamKey> Present();

  ArchiveWriter* store_;
  const Options options_;
  absl::Mutex mutex_;
  // How often each is open: whoever opened it before may not know yet that it is fenced off.
  std::map<Key, int> present_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_INGEST_ATTENDANCE_H_
