#include "client/commands/critical_path_command.h"

#include <memory>

#include "client/commands/query_flags.h"
#include "client/format/summary.h"

namespace proverlog {

void AddCriticalPathCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("critical-path", "Say which chain of jobs decided when an epoch ended");
  AddExample(command, "proverlog critical-path 3055");
  AddQueryFlags(command, flags);
  auto request = std::make_shared<v1::GetCriticalPathRequest>();
  command
      ->add_option_function<int32_t>(
          "EPOCH", [request](int32_t value) { request->set_epoch(value); }, "The epoch's number")
      ->required();
  SetBody(command, exit_code, [flags, request] {
    request->set_prover(flags->prover);
    return Ask(*flags, &Stub::GetCriticalPath, *request, Show(&CriticalPathText));
  });
}

}  // namespace proverlog
