#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// bb-prover: the agent's circuits, proven by bb (Barretenberg), another program. The verifier is
// part of the node.
std::vector<MessageSpec> BbProverMessages() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kAgent, "0.87-5.2", "Using native BB at {path} and working directory {any}",
       "Using native BB at /usr/src/barretenberg/cpp/build/bin/bb and working directory "
       "/tmp/bb-a5b53e", {}, "bb.configured"},
      {kAgent, "0.87-5.2", "Using native ACVM at {path} and working directory {any}",
       "Using native ACVM at /usr/src/noir/noir-repo/target/release/acvm and working directory "
       "/tmp/acvm-c24253", {}, "acvm.configured"},
      {kAgent, "0.87-5.2", "Generating witness data for {any}",
       "Generating witness data for PublicBaseRollupArtifact"},
      {kAgent, "0.87-5.2", "Generated witness", "Generated witness", {}, "circuit.witness",
       {"circuitName", "duration", "inputSize", "outputSize"}},
      {kAgent, "0.87-5.2", "Proving avm-circuit for TX {tx}...",
       "Proving avm-circuit for TX 0x8299bec7...", {}, "avm.started"},
      {kAgent, "0.87-5.2", "Proving {circuit}...", "Proving PublicBaseRollupArtifact...", {},
       "circuit.started"},
      {kAgent, "0.87-5.2", "Generated proof for {circuit}({tx}) in {ms} ms",
       "Generated proof for avm-circuit(0x8299bec7) in 44327 ms", {}, "avm.proved",
       {"proofSize", "inputSize", "circuitSize", "numPublicInputs"}},
      {kAgent, "0.87-5.2", "Generated proof for {circuit} in {ms} ms, size: {size} fields",
       "Generated proof for PublicBaseRollupArtifact in 8743 ms, size: 508 fields", {},
       "circuit.proved",
       {"circuitName", "circuitSize", "proofSize", "inputSize", "numPublicInputs"}},
      {kAgent, "0.87-2.0", "Generated proof for {circuit} in {ms} ms",
       "Generated proof for PublicBaseRollupArtifact in 8743 ms", {}, "circuit.proved",
       {"circuitName", "circuitSize", "proofSize", "inputSize", "numPublicInputs"}},
      {kAgent, "0.87-2.0", "Failed to generate proof for tube circuit: {error...}",
       "Failed to generate proof for tube circuit: Failed to generate proof. Exit code 1. Signal "
       "null.", {}, "circuit.failed"},
      {kAgent, "0.87-5.2", "Failed to generate proof for {circuit}: {error...}",
       "Failed to generate proof for PublicBaseRollupArtifact: Failed to generate proof. Exit code "
       "null. Signal SIGKILL.", {}, "circuit.failed"},
      {kAgent, "0.87-5.2", "Failed to generate AVM proof for TX {tx}: {error...}",
       "Failed to generate AVM proof for TX 0x8299bec7: Failed to generate proof. Exit code 1. "
       "Signal null.", {}, "avm.failed"},
      {kAgent, "0.87-2.0", "createTubeProof: {any...}",
       "createTubeProof: /tmp/bb-a5b53e/tmp-1eff90"},
      {kAgent, "0.87-5.2", "Successfully verified proof from key in {ms} ms",
       "Successfully verified proof from key in 1007.4338822392747 ms", {}, "circuit.verified"},
      {kAgent, "0.87-5.2", "Error running operation at {path}: {error...}",
       "Error running operation at /tmp/bb-1a06e4/tmp-1eff90: ProvingError: Failed to generate "
       "proof. Exit code null. Signal SIGKILL.", {}, "bb.failed"},

      // What bb is called with and what it prints.
      {kAgent, "0.87-5.2", "Executing BB with: {any...}",
       "Executing BB with: /usr/bin/bb prove --scheme ultra_honk"},
      {kAgent, "1.2-5.2", "BB concurrency: {any}", "BB concurrency: 32"},
      {kAgent, "0.87-5.2", "BB execution timed out after {ms}ms, killing process",
       "BB execution timed out after 300000ms, killing process", {}, "bb.timed_out"},
      {kAgent, "0.87-5.2", "inputsPath {any...}", "inputsPath /tmp/bb-a5b53e/inputs.bin"},
      {kAgent, "0.87-5.2", "public inputs path: {any...}",
       "public inputs path: /tmp/bb-a5b53e/public_inputs"},
      {kAgent, "0.87-5.2", "Circuit path: {any...}, ",
       "Circuit path: /tmp/bb-a5b53e, proof fields length: 508, num public inputs: 16, circuit "
       "size: 2097152"},
      {kAgent, "0.87-2.0", "TubeCircuit (prove) BB out - ",
       "TubeCircuit (prove) BB out - using cached crs of size 8388609"},
      {kAgent, "0.87-5.2", "AvmCircuit ({any}) BB out - ",
       "AvmCircuit (prove) BB out - Proving key computed in 3000 ms"},
      {kAgent, "0.87-5.2", "bb-prover (verify) BB out - ",
       "bb-prover (verify) BB out - Proof verified: 1"},
      {kAgent, "0.87-5.2", "bb - ", "bb - Scheme is: ultra_honk"},
      {kAgent, "0.87-5.2", "{any} BB out - ",
       "PublicBaseRollupArtifact BB out - Finalized circuit size: 2097152"},
      {kAgent, "0.87-5.2", "Cache miss or forced run. Running operation in {any...}",
       "Cache miss or forced run. Running operation in /tmp/bb-a5b53e..."},
      {kAgent, "0.87-5.2", "Cache hit. Skipping operation in {any...}",
       "Cache hit. Skipping operation in /tmp/bb-a5b53e..."},
      {kAgent, "0.87-5.2", "Couldn't write cache data to {any...}. Skipping cache...",
       "Couldn't write cache data to /tmp/bb-a5b53e/cache. Skipping cache..."},
      {kAgent, "0.87-5.2", "Error in command execution", "Error in command execution"},

      // bb-prover:verifier, bb-prover:queued_ivc_verifier, bb-prover:queued_chonk_verifier
      {kNode, "0.87-5.2", "{any} Verifying with key: ",
       "RootRollupArtifact Verifying with key: 0x1c2b3a"},
      {kNode, "0.87-5.2", "{circuit} verification successful",
       "RootRollupArtifact verification successful", {}, "circuit.verified",
       {"circuitName", "duration", "proofType"}},
      {kNode, "0.87-5.2", "Failed to verify {circuit} proof for tx {tx}: {error...}",
       "Failed to verify ClientIVC proof for tx 0x7b199340: Error: Invalid proof", {},
       "tx.proof_refused"},
      {kNode, "1.2-5.2", "Starting QueuedIVCVerifier with {any} concurrent verifiers",
       "Starting QueuedIVCVerifier with 8 concurrent verifiers"},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
