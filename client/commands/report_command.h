#ifndef PROVERLOG_CLIENT_COMMANDS_REPORT_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_REPORT_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// The command `report`. `flags` and `exit_code` outlive the app's parse.
void AddReportCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_REPORT_COMMAND_H_
