#include "server/query/lines_around.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rpc/status.h"
#include "server/query/line_convert.h"
#include "server/query/log_reading.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr int kMaxContext = 100;
// How far from the line others are shown. Behind it their ends are looked for, which long lines
// have far away.
constexpr int64_t kReachBefore = int64_t{64} << 10;
constexpr int64_t kReachBehind = int64_t{4} << 20;

absl::Status CheckRequest(const v1::ListLinesRequest& request) {
  if (request.around_offset() < 0) {
    return InvalidField("around_offset", absl::StrCat(request.around_offset(), " is negative"));
  }
  if (request.context_lines() < 0 || request.context_lines() > kMaxContext) {
    return InvalidField("context_lines", absl::StrCat(request.context_lines(),
                                                      " is not between 0 and ", kMaxContext));
  }
  if (request.stream_id() == 0) {
    return InvalidField("stream_id", "around_offset is a line's in a stream; name it");
  }
  v1::ListLinesRequest rest = request;
  for (const char* field : {"prover", "stream_id", "around_offset", "context_lines"}) {
    rest.GetReflection()->ClearField(&rest, rest.GetDescriptor()->FindFieldByName(field));
  }
  std::vector<const google::protobuf::FieldDescriptor*> others;
  rest.GetReflection()->ListFields(rest, &others);
  if (others.empty()) return absl::OkStatus();
  return InvalidField(others.front()->name(), "it does not go together with around_offset");
}

// Keeps the line at an offset and its neighbours, and what is missing between them.
class Neighbours : public LogListener {
 public:
  Neighbours(int64_t stream_id, int64_t offset, int context)
      : stream_id_(stream_id), offset_(offset), context_(static_cast<size_t>(context)) {}

  void OnLine(const DatedLine& line) override {
    if (IsDone()) return;
    last_offset_ = line.line.offset;
    if (last_offset_ < offset_) {
      if (context_ == 0 || last_offset_ < offset_ - kReachBefore) return;
      if (lines_.size() == context_) lines_.pop_front();
    } else if (last_offset_ == offset_) {
      has_it_ = true;
    } else if (!has_it_ || ++behind_ > context_) {
      return;
    }
    lines_.push_back(ToProto(stream_id_, line));
  }

  void OnGap(const Gap& gap) override {
    if (gaps_.size() < static_cast<size_t>(kMaxGapsAtOnce)) gaps_.push_back(gap);
  }

  // Whether nothing that follows is shown.
  bool IsDone() const {
    return last_offset_ > offset_ &&
           (!has_it_ || behind_ >= context_ || last_offset_ > offset_ + kReachBehind);
  }
  bool has_it() const { return has_it_; }

  void MoveTo(v1::ListLinesResponse& response) {
    const int64_t begin = lines_.front().offset();
    const int64_t end = lines_.back().offset();
    for (v1::DatedLine& line : lines_) *response.add_lines() = std::move(line);
    for (const Gap& gap : gaps_) {
      if (gap.begin_offset < begin || gap.begin_offset > end) continue;
      if (response.gaps_size() < kMaxGapsShown) *response.add_gaps() = ToProto(stream_id_, gap);
    }
  }

 private:
  const int64_t stream_id_;
  const int64_t offset_;
  const size_t context_;
  std::deque<v1::DatedLine> lines_;
  std::vector<Gap> gaps_;
  int64_t last_offset_ = -1;
  bool has_it_ = false;
  size_t behind_ = 0;  // lines behind it
};

}  // namespace

absl::StatusOr<v1::ListLinesResponse> ListLinesAround(QueryStore& store, const ProverRef& prover,
                                                      const v1::ListLinesRequest& request) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  const auto streams = store.LoadStreams(prover, {request.stream_id()});
  if (!streams.ok()) return streams.status();
  if (streams->empty()) {
    return absl::NotFoundError(
        absl::StrCat("prover \"", prover.name, "\" has no stream ", request.stream_id()));
  }
  const StreamStatus& stream = streams->front();
  const int64_t offset = request.around_offset();
  auto reading =
      LogReading::OpenAt(&store, prover, stream, std::max<int64_t>(0, offset - kReachBefore));
  if (!reading.ok()) return reading.status();
  Neighbours neighbours(request.stream_id(), offset, request.context_lines());
  while (!reading->at_end() && !neighbours.IsDone()) {
    if (absl::Status status = reading->ReadOn(neighbours); !status.ok()) return status;
  }
  if (!neighbours.has_it()) {
    return absl::NotFoundError(absl::StrCat("no line of stream ", request.stream_id(),
                                            " that the archive has begins at ", offset,
                                            "; it is read up to ", stream.normalized_offset));
  }
  v1::ListLinesResponse response;
  *response.add_streams() = ToProto(stream, prover.name);
  neighbours.MoveTo(response);
  return response;
}

}  // namespace proverlog
