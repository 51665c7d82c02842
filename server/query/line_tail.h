#ifndef PROVERLOG_SERVER_QUERY_LINE_TAIL_H_
#define PROVERLOG_SERVER_QUERY_LINE_TAIL_H_

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/time.h"
#include "proverlog/v1/lines.pb.h"
#include "server/query/last_lines.h"
#include "server/query/line_filter.h"
#include "server/query/log_reading.h"
#include "server/query/polling_source.h"
#include "server/query/tail_listener.h"
#include "server/query/tail_position.h"
#include "storage/query_store.h"

namespace proverlog {

// Follows the logs of a prover: QueryService.TailLines without gRPC. It works in short turns, each
// of which reads about 1 MiB, and keeps some MiB whatever the logs are. Not thread-safe.
//
// Followed are logs of which something came within a day before the tail began, and those of which
// something comes: a new one from its beginning, one that was at rest from its first line since an
// hour before. So a position has few of the logs that a prover ever had.
class LineTail : public PollingSource<v1::TailLinesResponse> {
 public:
  using Turn = proverlog::Turn<v1::TailLinesResponse>;

  // INVALID_ARGUMENT with the field that is wrong, NOT_FOUND where there is no such log. `store`
  // outlives the tail.
  static absl::StatusOr<std::unique_ptr<LineTail>> Open(QueryStore* store, const ProverRef& prover,
                                                        const v1::TailLinesRequest& request);

  // RESOURCE_EXHAUSTED where there are more logs than can be followed.
  absl::StatusOr<Turn> Next(UnixMillis now) override;

 private:
  // How far a log was read, whether or not anything of it was told.
  struct ReadTo {
    int64_t offset = 0;
    bool sealed = false;
  };
  // A log that is read on from where it is.
  struct OpenLog {
    int64_t stream_id;
    LogReading reading;
    TailListener::Place place;
  };

  LineTail(QueryStore* store, ProverRef prover, const v1::TailLinesRequest& request,
           LineFilter filter, std::string request_id)
      : store_(store),
        prover_(std::move(prover)),
        machine_(request.machine()),
        source_(request.source()),
        filter_(std::move(filter)),
        request_id_(std::move(request_id)),
        last_(&filter_, static_cast<size_t>(request.last_lines())) {}

  // Learns of the logs; returns the last stream that there is.
  absl::StatusOr<int64_t> FindActive(UnixMillis since);

  // The beginning.
  absl::Status FindLast(UnixMillis now);
  absl::Status ReadLast();
  absl::StatusOr<Turn> Begin(UnixMillis now);

  // What comes.
  absl::Status Look(UnixMillis now);
  void ForgetThoseAtRest(int64_t last_stream_id, UnixMillis now);
  bool HasNews(const StreamStatus& stream) const;
  absl::Status ReadNews(int64_t& budget, v1::TailLinesResponse& response);

  absl::StatusOr<OpenLog> TakeOpen(const StreamStatus& stream, int64_t offset);
  void KeepOpen(OpenLog log);
  // Reads on until the end, or until the budget is used up or the response is full.
  static absl::Status Read(OpenLog& log, LogListener& listener,
                           const v1::TailLinesResponse& response, int64_t& budget);
  void NoteEnd(const StreamStatus& stream, OpenLog log);
  // Names the logs of its entries and sets its position.
  void Complete(v1::TailLinesResponse& response);

  QueryStore* store_;
  ProverRef prover_;
  const std::string machine_;
  const std::string source_;
  const LineFilter filter_;
  const std::string request_id_;

  TailPosition position_;
  bool resumes_ = false;                  // from a position, and has not looked yet
  bool begun_ = false;                    // the first response is made
  LastLines last_;                        // until then
  std::map<int64_t, StreamStatus> logs_;  // that are followed, as they were when it last looked
  std::deque<int64_t> news_;  // those that have more, in the order in which they are read
  std::map<int64_t, ReadTo> read_to_;
  std::list<OpenLog> open_;   // the one that was read last comes first
  std::set<int64_t> named_;   // logs that a response has named
  int64_t silent_bytes_ = 0;  // read since the last response
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LINE_TAIL_H_
