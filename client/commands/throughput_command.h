#ifndef PROVERLOG_CLIENT_COMMANDS_THROUGHPUT_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_THROUGHPUT_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog throughput`.
void AddThroughputCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_THROUGHPUT_COMMAND_H_
