#include <string>

#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/line_text.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

std::string NameOf(const v1::LogStream& stream) {
  return Printable(absl::StrCat(stream.machine(), " ", stream.source()));
}

// The stream's lines and gaps, by offset.
std::string StreamText(const v1::ListLinesResponse& response, int64_t stream_id) {
  std::string text;
  auto gap = response.gaps().begin();
  const auto add_gaps = [&](int64_t until) {
    for (; gap != response.gaps().end(); ++gap) {
      if (gap->stream_id() != stream_id) continue;
      if (gap->gap().begin_offset() > until) return;
      absl::StrAppend(&text, MissingText(gap->gap()));
    }
  };
  for (const v1::DatedLine& line : response.lines()) {
    if (line.stream_id() != stream_id) continue;
    add_gaps(line.offset());
    absl::StrAppend(&text, LineText(line));
  }
  add_gaps(INT64_MAX);
  return text;
}

// What there is, where no line is of the time.
std::string NothingText(const v1::ListLinesResponse& response) {
  std::string text = "No line is of this time.\n";
  for (const v1::LogStream& stream : response.streams()) {
    absl::StrAppend(
        &text, NameOf(stream), ": ",
        stream.has_first_record_time()
            ? absl::StrCat("its records are from ", HumanTime(stream.first_record_time()), " to ",
                           HumanTime(stream.last_record_time()), " UTC\n")
            : "nothing dates its lines\n");
  }
  return text;
}

}  // namespace

std::string LinesText(const v1::ListLinesResponse& response) {
  std::string text;
  for (const v1::LogStream& stream : response.streams()) {
    const std::string lines = StreamText(response, stream.stream_id());
    if (!lines.empty()) absl::StrAppend(&text, NameOf(stream), " (times in UTC):\n", lines);
  }
  const std::string next_page = NextPageText(response.next_page_token());
  if (text.empty() && next_page.empty()) text = NothingText(response);
  return absl::StrCat(CompletenessText(response.completeness()), text, next_page);
}

}  // namespace proverlog
