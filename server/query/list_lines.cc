#include "server/query/list_lines.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/known_machine.h"
#include "server/query/line_page.h"
#include "server/query/line_window.h"
#include "server/query/lines_around.h"
#include "server/query/log_reading.h"
#include "server/query/page_token.h"
#include "server/query/store_convert.h"
#include "server/query/time_asked.h"

namespace proverlog {
namespace {

constexpr int kDefaultLines = 1000;
constexpr int kMaxLines = 10'000;
constexpr int kMaxLogsListed = 100;
// Where no log has lines of the time, these say what there is.
constexpr int kLogsOfOtherTimes = 10;

std::string RequestId(const ProverRef& prover, const v1::ListLinesRequest& request,
                      const LineFilter& filter) {
  return absl::StrCat("lines ", prover.name, " ", request.stream_id(), " ", request.machine(), " ",
                      request.source(), " ", request.start_time().ShortDebugString(), " ",
                      request.end_time().ShortDebugString(), " ", filter.Id());
}

absl::StatusOr<LinesAsked> ParseAsked(const v1::ListLinesRequest& request) {
  const auto page_size = PageSize(request.page_size(), kDefaultLines, kMaxLines);
  if (!page_size.ok()) return page_size.status();
  auto filter = FilterOf(request);
  if (!filter.ok()) return filter.status();
  const auto window = ReadWindow(request);
  if (!window.ok()) return window.status();
  LinesAsked asked{*window, *std::move(filter), *page_size};
  if (request.context_lines() != 0) {
    return InvalidField("context_lines", "it goes with around_offset only");
  }
  if (request.machine().empty() && request.stream_id() == 0) {
    return InvalidField("machine", "name one, or a stream");
  }
  return asked;
}

LogFilter LogsOf(const v1::ListLinesRequest& request) {
  LogFilter filter;
  filter.machine = request.machine();
  filter.source = request.source();
  if (request.stream_id() != 0) filter.stream_id = request.stream_id();
  return filter;
}

// Of the lines that are dated.
EpochWindow SpanOfLines(const v1::ListLinesResponse& response) {
  EpochWindow window;
  for (const v1::DatedLine& line : response.lines()) {
    if (!line.has_time()) continue;
    const UnixMillis at = FromProtoTimestamp(line.time());
    Widen(at, at + 1, window);
  }
  return window;
}

// The logs that may have lines of the time; where there are none, the first of the others.
absl::StatusOr<std::vector<StreamStatus>> FindLogs(QueryStore& store, const ProverRef& prover,
                                                   const v1::ListLinesRequest& request,
                                                   const LinesAsked& asked) {
  LogFilter filter = LogsOf(request);
  filter.first_at = std::numeric_limits<UnixMillis>::min();
  filter.last_at = std::numeric_limits<UnixMillis>::max();
  const EpochWindow& window = asked.window;
  if (window.begin) filter.first_at = *window.begin - kAroundRecords;
  if (window.end) filter.last_at = *window.end + kAroundRecords;
  auto logs = store.FindStreams(prover, filter, kMaxLogsListed + 1);
  if (!logs.ok()) return logs.status();
  if (logs->size() > static_cast<size_t>(kMaxLogsListed)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", kMaxLogsListed,
                     " logs may have lines of this time; name a source, or ask for less time"));
  }
  if (!logs->empty()) return logs;
  logs = store.FindStreams(prover, LogsOf(request), kLogsOfOtherTimes);
  if (!logs.ok() || !logs->empty()) return logs;
  return NoSuchLog(store, prover, request.machine(), request.source(), request.stream_id());
}

// Where the page begins; stream 0 is the first one.
absl::StatusOr<PagePosition> ParseLinePosition(const std::string& token,
                                               const std::string& this_request,
                                               const LinesAsked& asked) {
  PagePosition page;
  // Behind the last mark before which all lines are earlier.
  page.position = {asked.window.begin.value_or(std::numeric_limits<UnixMillis>::min()), -1};
  if (token.empty()) return page;
  const auto parts = ParsePageToken(token, this_request, 3);
  if (!parts.ok()) return parts.status();
  if (!absl::SimpleAtoi((*parts)[0], &page.stream_id) ||
      !absl::SimpleAtoi((*parts)[1], &page.position.latest_at) ||
      !absl::SimpleAtoi((*parts)[2], &page.position.offset) || page.stream_id <= 0 ||
      page.position.offset < 0) {
    return DamagedToken(token);
  }
  return page;
}

// Reads the stream until the page is full or the stream has nothing more for it.
absl::Status ReadStream(QueryStore& store, const ProverRef& prover, const StreamStatus& stream,
                        const LinePosition& position, LinePage& page) {
  auto reading = LogReading::Open(&store, prover, stream, position);
  if (!reading.ok()) return reading.status();
  page.Begin(stream.key.stream_id, std::max<int64_t>(0, position.offset), reading->latest_at());
  while (!reading->at_end() && !page.is_past() && !page.next()) {
    if (absl::Status status = reading->ReadOn(page); !status.ok()) return status;
  }
  page.End();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListLinesResponse> ListLines(QueryStore& store, const ProverRef& prover,
                                                const v1::ListLinesRequest& request) {
  if (request.has_around_offset()) return ListLinesAround(store, prover, request);
  const auto asked = ParseAsked(request);
  if (!asked.ok()) return asked.status();
  const std::string this_request = RequestId(prover, request, asked->filter);
  const auto begin = ParseLinePosition(request.page_token(), this_request, *asked);
  if (!begin.ok()) return begin.status();
  const auto logs = FindLogs(store, prover, request, *asked);
  if (!logs.ok()) return logs.status();

  v1::ListLinesResponse response;
  LinePage page(*asked, &response);
  const LinePosition beginning = ParseLinePosition("", this_request, *asked)->position;
  bool begun = begin->stream_id == 0;
  for (const StreamStatus& stream : *logs) {
    *response.add_streams() = ToProto(stream, prover.name);
    const bool continues = stream.key.stream_id == begin->stream_id;
    begun = begun || continues;
    if (!begun || page.next()) continue;
    const LinePosition& position = continues ? begin->position : beginning;
    if (absl::Status status = ReadStream(store, prover, stream, position, page); !status.ok()) {
      return status;
    }
  }
  if (!begun) return InvalidField("page_token", "its log is not among those of this time any more");
  if (const auto& next = page.next()) {
    response.set_next_page_token(MakePageToken(
        this_request, {absl::StrCat(next->stream_id), absl::StrCat(next->position.latest_at),
                       absl::StrCat(next->position.offset)}));
  }
  return response;
}

absl::StatusOr<v1::ListLinesResponse> ListLines(QueryStore& store, const ProverRef& prover,
                                                const v1::ListLinesRequest& request,
                                                absl::Time now) {
  EpochWindow window;
  if (request.has_around_offset()) {
    const auto lines = ListLinesAround(store, prover, request);
    if (!lines.ok()) return lines.status();
    window = SpanOfLines(*lines);
  } else {
    const auto asked = ParseAsked(request);
    if (!asked.ok()) return asked.status();
    window = asked->window;
  }
  auto completeness = CompletenessOf(store, prover, window, now, LogsOf(request));
  if (!completeness.ok()) return completeness.status();
  auto response = ListLines(store, prover, request);
  if (response.ok()) *response->mutable_completeness() = *std::move(completeness);
  return response;
}

}  // namespace proverlog
