#include "bench/generator/generator.h"

#include "absl/strings/str_cat.h"
#include "bench/generator/prover_simulation.h"

namespace proverlog::generator {

std::vector<GeneratedLog> LogsOf(const GeneratorOptions& options) {
  std::vector<GeneratedLog> logs = {{"prover-1", "node.log"}, {"prover-1", "broker.log"}};
  for (int machine = 1; machine <= options.machines; ++machine) {
    logs.push_back({absl::StrCat("prover-", machine), "agent.log"});
  }
  return logs;
}

void Generate(const GeneratorOptions& options, GeneratorSink& sink) {
  ProverSimulation(options, sink).Run();
}

}  // namespace proverlog::generator
