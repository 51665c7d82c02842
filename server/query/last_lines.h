#ifndef PROVERLOG_SERVER_QUERY_LAST_LINES_H_
#define PROVERLOG_SERVER_QUERY_LAST_LINES_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "model/time.h"
#include "proverlog/v1/lines.pb.h"
#include "server/query/line_filter.h"
#include "server/query/log_reading.h"

namespace proverlog {

// The last lines of several logs together, by time: what a tail begins with. At most 2 MiB of them.
// Not thread-safe; `filter` outlives it.
class LastLines : public LogListener {
 public:
  LastLines(const LineFilter* filter, size_t max_lines) : filter_(filter), max_lines_(max_lines) {}

  // Whether a log that ends at the instant may have one of them.
  bool MayHave(std::optional<UnixMillis> last_at) const;

  // The lines of a log follow; `offset` moves to the end of each.
  void Begin(int64_t stream_id, int64_t* offset);
  void OnLine(const DatedLine& line) override;
  void OnGap(const Gap& /*gap*/) override {}
  // No more of them follow.
  void End();

  // By time; of one log in its order.
  std::vector<v1::DatedLine> Take();

 private:
  struct Entry {
    std::optional<UnixMillis> at;
    v1::DatedLine line;
  };

  void Trim(std::deque<Entry>& lines, size_t& bytes) const;

  const LineFilter* filter_;
  const size_t max_lines_;
  int64_t stream_id_ = 0;
  int64_t* offset_ = nullptr;
  std::deque<Entry> of_log_;  // of the log that is read
  size_t bytes_of_log_ = 0;
  std::deque<Entry> lines_;  // of the logs before
  size_t bytes_ = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LAST_LINES_H_
