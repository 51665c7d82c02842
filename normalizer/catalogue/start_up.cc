#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// aztec, the command that starts the programs. Most of it prints without time and level.
std::vector<MessageSpec> StartUpMessages() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      // The sizes are points of 64 bytes each.
      {kConsole, "0.87-5.2", "Using cached CRS of size {size}", "Using cached CRS of size 33554433", {},
       "crs.cached"},
      {kConsole, "0.87-5.2", "Using cached {curve} CRS of size {size}",
       "Using cached Grumpkin CRS of size 262145", {}, "crs.cached"},
      {kConsole, "0.87-5.2", "Downloading CRS of size {size} into {path...}",
       "Downloading CRS of size 33554433 into /root/.bb-crs", {}, "crs.downloading"},
      {kConsole, "0.87-5.2", "Downloading {curve} CRS of size {size} into {path...}",
       "Downloading Grumpkin CRS of size 262145 into /root/.bb-crs", {}, "crs.downloading"},

      {kAny, "0.87-5.2", "Aztec Server listening on port {port}",
       "Aztec Server listening on port 8080", {}, "process.listening",
       {"l1ChainId", "l1RollupAddress", "rollupVersion", "l2CircuitsVkTreeRoot",
        "l2ProtocolContractsTreeRoot", "l2ProtocolContractsHash"}},
      {kAny, "0.87-5.2", "Aztec Server admin API listening on port {port}",
       "Aztec Server admin API listening on port 8880", {}, "process.admin_listening"},
      {kAny, "0.87-5.2", "No admin API key set", "No admin API key set — admin endpoint is "
       "unauthenticated"},
      {kConsole, "0.87-5.2", "ADMIN API KEY (save this",
       "ADMIN API KEY (save this — it will NOT be shown again)"},
      {kConsole, "0.87-5.2", "Use via header: ", "Use via header: x-api-key: <key>"},
      {kConsole, "0.87-5.2", "Or via header: ", "Or via header: Authorization: Bearer <key>"},
      {kConsole, "0.87-5.2", "The key hash has been persisted",
       "The key hash has been persisted — on next restart, the same key will be used."},
      {kConsole, "0.87-5.2", "To disable admin auth: ",
       "To disable admin auth: --disable-admin-api-key or AZTEC_DISABLE_ADMIN_API_KEY=true"},
      {kConsole, "0.87-5.2", "Setting up Aztec local network {version}, please stand by",
       "Setting up Aztec local network 4.1.2, please stand by...", {}, "process.started"},
      {kAny, "0.87-5.2", "New {name...} version available", "New aztec version available", {},
       "process.outdated", {"latestVersion", "currentVersion"}},

      // A node that waits until the rollup fits its version.
      {kConsole, "0.87-5.2", "Rollup at {rollup} is incompatible: {reason...} Entering standby mode.",
       "Rollup at 0xb03b5859 is incompatible: genesisArchiveRoot differs. Entering standby mode. "
       "Will poll every 600s for a compatible rollup...", {}, "standby.entered"},
      {kConsole, "0.87-5.2", "Standby status server listening on port {port}",
       "Standby status server listening on port 8080", {}, "standby.listening"},
      {kConsole, "0.87-5.2", "Still waiting. Rollup at {rollup}: {reason...}",
       "Still waiting. Rollup at 0xb03b5859: genesisArchiveRoot differs.", {}, "standby.waiting"},
      {kConsole, "0.87-5.2", "Failed to fetch rollup config from rollup at {any}",
       "Failed to fetch rollup config from rollup at 0xb03b5859. Retrying..."},
      {kConsole, "0.87-5.2", "Compatible rollup found at {rollup}. Exiting standby mode.",
       "Compatible rollup found at 0xb03b5859. Exiting standby mode.", {}, "standby.left"},
      {kConsole, "0.87-5.2", "Initial funded accounts: {any...}",
       "Initial funded accounts: 0x1a2b, 0x3c4d"},
      {kConsole, "0.87-5.2", "Genesis archive root: {any}", "Genesis archive root: 0x15684c8c"},

      // The command refuses to start.
      {kConsole, "0.87-5.2", "Running prover node without local prover agent.",
       "Running prover node without local prover agent. Connect prover agents or pass "
       "--proverAgent.proverAgentCount"},
      {kConsole, "0.87-5.2", "Cannot run a standalone {error...}",
       "Cannot run a standalone sequencer without a node", {}, "process.misconfigured"},
      {kConsole, "0.87-5.2", "No module specified {error...}", "No module specified to start", {},
       "process.misconfigured"},
      {kConsole, "0.87-5.2", "--prover-broker-url or --prover-broker is {error...}",
       "--prover-broker-url or --prover-broker is required to start a Prover Node", {},
       "process.misconfigured"},
      {kConsole, "0.87-5.2", "Starting a {name...} with {any...} is not supported.",
       "Starting a prover agent with --node, --sequencer, --pxe, --p2p-bootstrap, or --txe is not "
       "supported.", {}, "process.misconfigured"},
      {kConsole, "0.87-5.2", "Requested real proving but {error...}",
       "Requested real proving but no path to bb or acvm binaries provided", {},
       "process.misconfigured"},
      {kConsole, "0.87-5.2", "Missing prover broker URL. {error...}",
       "Missing prover broker URL. Pass --proverAgent.proverBrokerUrl <value>", {},
       "process.misconfigured"},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
