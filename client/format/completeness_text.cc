#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

bool Earlier(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return google::protobuf::util::TimeUtil::TimestampToNanoseconds(a) <
         google::protobuf::util::TimeUtil::TimestampToNanoseconds(b);
}

constexpr int64_t kMaxNamed = 10;

std::string WhatIsWrong(const v1::SourceState& source) {
  const v1::LogStream& stream = source.stream();
  switch (source.condition()) {
    case v1::SOURCE_CONDITION_LATE:
      return absl::StrCat(HumanBytes(stream.normalized_offset()), " of ",
                          HumanBytes(stream.committed_offset()), " read so far");
    case v1::SOURCE_CONDITION_SILENT:
      return absl::StrCat(
          "silent since ",
          HumanTime(std::max(stream.last_record_time(), stream.last_seen_time(), Earlier)), " UTC");
    case v1::SOURCE_CONDITION_LOST:
      return absl::StrCat("bytes are missing in ", Plural(stream.gaps_size(), "place"));
    default:
      return "";
  }
}

int64_t CountIncomplete(const v1::Completeness& completeness) {
  return std::count_if(completeness.sources().begin(), completeness.sources().end(),
                       [](const v1::SourceState& source) { return !WhatIsWrong(source).empty(); });
}

}  // namespace

std::string IncompleteLine(const v1::Completeness& completeness) {
  if (completeness.complete()) return "";
  const int64_t incomplete = CountIncomplete(completeness);
  if (completeness.more_sources() && incomplete == 0) {
    return "Incomplete: there are more logs than can be looked at.\n";
  }
  if (incomplete == 0) return "";  // an answer that does not say
  return absl::StrCat("Incomplete: ", Plural(incomplete, "log"), " may tell more.\n");
}

std::string CompletenessText(const v1::Completeness& completeness) {
  std::string text = IncompleteLine(completeness);
  int64_t named = 0;
  for (const v1::SourceState& source : completeness.sources()) {
    const std::string wrong = WhatIsWrong(source);
    if (wrong.empty() || ++named > kMaxNamed) continue;
    absl::StrAppend(&text, "  ", Printable(source.stream().source()), " of ",
                    Printable(source.stream().machine()), ": ", wrong, "\n");
  }
  if (named > kMaxNamed) {
    absl::StrAppend(&text, "  ... and ", HumanCount(named - kMaxNamed), " more\n");
  }
  return text;
}

}  // namespace proverlog
