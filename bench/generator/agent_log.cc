#include "bench/generator/agent_log.h"

#include "absl/strings/str_cat.h"

namespace proverlog::generator {
namespace {

constexpr absl::string_view kAgent = "prover-client:proving-agent";
constexpr absl::string_view kBb = "bb-prover";
constexpr absl::string_view kStack =
    "\n    at async ProvingJobController.generateProof (file:///usr/src/yarn-project/node_modules/"
    "@aztec/prover-client/dest/proving_broker/proving_job_controller.js:119:28)\n"
    "    at async ProvingJobController.run (file:///usr/src/yarn-project/node_modules/@aztec/"
    "prover-client/dest/proving_broker/proving_job_controller.js:36:26) {\n  retry: ";

// Aztec cuts URIs at 64 characters.
std::string Uri(const JobKind& kind, absl::string_view member) {
  const std::string whole = absl::StrCat("data:application/json;charset=utf-8,%7B%22type%22%3A",
                                         kind.number, "%2C%22", member, "%22%3A");
  return absl::StrCat(whole.substr(0, 64), "...");
}

}  // namespace

void AgentLog::Started() {
  log_.Print("Using cached CRS of size 33554433");
  log_.Print("Using cached Grumpkin CRS of size 262145");
  log_.Info("telemetry:client", "Using NoopTelemetryClient");
  const std::string directory = random_->Hex16().substr(0, 6);
  log_.Info(kBb, absl::StrCat("Using native BB at /usr/src/barretenberg/cpp/build/bin/bb and "
                              "working directory /tmp/bb-",
                              directory));
  log_.Info(kBb, absl::StrCat("Using native ACVM at /usr/src/noir/noir-repo/target/release/acvm "
                              "and working directory /tmp/acvm-",
                              directory));
}

// Up to 4.x the module's name ends with random digits.
std::string AgentLog::Controller(int controller) const {
  std::string module = absl::StrCat(kAgent, ":job-controller");
  if (release_ == Release::k5_2) return module;
  return absl::StrCat(module, "-", absl::Hex(controller, absl::kZeroPad8));
}

void AgentLog::ControllerStarted(const JobName& job, int controller) {
  log_.Info(Controller(controller), absl::StrCat("Job controller started jobId=", job.id),
            JobData("jobId", job));
}

void AgentLog::JobStarted(const JobName& job, const JobKind& kind, int controller) {
  log_.Info(kAgent,
            absl::StrCat("Starting job ", IdAndType(job), " inputsUri=", Uri(kind, "inputs")));
  ControllerStarted(job, controller);
}

void AgentLog::JobSuperseded(const JobName& before, const JobName& job, const JobKind& kind,
                             int controller) {
  log_.Warn(Controller(controller), absl::StrCat("Aborted job controller for jobId=", before.id),
            JobData("jobId", before));
  log_.Info(kAgent, absl::StrCat("Aborting job ", IdAndType(before), " to start new job ",
                                 IdAndType(job), " inputsUri=", Uri(kind, "inputs")));
  ControllerStarted(job, controller);
  log_.Warn(Controller(controller),
            absl::StrCat("Job controller for jobId=", before.id, " completed but job was aborted"),
            absl::StrCat("\"currentStatus\":\"running\",", JobData("jobId", before)));
}

void AgentLog::WitnessGenerated(const JobKind& kind, int64_t millis) {
  const int64_t size = 8000 + random_->Below(800'000);
  log_.Info(kBb, "Generated witness",
            absl::StrCat("\"circuitName\":\"", kind.circuit, "\",\"duration\":", millis, ".",
                         random_->Below(1'000'000), ",\"inputSize\":", size,
                         ",\"outputSize\":1170,\"eventName\":\"circuit-witness-generation\""));
}

void AgentLog::AvmStarted(absl::string_view tx) {
  log_.Info(kBb, absl::StrCat("Proving avm-circuit for TX ", tx, "..."));
}

void AgentLog::AvmProved(absl::string_view tx, int64_t millis) {
  const int64_t size = 100'000 + random_->Below(2'000'000);
  log_.Info(kBb, absl::StrCat("Generated proof for avm-circuit(", tx, ") in ", millis + 1, " ms"),
            absl::StrCat("\"circuitName\":\"avm-circuit\",\"appCircuitName\":\"", tx,
                         "\",\"duration\":", millis, ".", random_->Below(1'000'000),
                         ",\"proofSize\":129728,\"eventName\":\"circuit-proving\",\"inputSize\":",
                         size, ",\"circuitSize\":2097152,\"numPublicInputs\":0"));
}

void AgentLog::ProofGenerated(const JobKind& kind, int64_t millis) {
  if (kind.type == "TUBE_PROOF") {
    log_.Info(kBb, absl::StrCat("Generated proof for tubeCircuit in ", millis + 1,
                                " ms, size: 508 fields"));
    return;
  }
  log_.Info(kBb,
            absl::StrCat("Generated proof for ", kind.artifact(), " in ", millis + 1,
                         " ms, size: 508 fields"),
            absl::StrCat(
                "\"circuitName\":\"", kind.circuit,
                "\",\"circuitSize\":1048576,\"duration\":", millis, ".", random_->Below(1'000'000),
                ",\"inputSize\":1170,\"proofSize\":14720,\"eventName\":\"circuit-proving\","
                "\"numPublicInputs\":16"));
  log_.Info(kBb, absl::StrCat("Successfully verified proof from key in 1007.",
                              random_->Below(1'000'000), " ms"));
}

void AgentLog::JobCompleted(const JobName& job, const JobKind& kind) {
  log_.Info(kAgent,
            absl::StrCat("Job ", IdAndType(job), " completed outputUri=", Uri(kind, "result")));
}

void AgentLog::JobFailed(const JobName& job, absl::string_view error, bool retry) {
  const absl::string_view text = retry ? "true" : "false";
  log_.Error(kAgent,
             absl::StrCat("Job ", IdAndType(job), " failed err=", error, " retry=", text,
                          ": ProvingError: ", error, kStack, text, ",\n  cause: undefined\n}"));
}

}  // namespace proverlog::generator
