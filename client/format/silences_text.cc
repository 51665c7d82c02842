// The answers of `proverlog silence` as text.

#include "absl/strings/str_cat.h"
#include "client/format/alerts_text.h"
#include "client/format/detailed_table.h"
#include "client/format/human.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

std::string Seconds(const google::protobuf::Timestamp& time) {
  return HumanTime(time).substr(0, kSecondsLength);
}

}  // namespace

std::string SilenceText(const v1::CreateSilenceResponse& response) {
  const v1::Silence& silence = response.silence();
  return absl::StrCat(
      WrapText(absl::StrCat("Silence ", silence.silence_id(), " until ",
                            Seconds(silence.end_time()), " UTC: ", LabelsText(silence.match()))),
      "To end it before: proverlog silence end ", silence.silence_id(), "\n");
}

std::string SilencesText(const v1::ListSilencesResponse& response) {
  if (response.silences().empty()) return "There is no silence.\n";
  using Align = Table::Align;
  DetailedTable table({{"ID"},
                       {"FROM (UTC)", Align::kTime},
                       {"UNTIL", Align::kTime},
                       {"BY", Align::kLeft},
                       {"REASON", Align::kLeft}});
  for (const v1::Silence& silence : response.silences()) {
    table.AddRow({absl::StrCat(silence.silence_id()), Seconds(silence.start_time()),
                  Seconds(silence.end_time()), silence.created_by(), silence.reason()},
                 WrapText(absl::StrCat("    ", LabelsText(silence.match()))));
  }
  return table.ToString();
}

}  // namespace proverlog
