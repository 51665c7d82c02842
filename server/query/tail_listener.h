#ifndef PROVERLOG_SERVER_QUERY_TAIL_LISTENER_H_
#define PROVERLOG_SERVER_QUERY_TAIL_LISTENER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "model/time.h"
#include "proverlog/v1/lines.pb.h"
#include "server/query/line_filter.h"
#include "server/query/log_reading.h"

namespace proverlog {

// Picks the entries of a tail from what is read of one log. Not thread-safe; what it is given
// outlives it.
class TailListener : public LogListener {
 public:
  // Where it is in the log.
  struct Place {
    int64_t offset = -1;  // as in TailPosition
    // Lines before the first one since then are passed over.
    std::optional<UnixMillis> since;
    // Behind the last line. A gap is told with the line behind it, so that no position lies
    // between.
    std::vector<Gap> gaps;
  };

  TailListener(int64_t stream_id, const LineFilter* filter, Place* place,
               v1::TailLinesResponse* response)
      : stream_id_(stream_id), filter_(filter), place_(place), response_(response) {}

  void OnLine(const DatedLine& line) override;
  void OnGap(const Gap& gap) override;

 private:
  const int64_t stream_id_;
  const LineFilter* filter_;
  Place* place_;
  v1::TailLinesResponse* response_;
};

// Where a line ends in its stream, without its line ending.
int64_t EndOf(const DatedLine& line);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_TAIL_LISTENER_H_
