#ifndef PROVERLOG_CLIENT_COMMANDS_JOBS_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_JOBS_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog jobs`.
void AddJobsCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_JOBS_COMMAND_H_
