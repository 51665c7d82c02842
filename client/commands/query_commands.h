#ifndef PROVERLOG_CLIENT_COMMANDS_QUERY_COMMANDS_H_
#define PROVERLOG_CLIENT_COMMANDS_QUERY_COMMANDS_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// epochs, epoch, jobs, events, job, why, lines, tail, machines, compare, unknown: the questions of
// QueryService. `flags` and `exit_code` outlive the app's parse.
void AddQueryCommands(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_QUERY_COMMANDS_H_
