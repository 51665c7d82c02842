#ifndef PROVERLOG_CLIENT_INPUT_LOG_SCAN_H_
#define PROVERLOG_CLIENT_INPUT_LOG_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "client/input/log_file.h"
#include "client/input/read_bytes.h"
#include "model/time.h"

namespace proverlog {

// What one pass over a log finds that is needed before it is sent: how long it is, and what could
// date its lines.
struct LogScan {
  int64_t size = 0;     // raw bytes that can be read
  absl::Status damage;  // why it could not be read further; OK where it was read whole

  // The first record that carries an instant.
  std::optional<UnixMillis> first_instant;
  // Of the records that carry only a time of day: the first and the last, in ms since midnight, and
  // how many midnights lie between them.
  std::optional<Millis> first_time_of_day;
  Millis last_time_of_day = 0;
  int midnights = 0;

  // An instant inside a message that is as old as the record or a little older (the broker's
  // `startedAt=<ms>`), and the record's time of day, and the midnights before it.
  struct Hint {
    UnixMillis at = 0;
    Millis time_of_day = 0;
    int midnights = 0;
  };
  std::optional<Hint> hint;

  std::string hostname;  // of the first record that has one
};

LogScan ScanLog(const ReadBytes& read);
LogScan ScanLog(LogFile& log);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_LOG_SCAN_H_
