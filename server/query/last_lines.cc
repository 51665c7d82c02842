#include "server/query/last_lines.h"

#include <algorithm>
#include <utility>

#include "server/query/line_convert.h"
#include "server/query/tail_listener.h"

namespace proverlog {
namespace {

// The first response stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxBytes = size_t{2} << 20;

}  // namespace

bool LastLines::MayHave(std::optional<UnixMillis> last_at) const {
  if (max_lines_ == 0) return false;
  return lines_.size() < max_lines_ || lines_.front().at <= last_at;
}

void LastLines::Begin(int64_t stream_id, int64_t* offset) {
  stream_id_ = stream_id;
  offset_ = offset;
}

void LastLines::OnLine(const DatedLine& line) {
  *offset_ = std::max(*offset_, EndOf(line));
  if (max_lines_ == 0 || !filter_->Matches(line)) return;
  of_log_.push_back({line.at, ToProto(stream_id_, line)});
  bytes_of_log_ += of_log_.back().line.text().size();
  Trim(of_log_, bytes_of_log_);
}

void LastLines::End() {
  const auto is_earlier = [](const Entry& a, const Entry& b) { return a.at < b.at; };
  // A clock may step back, and a log stays in its order.
  for (size_t i = 1; i < of_log_.size(); ++i)
    of_log_[i].at = std::max(of_log_[i].at, of_log_[i - 1].at);
  std::deque<Entry> merged;
  std::merge(std::make_move_iterator(lines_.begin()), std::make_move_iterator(lines_.end()),
             std::make_move_iterator(of_log_.begin()), std::make_move_iterator(of_log_.end()),
             std::back_inserter(merged), is_earlier);
  lines_ = std::move(merged);
  bytes_ += bytes_of_log_;
  of_log_.clear();
  bytes_of_log_ = 0;
  Trim(lines_, bytes_);
}

std::vector<v1::DatedLine> LastLines::Take() {
  std::vector<v1::DatedLine> lines;
  for (Entry& entry : lines_) lines.push_back(std::move(entry.line));
  lines_.clear();
  bytes_ = 0;
  return lines;
}

void LastLines::Trim(std::deque<Entry>& lines, size_t& bytes) const {
  while (lines.size() > max_lines_ || bytes > kMaxBytes) {
    bytes -= lines.front().line.text().size();
    lines.pop_front();
  }
}

}  // namespace proverlog
