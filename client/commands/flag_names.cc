#include "client/commands/flag_names.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

// Of fields that have the same flag in every command.
const std::map<absl::string_view, absl::string_view>& Flags() {
  static const auto* const kFlags = new std::map<absl::string_view, absl::string_view>{
      {"agent_process", "--agent-process"},
      {"around_offset", "--around"},
      {"band_epochs", "--band-epochs"},
      {"breakdown", "--by"},
      {"causes", "--cause"},
      {"context_lines", "--context"},
      {"end_time", "--to"},
      {"kind", "--kind"},
      {"last_lines", "-n"},
      {"machine", "--machine"},
      {"max_duration", "--max-duration"},
      {"min_attempts", "--min-attempts"},
      {"min_duration", "--min-duration"},
      {"order", "--order"},
      {"page_size", "--limit"},
      {"page_token", "--page-token"},
      {"source", "--source"},
      {"start_time", "--from"},
      {"states", "--state"},
      {"step", "--step"},
      {"timing.epoch_slots", "--epoch-slots"},
      {"timing.proof_window_epochs", "--proof-window"},
      {"timing.slot_duration", "--slot-duration"},
      {"types", "--type"},
  };
  return *kFlags;
}

// "SUBJECT 2, to" of "subjects[1].end_time"; empty where it is no such field.
std::string SubjectName(absl::string_view field) {
  int number = 0;
  if (!absl::ConsumePrefix(&field, "subjects[")) return "";
  const size_t end = field.find(']');
  if (end == absl::string_view::npos || !absl::SimpleAtoi(field.substr(0, end), &number)) return "";
  absl::string_view part = field.substr(end + 1);
  absl::ConsumePrefix(&part, ".");
  const auto flag = Flags().find(part);
  if (flag != Flags().end()) part = absl::StripPrefix(flag->second, "--");
  return absl::StrCat("SUBJECT ", number + 1, part.empty() ? "" : ", ", part);
}

// What the field is called in every command; empty where it is no flag.
std::string CommonName(absl::string_view field) {
  const auto flag = Flags().find(field);
  return flag == Flags().end() ? SubjectName(field) : std::string(flag->second);
}

}  // namespace

absl::Status NameFlags(const absl::Status& status, const FlagNames& own) {
  const absl::string_view message = status.message();
  size_t end = message.find(": ");
  if (!absl::IsInvalidArgument(status) || end == absl::string_view::npos) return status;
  const absl::string_view field = message.substr(0, end);
  std::string name = CommonName(field);
  const size_t whole = field.find_first_of(".[");
  const auto flag = own.find(std::string(field.substr(0, whole)));
  if (flag != own.end()) {
    name = flag->second;
    end = std::min(whole, end);
  }
  if (name.empty()) return status;
  return absl::InvalidArgumentError(absl::StrCat(name, message.substr(end)));
}

}  // namespace proverlog
