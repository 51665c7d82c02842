#ifndef PROVERLOG_SERVER_QUERY_LINE_PAGE_H_
#define PROVERLOG_SERVER_QUERY_LINE_PAGE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "proverlog/v1/lines.pb.h"
#include "server/query/line_filter.h"
#include "server/query/line_window.h"
#include "server/query/log_reading.h"

namespace proverlog {

// Which lines a page has.
struct LinesAsked {
  EpochWindow window;
  LineFilter filter;
  int page_size = 0;
};

// Where a page ends or begins: before the first line of the stream at or behind position.offset.
struct PagePosition {
  int64_t stream_id = 0;
  LinePosition position;
};

// Picks a page's lines from those of the streams that are read, one after another.
class LinePage : public LogListener {
 public:
  LinePage(const LinesAsked& asked, v1::ListLinesResponse* response)
      : asked_(asked), window_(asked.window), response_(response) {}

  // The next stream's lines follow; those before `offset` were on an earlier page.
  void Begin(int64_t stream_id, int64_t offset, std::optional<UnixMillis> latest_at);
  // No more of its lines follow.
  void End();

  void OnLine(const DatedLine& line) override;
  void OnGap(const Gap& gap) override;

  // Whether nothing that the stream still has is of the page's time.
  bool is_past() const { return window_.is_past(); }
  // Where the next page begins; nothing while there is room on this one.
  const std::optional<PagePosition>& next() const { return next_; }

 private:
  struct PendingGap {
    Gap gap;
    std::optional<UnixMillis> before;  // the instant of the line before it
  };

  bool IsFull() const;
  void TellGaps(bool is_in_time);
  void EndAt(int64_t offset);

  const LinesAsked asked_;
  LineWindow window_;
  v1::ListLinesResponse* response_;
  size_t bytes_ = 0;          // of lines that are told
  int64_t bytes_looked_ = 0;  // of lines that this page had to look at
  std::optional<PagePosition> next_;

  // Of the stream that is read.
  int64_t stream_id_ = 0;
  int64_t begin_offset_ = 0;
  std::optional<UnixMillis> latest_at_;
  std::optional<UnixMillis> last_at_;
  std::vector<PendingGap> pending_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LINE_PAGE_H_
