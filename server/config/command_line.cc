#include "server/config/command_line.h"

#include <CLI/CLI.hpp>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rpc/near_names.h"
#include "server/config/settings.h"

namespace proverlog {
namespace {

constexpr int kUsageError = 2;

constexpr char kDescription[] =
    "Collects the logs of Aztec provers and answers questions about them.\n"
    "\n"
    "  proverlogd --data-dir /var/lib/proverlog\n"
    "  proverlogd --database-url postgresql://proverlog@db.example/proverlog\n"
    "  proverlogd renormalize --data-dir /var/lib/proverlog\n";

constexpr char kFooter[] =
    "A flag may be given as a variable, too (--data-dir as PROVERLOG_DATA_DIR), or in the file of\n"
    "--config (data-dir = \"...\"). A flag counts before a variable, and that before the file.\n"
    "Exactly one of --data-dir and --database-url is needed.\n";

// Adds the flags of the settings; `values` are filled when the line is read.
void AddSettings(CLI::App& app, std::map<std::string, std::string>& values) {
  for (const Setting& setting : Settings()) {
    std::string& value = values[std::string(setting.name)];
    const std::string help(setting.help);
    if (setting.value_name.empty()) {
      app.add_flag(FlagOf(setting), value, help);
    } else {
      app.add_option(FlagOf(setting), value, help)
          ->type_name(std::string(setting.value_name))
          ->default_str(std::string(setting.fallback));
    }
  }
}

// A value, or a word that may be one, is not shown: it may be a URL with a password.
std::string Unexpected(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  if (absl::StartsWith(word, "-")) {
    const std::string flag = word.substr(0, word.find('='));
    for (const Setting& setting : Settings()) known.push_back(FlagOf(setting));
    return absl::StrCat(flag, ": there is no such flag", DidYouMean(flag, known));
  }
  if (absl::c_any_of(word, [](char c) { return !absl::ascii_isalnum(c) && c != '-'; })) {
    return "there is a word that is no flag and no command";
  }
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  return absl::StrCat(word, ": there is no such command", DidYouMean(word, known));
}

Command CommandOf(const CLI::App& app) {
  if (app.got_subcommand("check-config")) return Command::kCheckConfig;
  if (app.got_subcommand("migrate")) return Command::kMigrate;
  return app.got_subcommand("renormalize") ? Command::kRenormalize : Command::kServe;
}

}  // namespace

std::optional<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                            const std::string& version, int& exit_code) {
  CommandLine line;
  CLI::App app(kDescription, "proverlogd");
  app.footer(kFooter);
  app.set_version_flag("--version", version);
  app.allow_extras()->fallthrough()->require_subcommand(0, 1);
  std::map<std::string, std::string> values;
  AddSettings(app, values);
  app.add_subcommand("check-config",
                     "Say what the settings are and where they come from, or what is wrong");
  app.add_subcommand("migrate", "Bring the database's tables up to date, and end");
  app.add_subcommand("renormalize",
                     "Read all archived logs again, beside the running service or without it")
      ->add_option("--prover", line.prover, "Only this prover's");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : kUsageError;
    return std::nullopt;
  }
  line.command = CommandOf(app);
  for (const auto& [name, value] : values) {
    if (app.count("--" + name) > 0) line.flags[name] = value;
  }
  for (const std::string& word : app.remaining(/*recurse=*/true)) {
    line.faults.push_back(Unexpected(app, word));
  }
  return line;
}

}  // namespace proverlog
