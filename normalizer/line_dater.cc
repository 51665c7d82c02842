#include "normalizer/line_dater.h"

#include <utility>

#include "normalizer/normalizer_state.h"

namespace proverlog {
namespace {

// Services of one log beyond these share one head.
constexpr size_t kMaxHeads = 64;
constexpr size_t kMaxHeadMessage = 1024;

}  // namespace

std::optional<UnixMillis> DateRecord(const LogLine& line, Timeline& timeline) {
  const Record& record = *line.record;
  if (!record.at) return timeline.Resolve(line.service, line.offset, *record.time_of_day);
  timeline.Observe(line.service, line.offset, *record.at);
  return record.at;
}

absl::StatusOr<LineDater> LineDater::Create(std::vector<Anchor> anchors, const StreamMark& mark) {
  auto state = ParseState(mark.state);
  if (!state.ok()) return state.status();
  return LineDater(std::move(anchors), std::move(state->clocks), std::move(state->reader),
                   mark.offset);
}

void LineDater::Recall(absl::string_view bytes) {
  RecordReader reader;
  LineSplitter splitter(splitter_.offset() - static_cast<int64_t>(bytes.size()), {});
  splitter.Feed(bytes, [&](const Line& line) {
    reader.Read(line, [&](const LogLine& log_line) {
      if (log_line.record) NoteRecord(log_line, /*is_second=*/false);
    });
  });
}

void LineDater::Feed(absl::string_view bytes, OnLine on_line) {
  splitter_.Feed(bytes, [&](const Line& line) { ReadLine(line, on_line); });
}

void LineDater::Finish(OnLine on_line) {
  if (!splitter_.unfinished().text.empty()) ReadLine(splitter_.UnfinishedLine(), on_line);
  splitter_ = LineSplitter(splitter_.offset(), {});
}

void LineDater::Skip(int64_t end, OnLine on_line) {
  Finish(on_line);
  reader_.set_state({});
  heads_.clear();
  splitter_ = LineSplitter(end, {});
}

void LineDater::ReadLine(const Line& line, OnLine on_line) {
  DatedLine dated{line, std::nullopt, nullptr, false};
  reader_.Read(line, [&](const LogLine& log_line) {
    std::optional<UnixMillis> told = log_line.at;
    if (log_line.record) {
      told = DateRecord(log_line, timeline_);
      NoteRecord(log_line, dated.begins_record);
      dated.begins_record = true;
    } else if (!told) {
      told = timeline_.Last(log_line.service, log_line.offset);
    }
    dated.record = FindRecord(log_line.service);
    if (!dated.at) dated.at = told;  // two records may stand on one line
  });
  if (dated.at) last_at_ = dated.at;
  dated.at = last_at_;
  on_line(dated);
}

void LineDater::NoteRecord(const LogLine& line, bool is_second) {
  const Record& record = *line.record;
  const std::optional<LogLevel> level = ParseLogLevel(record.level);
  auto head = heads_.find(line.service);
  if (head == heads_.end()) {
    head = heads_.try_emplace(heads_.size() < kMaxHeads ? std::string(line.service) : "").first;
  } else if (is_second && level <= head->second.level) {
    return;
  }
  head->second.level = level;
  head->second.module.assign(record.module.data(), record.module.size());
  const absl::string_view message = record.message.substr(0, kMaxHeadMessage);
  head->second.message.assign(message.data(), message.size());
  head->second.offset = line.offset;
}

const RecordHead* LineDater::FindRecord(absl::string_view service) const {
  auto head = heads_.find(service);
  if (head == heads_.end() && heads_.size() >= kMaxHeads) head = heads_.find("");
  return head == heads_.end() ? nullptr : &head->second;
}

}  // namespace proverlog
