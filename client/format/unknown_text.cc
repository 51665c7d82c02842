#include "absl/strings/str_cat.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

std::string MachinesCell(const v1::UnknownMessage& message) {
  if (message.machine_count() == 1) return message.machines(0);
  return Plural(message.machine_count(), "machine");
}

std::string VersionsCell(const v1::UnknownMessage& message) {
  if (message.aztec_versions().empty()) return "-";
  if (message.aztec_versions_size() == 1) return message.aztec_versions(0);
  return Plural(message.aztec_versions_size(), "version");
}

}  // namespace

std::string UnknownMessagesText(const v1::ListUnknownMessagesResponse& response) {
  const std::string begin = CompletenessText(response.completeness());
  if (response.messages().empty()) {
    return absl::StrCat(begin, "There is no message that is not understood.\n");
  }
  Table table({{"COUNT"},
               {"LEVEL", Align::kLeft},
               {"MODULE", Align::kLeft},
               {"MESSAGE", Align::kLeft},
               {"LAST SEEN (UTC)", Align::kTime},
               {"MACHINES", Align::kLeft},
               {"AZTEC", Align::kLeft}});
  for (const v1::UnknownMessage& message : response.messages()) {
    table.AddRow(
        {HumanCount(message.count()), message.level(), message.module(), message.message_template(),
         message.has_last_time() ? HumanTime(message.last_time()).substr(0, kSecondsLength) : "-",
         MachinesCell(message), VersionsCell(message)});
  }
  return absl::StrCat(begin, table.ToString(),
                      response.more_kinds()
                          ? "Older logs are not counted: there are more than 100,000 kinds.\n"
                          : "",
                      NextPageText(response.next_page_token()),
                      "Is a message of a new Aztec release here? Report it to proverlog, so that "
                      "it is understood.\n");
}

}  // namespace proverlog
