#include "client/format/line_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/table.h"

namespace proverlog {

std::string LineText(const v1::DatedLine& line) {
  return absl::StrCat(line.has_time() ? HumanTime(line.time()) : "-", "  ", Printable(line.text()),
                      "\n");
}

std::string MissingText(const v1::StreamGap& gap) {
  const int64_t bytes = gap.end_offset() - gap.begin_offset();
  return absl::StrCat("-- ", bytes == 0 ? "lines are missing" : HumanBytes(bytes) + " are missing",
                      " here: ", HumanEnum(v1::GapReason_Name(gap.reason()), "GAP_REASON_"),
                      gap.detail().empty() ? "" : absl::StrCat(": ", Printable(gap.detail())),
                      "\n");
}

}  // namespace proverlog
