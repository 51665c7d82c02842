#include "server/query/line_page.h"

#include <algorithm>
#include <limits>
#include <string>

#include "rpc/convert.h"

namespace proverlog {
namespace {

// An answer stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxPageBytes = size_t{2} << 20;
constexpr size_t kMaxText = size_t{16} << 10;
// A page with few lines is one all the same when it took so much reading.
constexpr int64_t kMaxLookedBytes = int64_t{64} << 20;
// A clock may step back: what follows is looked at until so many bytes in a row are later than
// asked for by more than so much.
constexpr Millis kSlack = 60'000;
constexpr int64_t kSlackBytes = int64_t{64} << 10;

}  // namespace

void LinePage::Begin(int64_t stream_id, int64_t offset, std::optional<UnixMillis> latest_at) {
  stream_id_ = stream_id;
  begin_offset_ = offset;
  latest_at_ = latest_at;
  last_at_.reset();
  later_since_.reset();
  is_past_ = false;
}

void LinePage::End() {
  if (!next_) TellGaps(/*is_in_time=*/true);
  pending_.clear();
}

void LinePage::OnLine(const Line& line, std::optional<UnixMillis> at) {
  if (next_ || is_past_) return;
  TellGaps(IsAfterBegin(at));
  if (line.offset >= begin_offset_) {
    const bool is_told = IsAfterBegin(at) && IsBeforeEnd(at);
    if (is_told && (response_->lines_size() == asked_.page_size || bytes_ >= kMaxPageBytes ||
                    response_->gaps_size() >= kMaxGapsShown)) {
      return EndAt(line.offset);
    }
    if (is_told) {
      v1::DatedLine& told = *response_->add_lines();
      told.set_stream_id(stream_id_);
      told.set_offset(line.offset);
      if (at) *told.mutable_time() = ToProtoTimestamp(*at);
      told.set_text(std::string(line.text.substr(0, kMaxText)));
      bytes_ += told.text().size();
    }
    bytes_looked_ += static_cast<int64_t>(line.text.size()) + 1;
  }
  latest_at_ = std::max(latest_at_, at);
  last_at_ = at;
  LookWhetherPast(line.offset, at);
  if (bytes_looked_ >= kMaxLookedBytes && !is_past_) EndAt(line.offset + 1);
}

void LinePage::OnGap(const Gap& gap) {
  if (next_ || is_past_ || gap.begin_offset < begin_offset_) return;
  pending_.push_back({gap, last_at_});
}

bool LinePage::IsBeforeEnd(std::optional<UnixMillis> at) const {
  return !asked_.end || !at || *at < *asked_.end;
}

// What nothing dates is before all that is dated.
bool LinePage::IsAfterBegin(std::optional<UnixMillis> at) const {
  return !asked_.begin || (at && *at >= *asked_.begin);
}

void LinePage::LookWhetherPast(int64_t offset, std::optional<UnixMillis> at) {
  if (!asked_.end || !at || *at < *asked_.end + kSlack) {
    later_since_.reset();
  } else if (!later_since_) {
    later_since_ = offset;
  } else {
    is_past_ = offset - *later_since_ >= kSlackBytes;
  }
}

// Between the line before a gap and the one behind it a line of the time may be missing.
void LinePage::TellGaps(bool is_in_time) {
  for (const PendingGap& pending : pending_) {
    if (!is_in_time || !IsBeforeEnd(pending.before)) continue;
    v1::MissingLines& told = *response_->add_gaps();
    told.set_stream_id(stream_id_);
    *told.mutable_gap() = ToProto(pending.gap);
    if (pending.gap.received_at == 0) told.mutable_gap()->clear_receive_time();
  }
  pending_.clear();
}

void LinePage::EndAt(int64_t offset) {
  next_ = {stream_id_, {latest_at_.value_or(std::numeric_limits<UnixMillis>::min()), offset}};
}

}  // namespace proverlog
