#include "server/alerts/rules_file.h"

#include <filesystem>

#include "absl/status/status.h"
#include "rpc/read_rules.h"
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

}  // namespace

absl::StatusOr<RulesFile> ReadRulesFile(const std::string& path,
                                        const std::vector<Rule>& built_in) {
  const auto text = ReadRulesText(path);
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
