#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

constexpr size_t kMaxIdWidth = 12;
constexpr size_t kTimeLength = 8;  // of "03:00:46.633"

std::string TimeOfDayCell(bool has_time, const google::protobuf::Timestamp& time) {
  return has_time ? TimeOfDay(time).substr(0, kTimeLength) : "-";
}

// The first part of a uuid.
std::string SessionCell(const v1::EpochSession& session) {
  const std::string first_part = session.id().substr(0, session.id().find('-'));
  return first_part.empty() ? "-" : Shorten(Printable(first_part), kMaxIdWidth);
}

std::string SessionTable(const v1::GetEpochSummaryResponse& summary) {
  Table table({{"SESSION", Align::kLeft},
               {"KIND", Align::kLeft},
               {"STATE", Align::kLeft},
               {"STARTED", Align::kTime},
               {"PROOF", Align::kTime},
               {"ON L1", Align::kTime},
               {"ENDED", Align::kTime},
               {"DEADLINE", Align::kTime}});
  for (const v1::EpochSession& session : summary.sessions()) {
    table.AddRow({SessionCell(session), session.kind().empty() ? "-" : Printable(session.kind()),
                  HumanEnum(v1::SessionState_Name(session.state()), "SESSION_STATE_"),
                  TimeOfDayCell(session.has_start_time(), session.start_time()),
                  TimeOfDayCell(session.has_proof_ready_time(), session.proof_ready_time()),
                  TimeOfDayCell(session.has_publish_time(), session.publish_time()),
                  TimeOfDayCell(session.has_end_time(), session.end_time()),
                  TimeOfDayCell(session.has_deadline(), session.deadline())});
  }
  return table.ToString();
}

std::string TimesText(const v1::GetEpochSummaryResponse& summary) {
  std::vector<std::string> times;
  if (summary.has_proving_time()) {
    times.push_back(absl::StrCat("proof ready after ", HumanDuration(summary.proving_time())));
  }
  if (summary.has_top_tree_time()) {
    times.push_back(absl::StrCat("top tree ", HumanDuration(summary.top_tree_time())));
  }
  if (summary.has_submission_time()) {
    times.push_back(absl::StrCat("submission ", HumanDuration(summary.submission_time())));
  }
  return times.empty() ? "" : absl::StrCat(absl::StrJoin(times, ", "), "\n");
}

}  // namespace

std::string SessionsText(const v1::GetEpochSummaryResponse& summary) {
  if (summary.sessions().empty()) return "";
  std::string text = absl::StrCat(SessionTable(summary), TimesText(summary));
  for (const v1::EpochSession& session : summary.sessions()) {
    if (session.reason().empty()) continue;
    absl::StrAppend(
        &text, WrapText(absl::StrCat(SessionCell(session), ": ", Printable(session.reason()))));
  }
  return text;
}

}  // namespace proverlog
