#ifndef PROVERLOG_CLIENT_COMMANDS_IMPORT_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_IMPORT_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// import: sends whole log files and says what became of their lines. `flags` and `exit_code`
// outlive the app's parse.
void AddImportCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_IMPORT_COMMAND_H_
