#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// foundation, which every program is built on, and what other libraries of Aztec say in the logs of
// provers
std::vector<MessageSpec> FoundationMessages() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kAny, "0.87-5.2", "Logger initialized with level {level}",
       "Logger initialized with level debug", {}, "process.started"},
      {kAny, "0.87-5.2", "Browser console logger initialized with level {any}",
       "Browser console logger initialized with level info"},
      {kAny, "0.87-5.2", "Registering additional logging stream",
       "Registering additional logging stream"},
      {kAny, "0.87-5.2", "Failed to cleanup temporary directory {path}: {error...}",
       "Failed to cleanup temporary directory /tmp/bb-a5b53e/tmp-1eff90: Error: ENOENT", {},
       "directory.not_cleaned"},

      // running-promise: a loop of the program, under the logger of the program's part
      {kAny, "0.87-5.2", "Error in running promise: {error...}",
       "Error in running promise: Error: connect ECONNREFUSED 127.0.0.1:8080", {}, "loop.failed"},
      {kAny, "0.87-5.2", "Attempted to start running promise that was already started",
       "Attempted to start running promise that was already started"},
      {kAny, "0.87-5.2", "Error handler has requested to exit",
       "Error handler has requested to exit", {}, "loop.exited"},
      {kAny, "0.87-1.1", "Running promise was not started", "Running promise was not started"},

      // foundation:retry
      {kAny, "0.87-5.2", "Error while retrying {call...}: {error...}",
       "Error while retrying JsonRpcClient request to http://prover-broker:8080: Error: fetch "
       "failed", {}, "call.failed"},
      {kAny, "0.87-5.2", "{call...} failed. Will retry in {seconds}s...",
       "JsonRpcClient request to http://prover-broker:8080 failed. Will retry in 1s...", {},
       "call.retried"},

      // json-rpc: calls between the programs
      {kAny, "0.87-5.2", "JsonRpcClient.fetch {any...} -> ",
       "JsonRpcClient.fetch http://prover-broker:8080 -> [ { jsonrpc: '2.0' } ]"},
      {kAny, "0.87-5.2", "JsonRpcClient.fetch: {any}",
       "JsonRpcClient.fetch: http://prover-broker:8080"},
      {kAny, "0.87-5.2", "Executing JSON-RPC batch of size: {any}",
       "Executing JSON-RPC batch of size: 3 body size: 4096 bytes"},
      {kAny, "0.87-5.2", "Invalid response received from JSON-RPC server.",
       "Invalid response received from JSON-RPC server. Expected array of responses of length "
       "3", {}, "call.failed"},
      {kAny, "0.87-5.2",
       "Invalid response received at index {any} from JSON-RPC server: id mismatch",
       "Invalid response received at index 2 from JSON-RPC server: id mismatch", {}, "call.failed",
       {"requestMethod"}},
      {kAny, "0.87-5.2", "Failed to fetch from the remote server",
       "Failed to fetch from the remote server", {}, "call.failed"},
      {kAny, "0.87-5.2", "request {any}", "request proverBroker_getProvingJob []"},
      {kAny, "0.87-5.2", "result {any}", "result proverBroker_getProvingJob undefined"},
      {kAny, "0.87-5.2", "response {any}", "response getProvingJob undefined"},
      {kAny, "4.1-5.2", "Rejected admin RPC request from {ip}: {reason...}",
       "Rejected admin RPC request from 10.1.2.3: missing API key", {}, "request.refused"},
      {kAny, "0.87-5.2", "Uncaught error in JSON RPC server call {method}: {error...}",
       "Uncaught error in JSON RPC server call proverBroker_getProvingJob: Error: database is "
       "closed", {}, "request.failed"},
      {kAny, "0.87-5.2", "Error on API handler: {error...}",
       "Error on API handler: Error: request aborted", {}, "request.failed"},
      {kAny, "0.87-5.2", "Uncaught error executing request in batch: {error...}",
       "Uncaught error executing request in batch: Error: database is closed.", {},
       "request.failed"},
      {kAny, "0.87-5.2", "Health check failed for {components...}",
       "Health check failed for proverBroker", {}, "process.unhealthy"},
      {kAny, "0.87-5.2", "Error during health check: {error...}",
       "Error during health check: Error: database is closed", {}, "process.unhealthy"},

      // Parts that are not a prover's own.
      {kAny, "0.87-5.2", "Using NoopTelemetryClient", "Using NoopTelemetryClient"},
      {kAny, "0.87-5.2", "Starting data store with maxReaders {any}",
       "Starting data store with maxReaders 16"},
      {kAny, "0.87-5.2", "Using pseudo-randomness with seed: {any}",
       "Using pseudo-randomness with seed: 1"},
      {kAny, "0.87-5.2", "Processed {count} successful txs and {failed} failed txs in {seconds}s",
       "Processed 3 successful txs and 0 failed txs in 0.413s", {}, "tx.processed",
       {"totalPublicGas", "totalBlockGas", "totalSizeInBytes"}},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
