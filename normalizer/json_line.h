#ifndef PROVERLOG_NORMALIZER_JSON_LINE_H_
#define PROVERLOG_NORMALIZER_JSON_LINE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/time.h"

namespace proverlog {

// The fields of a JSON line that its reader knows; data() == nullptr or nullopt where it has none.
// The views point into the reader and are valid until its next call.
struct JsonLine {
  // A record of a logger:
  //   pino {"level":30,"time":<ms>,"pid":1,"hostname":"..","module":"..",<data>,"msg":".."} Google
  //   Cloud  {"severity":"INFO","level":30,"timestamp":"<ISO>",..,"message":".."} AWS
  //   {"level":30,"severityText":"INFO","severityNumber":9,"time":<ms>,..,"msg":".."} winston
  //   {"level":"verbose","message":"..","module":"..","timestamp":"<ISO>"}   (2024)
  absl::string_view level;  // as it is written, a number or a word
  std::optional<UnixMillis> at;
  std::optional<int64_t> pid;
  absl::string_view hostname;
  absl::string_view module;
  absl::string_view message;

  // A line of a runtime:
  //   docker json-file   {"log":"..\n","stream":"stderr","time":"<ISO>"}
  //   Fluent Bit         {"log":"..","stream":"stderr","_p":"F","time":"<ISO>"}
  //   journalctl -o json {"__REALTIME_TIMESTAMP":"<us>","MESSAGE":"..","_HOSTNAME":"..",...}
  absl::string_view wrapped;
  absl::string_view service;
  absl::string_view output;    // docker's stream: stdout or stderr
  absl::string_view part_tag;  // Fluent Bit's: F or P, as in CRI
};

// Reads lines that are one JSON object each. Not thread-safe.
class JsonLineReader {
 public:
  JsonLineReader();
  JsonLineReader(JsonLineReader&&) noexcept;
  ~JsonLineReader();

  // Returns nothing where the text is not one JSON object.
  std::optional<JsonLine> Read(absl::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// Calls `on_value` with those of the keys (at most 64) that `data` has, a JSON object, and their
// values: a string's text, else its JSON. A null is no value; the first of several stands. Views
// are valid during the call.
void ReadDataValues(
    absl::string_view data, absl::Span<const absl::string_view> keys,
    absl::FunctionRef<void(absl::string_view key, absl::string_view value)> on_value);
// The value of one key, if there is one.
std::optional<std::string> DataValue(absl::string_view data, absl::string_view key);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_JSON_LINE_H_
