#include "client/commands/rules_command.h"

#include <cstdio>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/commands/alert_flags.h"
#include "client/commands/query_flags.h"
#include "client/format/alerts_text.h"
#include "rpc/read_rules.h"

namespace proverlog {
namespace {

// The service takes a minute for one at most; others may be asked before it.
constexpr std::chrono::minutes kTestDeadline{5};

const FlagNames& RuleFlagNames() {
  static const auto* const kNames =
      new FlagNames{{"prover", "--prover"}, {"start_time", "--from"}, {"end_time", "--to"}};
  return *kNames;
}

int Rules(const GlobalFlags& flags, const std::string& name) {
  if (name.empty()) {
    return Ask(flags, &AlertStub::ListRules, v1::ListRulesRequest(), Show(&RulesText),
               RuleFlagNames());
  }
  const auto response = Call(flags, &AlertStub::ListRules, v1::ListRulesRequest());
  if (!response.ok()) return Fail(response.status());
  for (const v1::AlertRule& rule : response->rules()) {
    if (rule.name() != name) continue;
    if (flags.json) return PrintJson(rule);
    std::fputs(RuleText(rule).c_str(), stdout);
    return kExitOk;
  }
  return Fail(absl::NotFoundError(
      absl::StrCat("there is no rule \"", name, "\"; `proverlog rules` lists them")));
}

struct TestAsked {
  v1::TestRulesRequest request;
  std::string path;
  WindowFlags window;
};

int TestRules(const GlobalFlags& flags, TestAsked& asked) {
  asked.request.set_prover(flags.prover);
  if (auto status = ReadWindow(asked.window, asked.request); !status.ok()) return Fail(status);
  if (!asked.path.empty()) {
    const auto text = ReadRulesText(asked.path);
    if (!text.ok()) return Fail(text.status());
    // A file that sets nothing means the rules that are built in; no text, those that are set.
    asked.request.set_rules(text->empty() ? "\n" : *text);
  }
  const auto response = Call(flags, &AlertStub::TestRules, asked.request, kTestDeadline);
  if (!response.ok()) {
    return Fail(NameRulesFile(NameFlags(response.status(), RuleFlagNames()), asked.path));
  }
  if (flags.json) return PrintJson(*response);
  std::fputs(RulesTestText(*response).c_str(), stdout);
  return kExitOk;
}

void AddTest(CLI::App* rules, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = rules->add_subcommand(
      "test", "Say what rules would have said of a time that is stored, at most a week");
  AddExample(command, "proverlog rules test --from '2026-11-21 03:00' --to '2026-11-21 04:00'");
  AddQueryFlags(command, flags);
  auto asked = std::make_shared<TestAsked>();
  command->add_option("FILE", asked->path, "A rules file; without it, the rules as they are set");
  AddWindowFlags(command, &asked->window, "What is stored");
  command->get_option("--from")->required();
  command->get_option("--to")->required();
  SetBody(command, exit_code, [flags, asked] { return TestRules(*flags, *asked); });
}

}  // namespace

absl::Status NameRulesFile(const absl::Status& status, const std::string& path) {
  constexpr absl::string_view kField = "rules";
  if (!absl::IsInvalidArgument(status) || path.empty()) return status;
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    absl::ConsumePrefix(&line, absl::StrCat(kField, ": "));
    const bool has_place = absl::ConsumePrefix(&line, absl::StrCat(kField, ":"));
    lines.push_back(has_place ? absl::StrCat(path, ":", line) : std::string(line));
  }
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

void AddRulesCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("rules", "List the rules of alerts as they are set, or show one of them");
  AddExample(command, "proverlog rules");
  AddServerFlag(command, flags);
  AddFormatFlag(command, flags);
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "Show this one: when it fires, why, all that is set of it");
  AddTest(command, flags, exit_code);
  SetBody(command, exit_code, [flags, name] { return Rules(*flags, *name); });
}

}  // namespace proverlog
