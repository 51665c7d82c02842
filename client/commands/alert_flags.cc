#include "client/commands/alert_flags.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "absl/strings/str_cat.h"

namespace proverlog {

CLI::Option* AddMatchFlag(CLI::App* command, std::vector<std::string>* match,
                          const std::string& what) {
  return command->add_option("--match", *match, what);
}

absl::Status ReadMatch(const std::vector<std::string>& match,
                       google::protobuf::Map<std::string, std::string>& labels) {
  for (const std::string& text : match) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--match: \"", text, "\" is not LABEL=VALUE, such as machine=prover-a"));
    }
    const std::string name = text.substr(0, equals);
    if (labels.contains(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--match: ", name, " is there twice, and an alert has one value of it"));
    }
    labels[name] = text.substr(equals + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWho(absl::string_view flag, const std::string& value) {
  if (!value.empty()) return value;
  constexpr size_t kMaxEntryBytes = 16384;
  std::array<char, kMaxEntryBytes> buffer;
  passwd entry;
  passwd* found = nullptr;
  getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("this account has no name, so that ", flag, " is needed: who you are"));
  }
  return std::string(found->pw_name);
}

}  // namespace proverlog
