#include "client/commands/manual.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/commands/command.h"

namespace proverlog {
namespace {

// A command by the words that call it: "jobs", "alerts show".
struct NamedCommand {
  std::string name;
  const CLI::App* app;
};

// Each command, and behind it those of its own.
std::vector<NamedCommand> CommandsOf(const CLI::App& app) {
  std::vector<NamedCommand> commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands.push_back({command->get_name(), command});
    for (const auto& own : CommandsOf(*command)) {
      commands.push_back({absl::StrCat(command->get_name(), " ", own.name), own.app});
    }
  }
  return commands;
}

// The same, "alerts show" before "alerts".
std::vector<NamedCommand> LongestFirst(const CLI::App& app) {
  std::vector<NamedCommand> commands = CommandsOf(app);
  std::reverse(commands.begin(), commands.end());
  return commands;
}

// The next word of the command's own commands.
std::vector<std::string> OwnNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<const CLI::Option*> OptionsOf(const CLI::App& app) { return app.get_options({}); }

bool IsPositional(const CLI::Option& option) { return !option.nonpositional(); }

// "--limit", "-h", "--help"
std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

// The values that the flag takes, where these are few: CLI11 has them in its type as {a,b}.
std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  const size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return absl::StrSplit(type.substr(begin + 1, end - begin - 1), ',');
}

bool TakesValue(const CLI::Option& option) { return option.get_expected_max() > 0; }

// Of a positional: log files.
bool TakesFiles(const CLI::Option& option) {
  return option.get_name() == "FILE" || option.get_name() == "PATH";
}

// Text in a line of a manual page.
std::string Roff(absl::string_view text) {
  const std::string escaped = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}});
  const bool is_control = absl::StartsWith(escaped, ".") || absl::StartsWith(escaped, "'");
  return is_control ? absl::StrCat("\\&", escaped) : escaped;
}

// Lines as they are.
std::string RoffExample(absl::string_view text) {
  std::string roff = ".PP\n.nf\n";
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&roff, Roff(line), "\n");
  }
  return roff + ".fi\n";
}

std::string RoffOption(const CLI::Option& option) {
  std::string roff = ".TP\n";
  if (IsPositional(option)) {
    absl::StrAppend(&roff, "\\fI", Roff(option.get_name()), "\\fR\n");
  } else {
    const std::string value = TakesValue(option) ? absl::StrJoin(ChoicesOf(option), "|") : "";
    absl::StrAppend(&roff, "\\fB", Roff(absl::StrJoin(NamesOf(option), ", ")), "\\fR");
    if (TakesValue(option)) {
      absl::StrAppend(&roff, " \\fI",
                      value.empty() ? "VALUE" : absl::StrReplaceAll(Roff(value), {{"|", "|\\:"}}),
                      "\\fR");
    }
    absl::StrAppend(&roff, "\n");
  }
  absl::StrAppend(&roff, Roff(option.get_description()));
  if (!option.get_default_str().empty()) {
    absl::StrAppend(&roff, " (default: ", Roff(option.get_default_str()), ")");
  }
  return roff + "\n";
}

std::string QuoteForShell(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// The names of a command's flags and of its own commands, and where a flag takes one of few values,
// what follows it.
std::string BashCommand(const NamedCommand& named) {
  const CLI::App& command = *named.app;
  std::vector<std::string> flags = OwnNames(command);
  std::string values;
  bool files = false;
  for (const CLI::Option* option : OptionsOf(command)) {
    if (IsPositional(*option)) {
      files = files || TakesFiles(*option);
      continue;
    }
    for (const std::string& name : NamesOf(*option)) flags.push_back(name);
    const std::vector<std::string> choices = ChoicesOf(*option);
    if (choices.empty()) continue;
    absl::StrAppend(&values, "        ", absl::StrJoin(NamesOf(*option), "|"),
                    ") words=", QuoteForShell(absl::StrJoin(choices, " ")), "; files= ;;\n");
  }
  std::string script = absl::StrCat("    ", QuoteForShell(named.name + " "),
                                    "*)\n      words=", QuoteForShell(absl::StrJoin(flags, " ")),
                                    "\n      files=", files ? "yes" : "", "\n");
  if (!values.empty()) {
    absl::StrAppend(&script, "      case \"$previous\" in\n", values, "      esac\n");
  }
  return script + "      ;;\n";
}

// What _arguments takes of a text: no brackets, and colons escaped.
std::string ZshText(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"[", "("}, {"]", ")"}, {":", "\\:"}});
}

std::string ZshOption(const CLI::Option& option) {
  std::string specs;
  if (IsPositional(option)) {
    const char* action = TakesFiles(option) ? "_files" : "";
    return absl::StrCat("        ",
                        QuoteForShell(absl::StrCat("*:", ZshText(option.get_name()), ":", action)),
                        " \\\n");
  }
  for (const std::string& name : NamesOf(option)) {
    std::string spec = absl::StrCat(name, "[", ZshText(option.get_description()), "]");
    if (TakesValue(option)) {
      absl::StrAppend(&spec, ":value:(", absl::StrJoin(ChoicesOf(option), " "), ")");
    }
    absl::StrAppend(&specs, "        ", QuoteForShell(spec), " \\\n");
  }
  return specs;
}

std::string ZshCommand(const NamedCommand& command) {
  std::string script = absl::StrCat("    ", QuoteForShell(command.name + " "), "*)\n");
  for (const char c : command.name) {
    if (c == ' ') absl::StrAppend(&script, "      shift words\n      (( CURRENT-- ))\n");
  }
  absl::StrAppend(&script, "      _arguments \\\n");
  const std::vector<std::string> own = OwnNames(*command.app);
  if (!own.empty()) {
    absl::StrAppend(&script, "        ",
                    QuoteForShell(absl::StrCat("1:command:(", absl::StrJoin(own, " "), ")")),
                    " \\\n");
  }
  for (const CLI::Option* option : OptionsOf(*command.app)) {
    absl::StrAppend(&script, ZshOption(*option));
  }
  return script + "        && return\n      ;;\n";
}

}  // namespace

std::string ManPage(const CLI::App& app) {
  std::string page = absl::StrCat(
      ".TH PROVERLOG 1\n.ad l\n.nh\n.SH NAME\nproverlog \\- reads the logs of Aztec"
      " provers\n.SH SYNOPSIS\n\\fBproverlog\\fR \\fICOMMAND\\fR"
      " [\\fIFLAG\\fR]...\n.SH COMMANDS\n");
  for (const auto& [name, command] : CommandsOf(app)) {
    absl::StrAppend(&page, ".SS proverlog ", Roff(name), "\n", Roff(command->get_description()),
                    ".\n");
    for (const CLI::Option* option : OptionsOf(*command)) {
      if (option->get_name() != "--help") absl::StrAppend(&page, RoffOption(*option));
    }
    if (!command->get_footer().empty()) absl::StrAppend(&page, RoffExample(command->get_footer()));
  }
  return absl::StrCat(
      page,
      ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nA file, a flag's value or the question: trying"
      " again does not help.\n.TP\n2\nThe command line.\n.TP\n3\nNo server, no database, or no"
      " answer in time: try again later.\n.SH ENVIRONMENT\n.TP\nPROVERLOG_SERVER\nThe server"
      " where no \\-\\-server is given.\n");
}

std::string BashCompletion(const CLI::App& app) {
  std::string commands;
  for (const NamedCommand& command : LongestFirst(app)) {
    absl::StrAppend(&commands, BashCommand(command));
  }
  return absl::StrCat(
      "# Completion of proverlog for bash: source <(proverlog completion bash)\n"
      "_proverlog() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local words files=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W ",
      QuoteForShell(absl::StrJoin(OwnNames(app), " ")),
      " -- \"$current\"))\n    return\n  fi\n"
      "  case \"${COMP_WORDS[*]:1:COMP_CWORD-1} \" in\n",
      commands,
      "    *) return ;;\n  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  if [ -n \"$files\" ]; then COMPREPLY+=($(compgen -f -- \"$current\")); fi\n"
      "}\ncomplete -o filenames -F _proverlog proverlog\n");
}

std::string ZshCompletion(const CLI::App& app) {
  std::string commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    absl::StrAppend(
        &commands, "    ",
        QuoteForShell(absl::StrCat(command->get_name(), ":", ZshText(command->get_description()))),
        "\n");
  }
  std::string cases;
  for (const NamedCommand& command : LongestFirst(app)) {
    absl::StrAppend(&cases, ZshCommand(command));
  }
  return absl::StrCat(
      "#compdef proverlog\n"
      "# Completion of proverlog for zsh: proverlog completion zsh > _proverlog, in a"
      " directory of $fpath\n"
      "_proverlog() {\n"
      "  local -a commands\n  commands=(\n",
      commands,
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n    return\n  fi\n"
      "  local command=\"${words[2,CURRENT-1]} \"\n  shift words\n  (( CURRENT-- ))\n"
      "  case $command in\n",
      cases, "  esac\n}\n_proverlog \"$@\"\n");
}

void AddManualCommands(CLI::App& app, int* exit_code) {
  CLI::App* manual = app.add_subcommand("manual", "Print the manual page proverlog(1)");
  AddExample(manual, "proverlog manual > proverlog.1");
  SetBody(manual, exit_code, [&app] {
    std::fputs(ManPage(app).c_str(), stdout);
    return kExitOk;
  });
  CLI::App* completion =
      app.add_subcommand("completion", "Print a script that completes command lines in a shell");
  AddExample(completion, "proverlog completion bash > proverlog.bash");
  auto shell = std::make_shared<std::string>();
  completion->add_option("SHELL", *shell, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  SetBody(completion, exit_code, [&app, shell] {
    const std::string script = *shell == "bash" ? BashCompletion(app) : ZshCompletion(app);
    std::fputs(script.c_str(), stdout);
    return kExitOk;
  });
}

}  // namespace proverlog
