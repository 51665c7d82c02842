#include "server/query/line_page.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/query/line_convert.h"

namespace proverlog {
namespace {

// An answer stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxPageBytes = size_t{2} << 20;
// A page with few lines is one all the same when it took so much reading.
constexpr int64_t kMaxLookedBytes = int64_t{64} << 20;

}  // namespace

void LinePage::Begin(int64_t stream_id, int64_t offset, std::optional<UnixMillis> latest_at) {
  stream_id_ = stream_id;
  begin_offset_ = offset;
  latest_at_ = latest_at;
  last_at_.reset();
  window_.Begin();
}

void LinePage::End() {
  if (!next_) TellGaps(/*is_in_time=*/true);
  pending_.clear();
}

bool LinePage::IsFull() const {
  return response_->lines_size() == asked_.page_size || bytes_ >= kMaxPageBytes ||
         response_->gaps_size() >= kMaxGapsShown;
}

void LinePage::OnLine(const DatedLine& line) {
  if (next_ || is_past()) return;
  TellGaps(window_.IsAfterBegin(line.at));
  const int64_t offset = line.line.offset;
  if (offset >= begin_offset_) {
    const bool is_told = window_.Has(line.at) && asked_.filter.Matches(line);
    if (is_told && IsFull()) return EndAt(offset);
    if (is_told) {
      v1::DatedLine told = ToProto(stream_id_, line);
      bytes_ += told.text().size();
      *response_->add_lines() = std::move(told);
    }
    bytes_looked_ += static_cast<int64_t>(line.line.text.size()) + 1;
  }
  latest_at_ = std::max(latest_at_, line.at);
  last_at_ = line.at;
  window_.Look(line);
  if (bytes_looked_ >= kMaxLookedBytes && !is_past()) EndAt(offset + 1);
}

void LinePage::OnGap(const Gap& gap) {
  if (next_ || is_past() || gap.begin_offset < begin_offset_) return;
  pending_.push_back({gap, last_at_});
}

// Between the line before a gap and the one behind it a line of the time may be missing.
void LinePage::TellGaps(bool is_in_time) {
  for (const PendingGap& pending : pending_) {
    if (!is_in_time || !window_.IsBeforeEnd(pending.before)) continue;
    *response_->add_gaps() = ToProto(stream_id_, pending.gap);
  }
  pending_.clear();
}

void LinePage::EndAt(int64_t offset) {
  next_ = {stream_id_, {latest_at_.value_or(std::numeric_limits<UnixMillis>::min()), offset}};
}

}  // namespace proverlog
