#ifndef PROVERLOG_CLIENT_INPUT_DATING_H_
#define PROVERLOG_CLIENT_INPUT_DATING_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/input/log_scan.h"
#include "model/stream.h"

namespace proverlog {

// What a log's dates were taken from, the surest first.
enum class DateBasis {
  kRecords,           // every record that has a time has its date
  kFlag,              // the user said it
  kLogInstants,       // instants elsewhere in the log
  kModificationTime,  // the file's
};

// How to date a log.
struct Dating {
  DateBasis basis = DateBasis::kRecords;
  std::optional<Anchor> anchor;  // none for kRecords
  // What the user should know of it; empty where there is nothing to say.
  std::string remark;
};

struct DatingOptions {
  std::optional<absl::CivilDay> date;  // of the first line that has only a time of day
  std::string time_zone_name = "UTC";
  absl::TimeZone time_zone = absl::UTCTimeZone();
  UnixMillis now = 0;
};

// Decides how to date the lines of a log that carry only a time of day. INVALID_ARGUMENT, naming
// the flag that would help, where nothing can.
absl::StatusOr<Dating> ChooseDating(const LogScan& scan, const std::string& name,
                                    std::optional<UnixMillis> modified_at,
                                    const DatingOptions& options);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_INPUT_DATING_H_
