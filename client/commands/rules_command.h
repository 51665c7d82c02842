#ifndef PROVERLOG_CLIENT_COMMANDS_RULES_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_RULES_COMMAND_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/status.h"
#include "client/commands/command.h"

namespace proverlog {

// `proverlog rules` and `rules test`. `flags` and `exit_code` outlive the app's parse.
void AddRulesCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

// What the service says of the text of a rules file, with the file's name instead of the field's.
absl::Status NameRulesFile(const absl::Status& status, const std::string& path);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_RULES_COMMAND_H_
