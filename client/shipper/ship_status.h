#ifndef PROVERLOG_CLIENT_SHIPPER_SHIP_STATUS_H_
#define PROVERLOG_CLIENT_SHIPPER_SHIP_STATUS_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace proverlog {

// What a shipper does, in figures.
struct ShipFigures {
  int64_t files = 0;
  int64_t bytes_sent = 0;
  int64_t bytes_behind = 0;
  int64_t lines_sent = 0;
};

// Tells on standard error what a shipper does: on a terminal in one line that changes, else in a
// line every minute; and what the user should know at once. Thread-safe.
class ShipStatus {
 public:
  ShipStatus();
  // Clears the line.
  ~ShipStatus();
  ShipStatus(const ShipStatus&) = delete;
  ShipStatus& operator=(const ShipStatus&) = delete;

  void Tell(const std::string& text);
  // Called often; prints now and then.
  void Show(const ShipFigures& figures);

 private:
  const bool is_terminal_;
  absl::Mutex mutex_;
  bool shows_line_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time next_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_ ABSL_GUARDED_BY(mutex_);
  int64_t last_lines_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_SHIP_STATUS_H_
