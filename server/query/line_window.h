#ifndef PROVERLOG_SERVER_QUERY_LINE_WINDOW_H_
#define PROVERLOG_SERVER_QUERY_LINE_WINDOW_H_

#include <cstdint>
#include <optional>

#include "model/time.h"
#include "normalizer/line_dater.h"
#include "storage/query_store.h"

namespace proverlog {

// A log's lines may lie so far outside of its records, which alone are noted.
inline constexpr Millis kAroundRecords = kHour;

// Which lines of a stream are of a time, and when nothing that the stream still has can be. A clock
// may step back: lines are looked at until 64 KiB in a row are later than the time by a minute or
// more. Not thread-safe.
class LineWindow {
 public:
  explicit LineWindow(const EpochWindow& window) : window_(window) {}

  // Another stream's lines follow.
  void Begin() {
    later_since_.reset();
    is_past_ = false;
  }

  bool Has(std::optional<UnixMillis> at) const { return IsAfterBegin(at) && IsBeforeEnd(at); }

  // What nothing dates is before all that is dated.
  bool IsAfterBegin(std::optional<UnixMillis> at) const {
    return !window_.begin || (at && *at >= *window_.begin);
  }
  bool IsBeforeEnd(std::optional<UnixMillis> at) const {
    return !window_.end || !at || *at < *window_.end;
  }

  // Takes note of the stream's next line.
  void Look(const DatedLine& line) {
    if (!window_.end || !line.at || *line.at < *window_.end + kSlack) {
      later_since_.reset();
    } else if (!later_since_) {
      later_since_ = line.line.offset;
    } else {
      is_past_ = line.line.offset - *later_since_ >= kSlackBytes;
    }
  }
  bool is_past() const { return is_past_; }

 private:
  static constexpr Millis kSlack = kMinute;
  static constexpr int64_t kSlackBytes = int64_t{64} << 10;

  EpochWindow window_;
  std::optional<int64_t> later_since_;  // all lines from there on are later than the time
  bool is_past_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LINE_WINDOW_H_
