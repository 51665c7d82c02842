#ifndef PROVERLOG_CLIENT_COMMANDS_EXPLAIN_COMMAND_H_
#define PROVERLOG_CLIENT_COMMANDS_EXPLAIN_COMMAND_H_

#include <CLI/CLI.hpp>

namespace proverlog {

// explain: reads logs and says what is in them; no service, no database. `exit_code` outlives the
// app's parse.
void AddExplainCommand(CLI::App& app, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_EXPLAIN_COMMAND_H_
