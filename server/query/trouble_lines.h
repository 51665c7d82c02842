#ifndef PROVERLOG_SERVER_QUERY_TROUBLE_LINES_H_
#define PROVERLOG_SERVER_QUERY_TROUBLE_LINES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/log_level.h"
#include "model/time.h"
#include "storage/query_store.h"

namespace proverlog {

// A place in a prover's logs.
struct LogPlace {
  std::string machine;
  std::string source;
  int64_t stream_id = 0;
  int64_t offset = 0;
};

// Records of one level, module and template (normalizer/message_template.h).
struct Trouble {
  LogLevel level = LogLevel::kWarn;
  std::string module;
  std::string message_template;
  int64_t count = 0;
  std::optional<UnixMillis> first_at;
  LogPlace example;  // the first in time
};

// What the logs of some times say of trouble: their records of level warn and above.
struct TroubleLines {
  std::vector<Trouble> troubles;  // the gravest first, then the most frequent, then the earliest
  bool more_troubles = false;     // than kMaxTroubles: records of further kinds are not counted
  int64_t records = 0;            // of level warn and above, those of further kinds as well
  int64_t bytes_read = 0;         // of logs
  // Where reading ended though there was more: what the log has from there on, and the logs behind
  // it (unread_logs of them, each once a time), are not counted.
  std::optional<LogPlace> stopped_at;
  int unread_logs = 0;
  bool more_logs = false;  // of a time, than kMaxTroubleLogs: the others are not read
};

inline constexpr size_t kMaxTroubles = 1000;
inline constexpr int kMaxTroubleLogs = 1000;
// Some seconds of reading.
inline constexpr int64_t kMaxTroubleBytes = int64_t{256} << 20;

// Reads, one time after another, all logs that may have records of it, by their earliest record; of
// `max_bytes` of them at most the whole. A record is of a time if its first line is, as ListLines
// says. No two times overlap.
absl::StatusOr<TroubleLines> TroubleLinesOf(QueryStore& store, const ProverRef& prover,
                                            const std::vector<EpochWindow>& windows,
                                            int64_t max_bytes = kMaxTroubleBytes);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_TROUBLE_LINES_H_
