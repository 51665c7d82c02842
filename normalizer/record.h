#ifndef PROVERLOG_NORMALIZER_RECORD_H_
#define PROVERLOG_NORMALIZER_RECORD_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "model/time.h"

namespace proverlog {

// The first line of a log statement, taken apart. The views point into the line or into the reader
// that made it, and are valid until its next call.
struct Record {
  // One of the two: JSON carries an instant, the pretty format a local time of day without a date.
  std::optional<UnixMillis> at;
  std::optional<Millis> time_of_day;

  absl::string_view level;    // upper case: "INFO"
  absl::string_view module;   // "prover-client:proving-broker"
  absl::string_view message;  // with what may stand before it: an actor, an instance id (from 4.x)
  absl::string_view data;     // a JSON object, or empty
  absl::string_view process;  // "host/pid" where the line says so (JSON), else empty
  absl::string_view service;  // the name that docker compose puts before the line, else empty
};

// Reads the formats of Aztec's logger (pino with pino-pretty, foundation/src/log/pino-logger.ts):
//
//   pretty  `[HH:MM:SS.mmm] LEVEL: module[ actor][ instance] message[ {json}]`
//   colour  the same with colour codes, whole or damaged
//   JSON    `{"level":30,"time":<ms>,"pid":1,"hostname":"..","module":"..",<data>,"msg":".."}`
//
// each alone or after the prefix of `docker compose logs` (`prover-node-1  | `). Keeps no state
// between lines. Not thread-safe.
class RecordReader {
 public:
  RecordReader();
  RecordReader(RecordReader&&) noexcept;
  ~RecordReader();

  // Returns nothing where the line is not the first line of a record.
  std::optional<Record> Read(absl::string_view line);

  // The line last read, without colours and without the name of its service.
  absl::string_view text() const { return text_; }
  absl::string_view service() const { return service_; }

 private:
  struct Json;

  std::optional<Record> ReadJson(absl::string_view line);

  absl::string_view text_;
  absl::string_view service_;
  std::string colour_buffer_;
  std::string process_buffer_;
  std::unique_ptr<Json> json_;
};

// The string value of a top-level key of `data`, or nothing.
std::optional<std::string> DataString(absl::string_view data, absl::string_view key);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_RECORD_H_
