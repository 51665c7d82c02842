#ifndef PROVERLOG_CLIENT_COMMANDS_HEALTH_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_HEALTH_COMMAND_H_

#include <CLI/CLI.hpp>

#include "client/commands/command.h"

namespace proverlog {

// `proverlog health`: asks the standard health service, for what can run a program and make no gRPC
// call, such as a container's health check.
void AddHealthCommand(CLI::App& app, GlobalFlags* flags, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_HEALTH_COMMAND_H_
