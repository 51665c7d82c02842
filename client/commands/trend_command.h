#ifndef PROVERLOG_CLIENT_COMMANDS_TREND_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_TREND_COMMAND_H_

#include "client/commands/command.h"

namespace proverlog {

void AddTrendCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_TREND_COMMAND_H_
