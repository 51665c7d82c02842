#include "server/alerts/rules_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/alerts/receivers_check.h"
#include "server/alerts/rules_check.h"
#include "server/alerts/rules_text.h"

namespace proverlog {
namespace {

RuleSet Check(const v1::AlertRules& rules, const RulesNode& root,
              const std::vector<Rule>& built_in) {
  RuleSet checked;
  checked.settings = CheckSettings(rules, root, built_in);
  checked.figure_rules = CheckFigureRules(rules, root, built_in);
  checked.receivers = CheckReceivers(rules, root);
  return checked;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::error_code ignored;
  errno = std::filesystem::is_directory(path, ignored) ? EISDIR : 0;
  std::ifstream file;
  if (errno == 0) file.open(path, std::ios::binary);
  if (!file.is_open()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": the rules file cannot be read: ", std::strerror(errno)));
  }
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

absl::StatusOr<RulesFile> ReadRulesFile(const std::string& path,
                                        const std::vector<Rule>& built_in) {
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  RulesProblems problems(path);
  google::protobuf::TextFormat::ParseInfoTree tree;
  const v1::AlertRules rules = ParseRulesText(*text, tree, problems);
  const RulesNode root(&rules, &tree, &problems);
  RulesFile file;
  file.rules = Check(rules, root, built_in);
  file.receivers = ReadSecrets(rules, root, std::filesystem::path(path).parent_path().string());
  if (absl::Status status = problems.Finish(); !status.ok()) return status;
  return file;
}

absl::StatusOr<RuleSet> ParseRules(absl::string_view text, const std::string& name,
                                   const std::vector<Rule>& built_in) {
  RulesProblems problems(name);
  google::protobuf::TextFormat::ParseInfoTree tree;
  const v1::AlertRules rules = ParseRulesText(text, tree, problems);
  RuleSet checked = Check(rules, RulesNode(&rules, &tree, &problems), built_in);
  if (absl::Status status = problems.Finish(); !status.ok()) return status;
  return checked;
}

}  // namespace proverlog
