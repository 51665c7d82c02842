#include "server/query/tail_listener.h"

#include <algorithm>
#include <utility>

#include "server/query/line_convert.h"
#include "storage/types.h"

namespace proverlog {

int64_t EndOf(const DatedLine& line) {
  return line.line.offset + static_cast<int64_t>(line.line.text.size());
}

void TailListener::OnLine(const DatedLine& line) {
  const int64_t end = EndOf(line);
  if (end <= place_->offset) return;
  if (place_->since && (!line.at || *line.at < *place_->since)) return;
  place_->since.reset();
  for (const Gap& gap : place_->gaps) {
    *response_->add_entries()->mutable_gap() = ToProto(stream_id_, gap);
  }
  place_->gaps.clear();
  if (filter_->Matches(line)) {
    DatedLine told = line;
    if (line.line.offset <
        place_->offset) {  // its beginning was told when it was said to end there
      told.line.text.remove_prefix(static_cast<size_t>(place_->offset - line.line.offset));
      told.line.offset = place_->offset;
    }
    *response_->add_entries()->mutable_line() = ToProto(stream_id_, told);
  }
  place_->offset = end;
}

// One that lies where the log ends for now is found again when it goes on.
void TailListener::OnGap(const Gap& gap) {
  std::vector<Gap>& gaps = place_->gaps;
  if (place_->since || gap.begin_offset < place_->offset ||
      gaps.size() == static_cast<size_t>(kMaxGapsShown) ||
      std::find(gaps.begin(), gaps.end(), gap) != gaps.end()) {
    return;
  }
  gaps.push_back(gap);
}

}  // namespace proverlog
