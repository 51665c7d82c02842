#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {

std::string EventsText(const v1::ListEventsResponse& response) {
  std::string text = IncompleteLine(response.completeness());
  for (const v1::Event& event : response.events()) {
    const std::map<std::string, std::string> fields(event.fields().begin(), event.fields().end());
    absl::StrAppend(
        &text,
        WrapText(Printable(absl::StrCat(HumanTime(event.time()), "  ", event.kind(), " on ",
                                        event.machine(), fields.empty() ? "" : ": ",
                                        absl::StrJoin(fields, ", ", absl::PairFormatter(" "))))));
  }
  if (response.events().empty()) absl::StrAppend(&text, "The logs say nothing of the kind.\n");
  return absl::StrCat(text, NextPageText(response.next_page_token()));
}

}  // namespace proverlog
