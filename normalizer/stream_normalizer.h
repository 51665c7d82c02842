#ifndef PROVERLOG_NORMALIZER_STREAM_NORMALIZER_H_
#define PROVERLOG_NORMALIZER_STREAM_NORMALIZER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/job_id.h"
#include "model/stream.h"
#include "normalizer/line_splitter.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/record.h"
#include "normalizer/timeline.h"

namespace proverlog {

// Receives what a normalizer reads. The calls come in the order of the lines; views are valid
// during the call.
class NormalizerSink {
 public:
  virtual ~NormalizerSink() = default;
  virtual void OnFact(const JobIdView& job, Fact fact) = 0;
  // Every record, dated or not; `match` is null where its message is not in the catalogue.
  virtual void OnRecord(const Record& /*record*/, std::optional<UnixMillis> /*at*/,
                        const MessageMatch* /*match*/) {}
};

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

  // The stream ends here, for now: a last line without a newline is read as it is. Should the
  // stream go on after all, the whole line is read once more, which adds nothing that it said
  // before.
  void Seal(NormalizerSink& sink);

  StreamProgress progress() const;

 private:
  StreamNormalizer(StreamLabels labels, const StreamProgress& progress, Timeline timeline,
                   LineSplitter splitter, bool unfinished_counted, const MessageIndex* index);

  struct LineContext {
    bool count = true;        // false: the line was counted when the stream was sealed
    bool unfinished = false;  // true: the line may go on
  };
  void ReadLine(const Line& line, LineContext context, NormalizerSink& sink);
  void ReadRecord(const Record& record, const Line& line, LineContext context,
                  NormalizerSink& sink);
  void Emit(const MessageMatch& match, const Record& record, const Fact& base, LineContext context,
            NormalizerSink& sink);

  StreamLabels labels_;
  StreamCounts counts_;
  Timeline timeline_;
  LineSplitter splitter_;
  bool unfinished_counted_;
  RecordReader reader_;
  const MessageIndex* index_;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_STREAM_NORMALIZER_H_
