#include "server/query/trouble_lines.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "normalizer/message_template.h"
#include "normalizer/utf8.h"
#include "server/query/line_convert.h"
#include "server/query/line_window.h"
#include "server/query/log_reading.h"

namespace proverlog {
namespace {

// Counts the records of the logs that are read, one after another.
class TroubleCount : public LogListener {
 public:
  TroubleCount(int64_t max_bytes, TroubleLines* lines) : max_bytes_(max_bytes), lines_(lines) {}

  void Begin(const StreamStatus& stream, const EpochWindow& window) {
    stream_ = &stream;
    window_ = LineWindow(window);
  }

  void OnLine(const DatedLine& line) override {
    if (IsDone()) return;
    if (lines_->bytes_read >= max_bytes_) {
      lines_->stopped_at = PlaceAt(line.line.offset);
      return;
    }
    lines_->bytes_read += static_cast<int64_t>(line.line.text.size()) + 1;
    if (line.begins_record && line.record->level >= LogLevel::kWarn && window_.Has(line.at)) {
      Count(*line.record, line.at);
    }
    window_.Look(line);
  }
  void OnGap(const Gap& /*gap*/) override {}

  // Whether nothing more of the log counts.
  bool IsDone() const { return window_.is_past() || lines_->stopped_at; }

  std::vector<Trouble> Take() {
    std::vector<Trouble> troubles;
    for (auto& [kind, trouble] : troubles_) troubles.push_back(std::move(trouble));
    std::sort(troubles.begin(), troubles.end(), [](const Trouble& a, const Trouble& b) {
      return std::tie(b.level, b.count, a.first_at) < std::tie(a.level, a.count, b.first_at);
    });
    return troubles;
  }

 private:
  using Kind = std::tuple<LogLevel, std::string, std::string>;  // with module and template

  LogPlace PlaceAt(int64_t offset) const {
    return {stream_->machine, stream_->source, stream_->key.stream_id, offset};
  }

  void Count(const RecordHead& record, std::optional<UnixMillis> at) {
    ++lines_->records;
    Kind kind{*record.level, CleanUtf8(record.module, kMaxModule), MessageTemplate(record.message)};
    auto found = troubles_.find(kind);
    if (found == troubles_.end()) {
      if (troubles_.size() == kMaxTroubles) {
        lines_->more_troubles = true;
        return;
      }
      Trouble trouble{*record.level,         std::get<1>(kind), std::get<2>(kind), 0, at,
                      PlaceAt(record.offset)};
      found = troubles_.emplace(std::move(kind), std::move(trouble)).first;
    }
    Trouble& trouble = found->second;
    ++trouble.count;
    if (at && (!trouble.first_at || *at < *trouble.first_at)) {
      trouble.first_at = at;
      trouble.example = PlaceAt(record.offset);
    }
  }

  LineWindow window_{EpochWindow{}};
  const int64_t max_bytes_;
  TroubleLines* lines_;
  const StreamStatus* stream_ = nullptr;
  std::map<Kind, Trouble> troubles_;
};

absl::StatusOr<std::vector<StreamStatus>> FindLogs(QueryStore& store, const ProverRef& prover,
                                                   const EpochWindow& window) {
  LogFilter filter;
  filter.first_at = std::numeric_limits<UnixMillis>::min();
  filter.last_at = std::numeric_limits<UnixMillis>::max();
  if (window.begin) filter.first_at = *window.begin - kAroundRecords;
  if (window.end) filter.last_at = *window.end + kAroundRecords;
  return store.FindStreams(prover, filter, kMaxTroubleLogs + 1);
}

absl::Status ReadTime(QueryStore& store, const ProverRef& prover, const EpochWindow& window,
                      TroubleCount& count, TroubleLines& lines) {
  auto logs = FindLogs(store, prover, window);
  if (!logs.ok()) return logs.status();
  if (logs->size() > static_cast<size_t>(kMaxTroubleLogs)) {
    lines.more_logs = true;
    logs->pop_back();
  }
  const LinePosition begin{window.begin.value_or(std::numeric_limits<UnixMillis>::min()), -1};
  for (const StreamStatus& stream : *logs) {
    if (lines.stopped_at) {
      ++lines.unread_logs;
      continue;
    }
    count.Begin(stream, window);
    auto reading = LogReading::Open(&store, prover, stream, begin);
    if (!reading.ok()) return reading.status();
    while (!reading->at_end() && !count.IsDone()) {
      if (absl::Status status = reading->ReadOn(count); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TroubleLines> TroubleLinesOf(QueryStore& store, const ProverRef& prover,
                                            const std::vector<EpochWindow>& windows,
                                            int64_t max_bytes) {
  TroubleLines lines;
  TroubleCount count(max_bytes, &lines);
  for (const EpochWindow& window : windows) {
    absl::Status status = ReadTime(store, prover, window, count, lines);
    if (!status.ok()) return status;
  }
  lines.troubles = count.Take();
  return lines;
}

}  // namespace proverlog
