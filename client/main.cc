// proverlog: the command line of the product.

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "client/commands/command.h"
#include "client/commands/explain_command.h"
#include "client/commands/health_command.h"
#include "client/commands/import_command.h"
#include "client/commands/manual.h"
#include "client/commands/query_commands.h"
#include "client/commands/ship_command.h"
#include "version.h"

int main(int argc, char** argv) {
  // gRPC's own words about connections that fail; ours say what to do.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  CLI::App app(
      "Reads the logs of Aztec provers.\n"
      "\n"
      "  docker compose logs prover | proverlog explain -\n"
      "  proverlog import --prover mine --machine a broker.log agent.log.gz\n"
      "  proverlog epoch 3054\n",
      "proverlog");
  app.set_version_flag("--version", std::string("proverlog ") + proverlog::kVersion);
  app.require_subcommand(1);

  proverlog::GlobalFlags flags;
  int exit_code = proverlog::kExitOk;
  proverlog::AddExplainCommand(app, &exit_code);
  proverlog::AddImportCommand(app, &flags, &exit_code);
  proverlog::AddShipCommand(app, &flags, &exit_code);
  proverlog::AddQueryCommands(app, &flags, &exit_code);
  proverlog::AddHealthCommand(app, &flags, &exit_code);
  proverlog::AddManualCommands(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? proverlog::kExitOk : proverlog::kExitUsage;
  }
  return exit_code;
}
