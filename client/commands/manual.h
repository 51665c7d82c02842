#ifndef PROVERLOG_CLIENT_COMMANDS_MANUAL_H_
#define PROVERLOG_CLIENT_COMMANDS_MANUAL_H_

#include <CLI/CLI.hpp>
#include <string>

namespace proverlog {

// What can be read off the program's own commands and flags, so that it is never another thing than
// `--help`.

// The manual page proverlog(1), in man(7)'s macros.
std::string ManPage(const CLI::App& app);

// A script that completes command lines in bash, or zsh.
std::string BashCompletion(const CLI::App& app);
std::string ZshCompletion(const CLI::App& app);

// The commands `manual` and `completion`, which print them. `app` outlives its parse.
void AddManualCommands(CLI::App& app, int* exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_MANUAL_H_
