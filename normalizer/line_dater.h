#ifndef PROVERLOG_NORMALIZER_LINE_DATER_H_
#define PROVERLOG_NORMALIZER_LINE_DATER_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/log_level.h"
#include "model/stream.h"
#include "model/time.h"
#include "normalizer/line_splitter.h"
#include "normalizer/record_reader.h"
#include "normalizer/timeline.h"

namespace proverlog {

// The instant of a line that begins a record; nothing where nothing dates it.
std::optional<UnixMillis> DateRecord(const LogLine& line, Timeline& timeline);

// How a record begins.
struct RecordHead {
  std::optional<LogLevel> level;  // none: the line has another one
  std::string module;
  std::string message;  // its first 1 KiB
  int64_t offset = 0;   // where it begins in its stream
};

// A line and what it is of. All of it is valid during the call that hands it out.
struct DatedLine {
  Line line;
  std::optional<UnixMillis> at;  // none: nothing dates it
  // Whose first line or continuation it is; null where that is not known. Of a line that its
  // runtime wrote in parts only the last one has a record.
  const RecordHead* record = nullptr;
  bool begins_record = false;
};

// Cuts a stream's bytes into lines from a mark on, and gives them the instants that the normalizer
// gives them. A line without a time has that of the line before it, and belongs to the last record
// of its service. Of two records on one line the graver one stands for both. Not thread-safe.
class LineDater {
 public:
  using OnLine = absl::FunctionRef<void(const DatedLine& line)>;

  // A default mark is the stream's beginning. Fails with DATA_LOSS where the mark's state cannot be
  // read.
  static absl::StatusOr<LineDater> Create(std::vector<Anchor> anchors, const StreamMark& mark);

  // The bytes before the mark: the lines that follow may continue records of theirs. Called before
  // Feed, if at all.
  void Recall(absl::string_view bytes);

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
  // Notes the record that begins on the line; `is_second` where another one began on it before.
  void NoteRecord(const LogLine& line, bool is_second);
  const RecordHead* FindRecord(absl::string_view service) const;

  Timeline timeline_;
  RecordReader reader_;
  LineSplitter splitter_;
  std::optional<UnixMillis> last_at_;                     // of the line before
  std::map<std::string, RecordHead, std::less<>> heads_;  // the last records, by service
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_LINE_DATER_H_
