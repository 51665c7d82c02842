#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

constexpr int kMaxNamed = 10;

std::string WhatIsWrong(const v1::SourceState& source) {
  const v1::LogStream& stream = source.stream();
  switch (source.condition()) {
    case v1::SOURCE_CONDITION_LATE:
      return absl::StrCat(HumanBytes(stream.committed_offset() - stream.normalized_offset()),
                          " of it are not read yet");
    case v1::SOURCE_CONDITION_SILENT:
      return absl::StrCat("silent since ", HumanTime(stream.last_record_time()), " UTC");
    case v1::SOURCE_CONDITION_LOST:
      return absl::StrCat("bytes are missing in ", Plural(stream.gaps_size(), "place"));
    default:
      return "";
  }
}

}  // namespace

std::string CompletenessText(const v1::Completeness& completeness) {
  if (completeness.complete()) return "";
  std::string text;
  int incomplete = 0;
  for (const v1::SourceState& source : completeness.sources()) {
    const std::string wrong = WhatIsWrong(source);
    if (wrong.empty()) continue;
    if (++incomplete > kMaxNamed) continue;
    absl::StrAppend(&text, "  ", Printable(source.stream().source()), " of ",
                    Printable(source.stream().machine()), ": ", wrong, "\n");
  }
  if (incomplete > kMaxNamed) {
    absl::StrAppend(&text, "  ... and ", HumanCount(incomplete - kMaxNamed), " more\n");
  }
  if (completeness.more_sources()) absl::StrAppend(&text, "  more logs than can be looked at\n");
  return absl::StrCat("Incomplete: ", Plural(incomplete, "log"), " may tell more.\n", text);
}

}  // namespace proverlog
