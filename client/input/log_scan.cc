#include "client/input/log_scan.h"

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "normalizer/line_splitter.h"
#include "normalizer/record_reader.h"
#include "normalizer/timeline.h"

namespace proverlog {
namespace {

constexpr size_t kScannedPiece = size_t{1} << 20;
constexpr absl::string_view kStartedAt = " startedAt=";
// A plausible `startedAt`: 2020 to 2100. Zero means that the broker does not know.
constexpr UnixMillis kEarliest = 1577836800000;
constexpr UnixMillis kLatest = 4102444800000;

class Scanner {
 public:
  explicit Scanner(LogScan* scan) : scan_(scan) {}

  void Take(const Line& line) {
    reader_.Read(line, [this](const LogLine& log_line) {
      if (log_line.record) TakeRecord(*log_line.record, log_line.service);
    });
  }

 private:
  void TakeRecord(const Record& record, absl::string_view service) {
    const size_t slash = record.process.find('/');  // of "host/pid"
    if (scan_->hostname.empty() && slash != absl::string_view::npos) {
      scan_->hostname = std::string(record.process.substr(0, slash));
    }
    if (record.at && !scan_->first_instant) scan_->first_instant = record.at;
    if (record.time_of_day && !record.at) TakeTimeOfDay(record, service);
  }

  struct Clock {
    Millis time_of_day = 0;
    int midnights = 0;  // since the log's first line
  };

  void TakeTimeOfDay(const Record& record, absl::string_view service) {
    const Millis now = *record.time_of_day;
    if (!scan_->first_time_of_day) scan_->first_time_of_day = now;
    const auto [found, is_first] = clocks_.try_emplace(std::string(service));
    Clock& clock = found->second;
    clock.midnights += is_first ? MidnightsToNearest(*scan_->first_time_of_day, now)
                                : MidnightsBetween(clock.time_of_day, now);
    clock.time_of_day = now;
    scan_->last_time_of_day = now;
    scan_->midnights = clock.midnights;
    if (!scan_->hint) TakeHint(now, record.message);
  }

  void TakeHint(Millis time_of_day, absl::string_view message) {
    const size_t found = message.find(kStartedAt);
    if (found == absl::string_view::npos) return;
    absl::string_view number = message.substr(found + kStartedAt.size());
    number = number.substr(0, number.find(' '));
    UnixMillis at = 0;
    if (!absl::SimpleAtoi(number, &at) || at < kEarliest || at > kLatest) return;
    scan_->hint = LogScan::Hint{at, time_of_day, scan_->midnights};
  }

  LogScan* scan_;
  RecordReader reader_;
  std::map<std::string, Clock> clocks_;  // by service, as the timeline has them
};

}  // namespace

LogScan ScanLog(const ReadBytes& read) {
  LogScan scan;
  Scanner scanner(&scan);
  LineSplitter splitter(0, {});
  for (;;) {
    const auto piece = read(scan.size, kScannedPiece);
    if (!piece.ok()) {
      scan.damage = piece.status();
      break;
    }
    if (piece->empty()) break;
    splitter.Feed(*piece, [&](const Line& line) { scanner.Take(line); });
    scan.size += static_cast<int64_t>(piece->size());
  }
  scanner.Take(splitter.UnfinishedLine());
  return scan;
}

LogScan ScanLog(LogFile& log) {
  return ScanLog([&log](int64_t offset, size_t max) { return log.Read(offset, max); });
}

}  // namespace proverlog
