#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// prover-client:broker-circuit-prover-facade, the prover node's end of the broker. Its errors never
// decide a job's state.
std::vector<MessageSpec> FacadeMessages() {
  using enum Writer;
  using K = FactKind;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kNode, "0.87-5.2", "Job enqueued with broker id={job} type={any}",
       "Job enqueued with broker id=3054:PUBLIC_VM:be75 type=PUBLIC_VM epochNumber=3054",
       {{K::kSubmitted}}},
      {kNode, "0.87-5.2", "Job already completed when sent to broker id={job}",
       "Job already completed when sent to broker id=3054:PUBLIC_VM:be75 type=PUBLIC_VM "
       "epochNumber=3054"},
      {kNode, "0.87-5.2", "Job already in queue or in progress when sent to broker id={job}",
       "Job already in queue or in progress when sent to broker id=3054:PUBLIC_VM:be75 "
       "type=PUBLIC_VM epochNumber=3054"},
      {kNode, "0.87-5.2", "Job already found in facade id={job}",
       "Job already found in facade id=3054:PUBLIC_VM:be75 type=PUBLIC_VM"},
      {kNode, "0.87-5.2", "Job errored with '",
       "Job errored with 'Broker facade stopped' id=3054:PUBLIC_VM:be75 type=PUBLIC_VM: {"},
      {kNode, "0.87-5.2", "Resolving proving job with error id={job}",
       "Resolving proving job with error id=3054:PUBLIC_VM:be75 type=PUBLIC_VM: 'Aborted'"},
      {kNode, "0.87-5.2", "Resolved proving job id={job} type={any}",
       "Resolved proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM"},
      {kNode, "0.87-5.2", "Received notification of completed job id={job}",
       "Received notification of completed job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM"},
      {kNode, "0.87-5.2", "Error cancelling job id={job}",
       "Error cancelling job id=3054:PUBLIC_VM:be75"},
      {kNode, "0.87-5.2", "Error retrieving job result from broker job id={job}",
       "Error retrieving job result from broker job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM: Error: "
       "fetch failed"},
      {kNode, "0.87-5.2", "Error processing job result job id={job}",
       "Error processing job result job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM: Error: "
       "fetch failed"},
      {kNode, "0.87-5.2",
       "Error thrown when requesting completed job notifications from the broker: {error...}",
       "Error thrown when requesting completed job notifications from the broker: Error: fetch "
       "failed", {}, "broker.unreachable"},
      // The inputs of a job that failed for good: to prove it again by hand.
      {kNode, "0.87-5.2", "Stored proof inputs for failed job id={job} type={any} at {path}",
       "Stored proof inputs for failed job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM at "
       "gs://failed-proofs/inputs/PUBLIC_VM/3054:PUBLIC_VM:be75", {}, "failure.stored"},
      {kNode, "0.87-5.2",
       "Error backing up proof inputs for failed job id={job} type={any}: {error...}",
       "Error backing up proof inputs for failed job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM: Error: "
       "fetch failed", {}, "failure.not_stored"},
      {kNode, "0.87-5.2", "Check for job completion notifications returned {any} job",
       "Check for job completion notifications returned 3 job(s), snapshot ids length: 0, num "
       "outstanding jobs: 12, total jobs ready: 3"},
      {kNode, "0.87-5.2", "Successfully retrieved {any} of {any} jobs",
       "Successfully retrieved 3 of 3 jobs that should be ready, total ready jobs is now: 0"},
      {kNode, "0.87-5.2", "Performing full snapshot sync of completed jobs",
       "Performing full snapshot sync of completed jobs with 3 job(s)"},
      {kNode, "0.87-5.2", "Performing incremental sync of completed jobs",
       "Performing incremental sync of completed jobs"},
      {kNode, "0.87-5.2", "Starting BrokerCircuitProverFacade",
       "Starting BrokerCircuitProverFacade"},
      {kNode, "0.87-5.2", "Stopping BrokerCircuitProverFacade",
       "Stopping BrokerCircuitProverFacade"},
      {kNode, "1.1-2.0", "getAvmProof() called with skipPublicInputsValidation:",
       "getAvmProof() called with skipPublicInputsValidation: undefined"},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
