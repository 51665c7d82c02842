#include <string>

#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

std::string Reason(const v1::StreamGap& gap) {
  switch (gap.reason()) {
    case v1::GAP_REASON_ROTATED_AWAY:
      return "the log was rotated away";
    case v1::GAP_REASON_TRUNCATED:
      return "the log was truncated";
    case v1::GAP_REASON_DROPPED:
      return "they came faster than they could be sent";
    case v1::GAP_REASON_LOST_BY_SERVER:
      return "a failover lost them";
    case v1::GAP_REASON_RETENTION:
      return "they were removed before they were read";
    case v1::GAP_REASON_UNREADABLE:
      return absl::StrCat("the server could not read them: ", Printable(gap.detail()));
    default:
      return "for an unknown reason";
  }
}

}  // namespace

std::string GapText(const v1::LogStream& stream) {
  if (stream.gaps().empty()) return "";
  int64_t bytes = 0;
  bool known = true;
  for (const v1::StreamGap& gap : stream.gaps()) {
    bytes += gap.end_offset() - gap.begin_offset();
    known = known && gap.end_offset() > gap.begin_offset();
  }
  return absl::StrCat("Missing in ", Printable(stream.source()), " of ",
                      Printable(stream.machine()), ": ",
                      known ? HumanBytes(bytes) : "nobody knows how many bytes", " in ",
                      Plural(stream.gaps_size(), "place"), " (", Reason(stream.gaps(0)), ")\n");
}

std::string GapsText(const v1::Completeness& completeness) {
  std::string text;
  for (const v1::SourceState& source : completeness.sources()) {
    absl::StrAppend(&text, GapText(source.stream()));
  }
  return text;
}

}  // namespace proverlog
