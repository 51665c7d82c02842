#ifndef PROVERLOG_NORMALIZER_STREAM_NORMALIZER_H_
#define PROVERLOG_NORMALIZER_STREAM_NORMALIZER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/circuit_run.h"
#include "model/event.h"
#include "model/fact.h"
#include "model/job_id.h"
#include "model/stream.h"
#include "model/time.h"
#include "normalizer/line_splitter.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/normalizer_state.h"
#include "normalizer/record.h"
#include "normalizer/record_reader.h"
#include "normalizer/running_jobs.h"
#include "normalizer/timeline.h"

namespace proverlog {

// Receives what a normalizer reads, in the order of the lines. The facts and the event of a record
// that further lines continue come once more at its end, with what those say. Views are valid
// during the call.
class NormalizerSink {
 public:
  virtual ~NormalizerSink() = default;
  virtual void OnFact(const JobIdView& job, Fact fact) = 0;
  virtual void OnEvent(const Event& /*event*/) {}
  // In place of the event, of which there are several a job.
  virtual void OnCircuitRun(const CircuitRun& /*run*/) {}
  // A record whose message is not in the catalogue.
  virtual void OnUnknown(const Record& /*record*/, std::optional<UnixMillis> /*at*/,
                         const Origin& /*origin*/) {}
  // Made between lines, a mark every kMarkBytes of the stream or kMarkSpan of its time.
  virtual void OnMark(const StreamMark& /*mark*/) {}
  // Every record, dated or not; `match` is null where its message is not in the catalogue.
  virtual void OnRecord(const Record& /*record*/, std::optional<UnixMillis> /*at*/,
                        const MessageMatch* /*match*/) {}
};

inline constexpr int64_t kMarkBytes = int64_t{256} << 10;
// Marks of a slow log: where lines are removed because they are old, those that follow are dated
// from the mark before them, which must not be a day away.
inline constexpr Millis kMarkSpan = 6 * kHour;

// Turns one stream's bytes into facts. The result is a function of the bytes, the labels and
// nothing else: however the bytes are cut into pieces, and wherever the work is taken up again from
// a saved state. Not thread-safe.
class StreamNormalizer {
 public:
  // Fails with DATA_LOSS where the saved state cannot be read. `index` outlives the normalizer.
  static absl::StatusOr<StreamNormalizer> Create(StreamLabels labels,
                                                 const StreamProgress& progress,
                                                 const MessageIndex* index);

  // Reads the stream's next bytes.
  void Feed(absl::string_view bytes, NormalizerSink& sink);

  // The stream ends here, for now: a last line without a newline is read as it is, as far as more
  // bytes could not change what it says. Should the stream go on after all, it is as if there had
  // been no seal.
  void Seal(NormalizerSink& sink);

  // The bytes up to `end` are missing: the line and the record before them end there, as far as
  // what is missing could not change what they say, and nothing is known to run. Skipping to where
  // the stream is read to breaks it there; once or several times is the same.
  void Skip(int64_t end, NormalizerSink& sink);

  // As Skip, but what is unfinished before the missing bytes is dropped: nothing is told. Returns
  // where the first of it begins (a line, a line in parts, a record of which more was to be told),
  // or where the stream is read to.
  int64_t Drop(int64_t end);

  StreamProgress progress() const;

 private:
  StreamNormalizer(StreamLabels labels, const StreamProgress& progress, NormalizerState state,
                   const MessageIndex* index);

  void TakeSealBack();
  void MarkBefore(const Line& line, NormalizerSink& sink);
  void ReadLine(const Line& line, bool may_go_on, NormalizerSink& sink);
  void ReadRecord(const LogLine& line, bool may_go_on, NormalizerSink& sink);
  OpenRecord& OpenRecordOf(absl::string_view service);
  void ReadOtherLine(const LogLine& line, bool may_go_on, NormalizerSink& sink);
  void FinishRecord(const OpenRecord& open, NormalizerSink& sink);
  void TellEvent(const MessageMatch& match, const Record& record, UnixMillis at,
                 const Origin& origin, NormalizerSink& sink);
  void TellFacts(const MessageMatch& match, const Record& record, UnixMillis at,
                 const Origin& origin, bool again, NormalizerSink& sink);
  void JoinToJob(Event& event) const;
  void JoinToJob(CircuitRun& run) const;
  Origin OriginOf(const LogLine& line) const;

  StreamLabels labels_;
  StreamCounts counts_;
  std::optional<StreamCounts> counts_before_seal_;
  Timeline timeline_;
  LineSplitter splitter_;
  RecordReader reader_;
  OpenRecords open_records_;
  std::optional<UnixMillis> latest_at_;  // of a line
  int64_t marked_offset_;
  std::optional<UnixMillis> marked_at_;
  RunningJobs running_;
  CircuitRun run_;  // the last one: the memory of its texts is used again
  const MessageIndex* index_;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_STREAM_NORMALIZER_H_
