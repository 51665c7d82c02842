#ifndef PROVERLOG_SERVER_QUERY_LOG_READING_H_
#define PROVERLOG_SERVER_QUERY_LOG_READING_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
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
  // The line is valid during the call.
  virtual void OnLine(const DatedLine& line) = 0;
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
  // From the last mark at most at the offset.
  static absl::StatusOr<LogReading> OpenAt(QueryStore* store, const ProverRef& prover,
                                           const StreamStatus& stream, int64_t offset);

  // The latest instant of the lines before the first that is read.
  std::optional<UnixMillis> latest_at() const { return start_.mark.latest_at; }
  bool at_end() const { return at_end_; }

  // Reads what comes next: 32 KiB at most. A last line without a newline is told where the stream's
  // sender said that it ends there.
  absl::Status ReadOn(LogListener& listener);

  // The stream has come so far meanwhile. Only where it was not sealed.
  void GoOn(const StreamStatus& stream);

 private:
  LogReading(QueryStore* store, const ProverRef& prover, const StreamStatus& stream,
             LineStart start, LineDater dater)
      : store_(store),
        prover_(prover),
        stream_(stream),
        start_(std::move(start)),
        dater_(std::move(dater)),
        offset_(start_.mark.offset) {}

  static absl::StatusOr<LogReading> Create(QueryStore* store, const ProverRef& prover,
                                           const StreamStatus& stream, LineStart start);
  // Lines may continue a record that began before the first of them.
  absl::Status Recall();
  absl::Status LoadGaps();
  absl::Status LoadBlocks();
  void SkipGaps(LogListener& listener);
  void Skip(const Gap& gap, LogListener& listener);
  int64_t NextGap() const;
  void Decode(const Block& block);
  void Feed(LogListener& listener);
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
  // The bytes of the block that is read, from raw_begin_ to raw_end_; nothing is left of it from
  // there.
  absl::StatusOr<std::string> raw_ = std::string();
  int64_t raw_begin_ = 0;
  int64_t raw_end_ = 0;
  bool at_end_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LOG_READING_H_
