#include "normalizer/line_dater.h"

#include <utility>

#include "normalizer/normalizer_state.h"

namespace proverlog {

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
  splitter_ = LineSplitter(end, {});
}

void LineDater::ReadLine(const Line& line, OnLine on_line) {
  std::optional<UnixMillis> at;
  reader_.Read(line, [&](const LogLine& log_line) {
    std::optional<UnixMillis> told = log_line.at;
    if (log_line.record) {
      told = DateRecord(log_line, timeline_);
    } else if (!told) {
      told = timeline_.Last(log_line.service, log_line.offset);
    }
    if (!at) at = told;  // two records may stand on one line
  });
  if (at) last_at_ = at;
  on_line(line, last_at_);
}

}  // namespace proverlog
