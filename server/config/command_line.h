#ifndef PROVERLOG_SERVER_CONFIG_COMMAND_LINE_H_
#define PROVERLOG_SERVER_CONFIG_COMMAND_LINE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proverlog {

enum class Command : uint8_t { kServe, kCheckConfig, kMigrate, kRenormalize };

// What is given to proverlogd on its command line.
struct CommandLine {
  Command command = Command::kServe;
  std::map<std::string, std::string> flags;  // by the settings' names
  std::string prover;                        // of renormalize; empty: all provers
  std::vector<std::string> faults;           // of words that mean nothing
};

// Reads the command line. `version` is what --version prints. Returns nothing where the program is
// to end with `exit_code`: after --help and --version, and after a mistake that ended the reading,
// which has been told on standard error.
std::optional<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                            const std::string& version, int& exit_code);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_CONFIG_COMMAND_LINE_H_
