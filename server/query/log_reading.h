#ifndef PROVERLOG_SERVER_QUERY_LOG_READING_H_
#define PROVERLOG_SERVER_QUERY_LOG_READING_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "normalizer/line_dater.h"
#include "storage/query_store.h"

namespace proverlog {

// What a reading tells, in the order of the stream.
class LogListener {
 public:
  virtual ~LogListener() = default;
  // The line's text is valid during the call.
  virtual void OnLine(const Line& line, std::optional<UnixMillis> at) = 0;
  // Bytes between two lines, or within one, that the archive has damaged or not at all, or that
  // were set aside.
  virtual void OnGap(const Gap& gap) = 0;
};

// Reads a stream's lines with their instants, as far as it is normalized: from the mark before a
// position, a block at a time. Not thread-safe; `store` outlives it.
class LogReading {
 public:
  static absl::StatusOr<LogReading> Open(QueryStore* store, const ProverRef& prover,
                                         const StreamStatus& stream, const LinePosition& position);

  // The latest instant of the lines before the first that is read.
  std::optional<UnixMillis> latest_at() const { return start_.mark.latest_at; }
  bool at_end() const { return at_end_; }

  // Reads what comes next: some MiB at most. A last line without a newline is told where the
  // stream's sender said that it ends there.
  absl::Status ReadOn(LogListener& listener);

 private:
  LogReading(QueryStore* store, const ProverRef& prover, const StreamStatus& stream,
             LineStart start, LineDater dater)
      : store_(store),
        prover_(prover),
        stream_(stream),
        start_(std::move(start)),
        dater_(std::move(dater)),
        offset_(start_.mark.offset) {}

  absl::Status LoadGaps();
  absl::Status LoadBlocks();
  void SkipGaps(LogListener& listener);
  void Skip(const Gap& gap, LogListener& listener);
  int64_t NextGap() const;
  void Feed(const Block& block, LogListener& listener);
  // Goes on at the next bytes that the archive has.
  absl::Status SkipHole(LogListener& listener);
  // Raises `end` to where lines can be dated.
  absl::Status DateAnew(int64_t removed_until, int64_t& end);

  QueryStore* store_;
  ProverRef prover_;
  StreamStatus stream_;
  LineStart start_;
  std::optional<LineDater> dater_;  // always one; it cannot be assigned
  int64_t offset_;                  // of the next byte
  int64_t limit_ = 0;               // nothing is read beyond before more gaps are loaded
  std::deque<Gap> gaps_;
  std::deque<Block> blocks_;
  bool at_end_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LOG_READING_H_
