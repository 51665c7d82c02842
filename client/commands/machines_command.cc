#include "client/commands/machines_command.h"

#include <memory>
#include <string>

#include "client/commands/query_flags.h"
#include "client/format/summary.h"

namespace proverlog {

void AddMachinesCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("machines", "List the machines and what they sent, or show one of them");
  AddExample(command, "proverlog machines --machine prover-b");
  AddQueryFlags(command, flags);
  auto machine = std::make_shared<std::string>();
  command->add_option(
      "--machine", *machine,
      "Show this one: its starts, its clock, what it ran, what failed there, what is missing");
  SetBody(command, exit_code, [flags, machine] {
    if (machine->empty()) {
      v1::ListMachinesRequest request;
      request.set_prover(flags->prover);
      return Ask(*flags, &Stub::ListMachines, request, Show(&MachinesText));
    }
    v1::GetMachineRequest request;
    request.set_prover(flags->prover);
    request.set_machine(*machine);
    return Ask(*flags, &Stub::GetMachine, request, Show(&MachineText));
  });
}

}  // namespace proverlog
