#include "client/commands/explain_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "client/commands/command.h"
#include "client/explain/explanation.h"
#include "client/explain/log_reader.h"

namespace proverlog {

void AddExplainCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "explain", "Read logs and say how the epochs went; needs no service and no database");
  AddExample(command, "proverlog explain broker.log agent-a.log");
  auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *paths, "Log files, also .gz and .zst; - is standard input")
      ->required();
  SetBody(command, exit_code, [paths] {
    const auto reading = ReadLogs(*paths);
    if (!reading.ok()) return static_cast<int>(Fail(reading.status()));
    std::fputs(Explain(*reading, *paths).c_str(), stdout);
    const bool damaged = std::any_of(reading->logs.begin(), reading->logs.end(),
                                     [](const ExplainedLog& log) { return !log.damage.ok(); });
    return static_cast<int>(damaged ? kExitFailed : kExitOk);
  });
}

}  // namespace proverlog
