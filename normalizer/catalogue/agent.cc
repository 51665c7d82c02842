#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// prover-client:proving-agent and its job controllers, prover-client:proving-agent:job-controller-*
std::vector<MessageSpec> AgentMessages() {
  using enum Writer;
  using K = FactKind;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kAgent, "0.87-5.2", "Starting job id={job} type={any}",
       "Starting job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM inputsUri=data:application/json;...",
       {{K::kStarted}}},
      {kAgent, "0.87-5.2",
       "Aborting job id={old_job} type={any} to start new job id={job} type={any}",
       "Aborting job id=3054:TUBE_PROOF:0260 type=TUBE_PROOF to start new job "
       "id=3054:PUBLIC_VM:be75 type=PUBLIC_VM inputsUri=data:application/json;...",
       {{K::kSuperseded, "old_job"}, {K::kStarted}}},
      {kAgent, "0.87-5.2", "Job id={job} type={any} completed outputUri={any}",
       "Job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM completed outputUri=data:application/json;...",
       {{K::kAgentCompleted}}},
      {kAgent, "0.87-5.2", "Job id={job} type={any} failed err={error...} retry={retry}:",
       "Job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM failed err=Too many open files retry=false: "
       "Error: Too many open files", {{K::kAgentFailed}}},
      // The error's text may itself span lines; then the first line has no `retry=`.
      {kAgent, "0.87-5.2", "Job id={job} type={any} failed err={error...}",
       "Job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM failed err=a text that goes on",
       {{K::kAgentFailed}}},
      {kAgent, "0.87-5.2", "Job controller started jobId={job}",
       "Job controller started jobId=3054:PUBLIC_VM:be75", {{K::kControllerStarted}}},
      {kAgent, "0.87-5.2", "Aborted job controller for jobId={job}",
       "Aborted job controller for jobId=3054:PUBLIC_VM:be75", {{K::kAgentAborted}}},

      // They follow an abort that has been told already.
      {kAgent, "0.87-5.2", "Job id={job} was aborted. Not reporting result back to broker",
       "Job id=3054:PUBLIC_VM:be75 was aborted. Not reporting result back to broker"},
      {kAgent, "0.87-5.2", "Job controller for jobId={job} completed but job was aborted",
       "Job controller for jobId=3054:PUBLIC_VM:be75 completed but job was aborted"},
      {kAgent, "0.87-5.2", "Job controller for jobId={job} not starting because",
       "Job controller for jobId=3054:PUBLIC_VM:be75 not starting because it is not idle "
       "currentStatus=running"},
      {kAgent, "0.87-5.2", "Tried to abort job controller for jobId={job} but it is not",
       "Tried to abort job controller for jobId=3054:PUBLIC_VM:be75 but it is not running"},
      {kAgent, "0.87-5.2", "Job controller for job {job} is done but doesn't have a result",
       "Job controller for job 3054:PUBLIC_VM:be75 is done but doesn't have a result"},
      {kAgent, "0.87-5.2", "Idle job controller for job: {job}. Skipping main loop work",
       "Idle job controller for job: 3054:PUBLIC_VM:be75. Skipping main loop work"},
      {kAgent, "0.87-5.2", "On complete handler error: {error...}",
       "On complete handler error: Error: fetch failed", {}, "agent.failed", {"jobId"}},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
