#ifndef PROVERLOG_NORMALIZER_RECORD_READER_H_
#define PROVERLOG_NORMALIZER_RECORD_READER_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "model/time.h"
#include "normalizer/json_line.h"
#include "normalizer/line_splitter.h"
#include "normalizer/record.h"
#include "normalizer/wrapper.h"

namespace proverlog {

// A line without its wrappers and colours. The views are valid during the call that hands it out.
struct LogLine {
  absl::string_view text;
  absl::string_view service;     // whose line it is, where the log has several services; else empty
  int64_t offset = 0;            // where it begins in its stream
  std::optional<UnixMillis> at;  // of its wrapper
  std::optional<Record> record;  // none: no statement begins here
};

// Reads the lines of Aztec's loggers, each line by its own content:
//
//   pretty     `[HH:MM:SS.mmm] LEVEL: module[ actor][ instance] message[ {json}]`
//   colour     the same with colour codes, whole or damaged
//   JSON       pino's, Google Cloud's, AWS's and winston's; json_line.h has them
//   2024 text  `2024-08-27T18:12:51.417Z aztec:module [LEVEL] message`
//
// alone or in wrappers (wrapper.h, json_line.h, `journalctl -o export`). A line in parts (CRI,
// docker json-file) is put together; two records on one line are taken apart. Not thread-safe.
class RecordReader {
 public:
  // The beginning of a line that its runtime wrote in parts.
  struct Part {
    std::string text;
    int64_t offset = 0;
    std::optional<UnixMillis> at;
  };
  // What the reader keeps between lines.
  struct State {
    std::map<std::string, Part> parts;  // by service and output
    // Within an entry of `journalctl -o export`, and the instant that it began with.
    bool in_journal_entry = false;
    std::optional<UnixMillis> journal_at;
  };

  RecordReader() = default;
  explicit RecordReader(State state) : state_(std::move(state)) {}

  // Hands out what the line holds: nothing where it goes on in a further line, or is a field of a
  // journal's entry.
  void Read(const Line& line, absl::FunctionRef<void(const LogLine&)> on_line);

  const State& state() const { return state_; }
  void set_state(State state) { state_ = std::move(state); }

 private:
  struct Unwrapped {
    absl::string_view text;
    Wrapping wrapping;
    std::optional<JsonLine> json;
    bool skip = false;  // a field of a journal's entry
  };

  static constexpr int kMaxLayers = 4;

  Unwrapped Unwrap(absl::string_view line);
  bool UnwrapJson(Unwrapped& unwrapped, int layer);
  void UnwrapJournalExport(Unwrapped& unwrapped);
  bool KeepPart(const std::string& key, const Unwrapped& unwrapped, int64_t offset);
  static bool BeginsRecord(const Unwrapped& unwrapped);
  void ReadJoined(Part part, absl::string_view piece, const Wrapping& wrapping,
                  absl::FunctionRef<void(const LogLine&)> on_line);
  void ReadText(const Unwrapped& unwrapped, int64_t offset,
                absl::FunctionRef<void(const LogLine&)> on_line);
  std::optional<Record> ReadRecord(absl::string_view text, const JsonLine* json);
  absl::string_view ProcessName(absl::string_view hostname, int64_t pid);
  std::optional<Record> FromJson(absl::string_view text, const JsonLine& json);

  State state_;
  // A wrapper's text is read from its JSON and may be wrapped again; the last ones are for what is
  // made of several lines or cut out of one.
  std::array<JsonLineReader, kMaxLayers + 1> json_;
  std::array<std::string, kMaxLayers + 1> colour_buffers_;
  std::string level_buffer_;
  std::string process_buffer_;  // of the last line that names its process by these
  std::string last_hostname_;
  std::optional<int64_t> last_pid_;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_RECORD_READER_H_
