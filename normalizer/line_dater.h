#ifndef PROVERLOG_NORMALIZER_LINE_DATER_H_
#define PROVERLOG_NORMALIZER_LINE_DATER_H_

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/stream.h"
#include "model/time.h"
#include "normalizer/line_splitter.h"
#include "normalizer/record_reader.h"
#include "normalizer/timeline.h"

namespace proverlog {

// The instant of a line that begins a record; nothing where nothing dates it.
std::optional<UnixMillis> DateRecord(const LogLine& line, Timeline& timeline);

// Cuts a stream's bytes into lines from a mark on, and gives them the instants that the normalizer
// gives them. A line without a time has that of the line before it. Not thread-safe.
class LineDater {
 public:
  // The line's text is valid during the call.
  using OnLine = absl::FunctionRef<void(const Line& line, std::optional<UnixMillis> at)>;

  // A default mark is the stream's beginning. Fails with DATA_LOSS where the mark's state cannot be
  // read.
  static absl::StatusOr<LineDater> Create(std::vector<Anchor> anchors, const StreamMark& mark);

  // Reads the stream's next bytes.
  void Feed(absl::string_view bytes, OnLine on_line);

  // The line that has begun ends here, where one has.
  void Finish(OnLine on_line);

  // The bytes up to `end` are missing: the line before them ends there.
  void Skip(int64_t end, OnLine on_line);

 private:
  LineDater(std::vector<Anchor> anchors, Timeline::Clocks clocks, RecordReader::State reader,
            int64_t offset)
      : timeline_(std::move(anchors), std::move(clocks)),
        reader_(std::move(reader)),
        splitter_(offset, {}) {}

  void ReadLine(const Line& line, OnLine on_line);

  Timeline timeline_;
  RecordReader reader_;
  LineSplitter splitter_;
  std::optional<UnixMillis> last_at_;  // of the line before
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_LINE_DATER_H_
