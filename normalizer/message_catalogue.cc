#include "normalizer/message_catalogue.h"

namespace proverlog {
namespace {

absl::string_view FirstWord(absl::string_view text) { return text.substr(0, text.find(' ')); }

// prover-client:proving-broker (proving_broker.ts)
const std::vector<MessageSpec>& BrokerMessages() {
  using K = FactKind;
  static const auto* const kMessages = new std::vector<MessageSpec>{
      {Writer::kBroker,
       "0.87-5.2",
       "New proving job id={job} epochNumber={any}",
       "New proving job id=3054:PUBLIC_VM:be75 epochNumber=3054",
       {{K::kEnqueued}}},
      {Writer::kBroker,
       "0.87-5.2",
       "Cached proving job id={job} epochNumber={any}. Not enqueuing again",
       "Cached proving job id=3054:PUBLIC_VM:be75 epochNumber=3054. Not enqueuing again",
       {{K::kReused}}},
      {Writer::kBroker,
       "5.2",
       "Reviving aborted proving job id={job} epochNumber={any}",
       "Reviving aborted proving job id=3054:PUBLIC_VM:be75 epochNumber=3054",
       {{K::kRevived}}},
      {Writer::kBroker,
       "0.87-5.2",
       "Restoring proving job id={job} settled={settled}",
       "Restoring proving job id=3054:PUBLIC_VM:be75 settled=true",
       {{K::kRestored}}},
      {Writer::kBroker,
       "0.87-5.2",
       "Proving job complete id={job} type={any} totalAttempts={attempt}",
       "Proving job complete id=3054:PUBLIC_VM:be75 type=PUBLIC_VM totalAttempts=1",
       {{K::kCompleted}}},
      {Writer::kBroker,
       "0.87-5.2",
       "Retrying proving job id={job} type={any} retry={attempt} err={error...}",
       "Retrying proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM retry=1 err=boom",
       {{K::kRetried}}},
      // Up to 4.1.2 this follows `Cancelling job`; a cancelled job has not failed.
      {Writer::kBroker,
       "0.87-4.1",
       "Marking proving job as failed id={job} type={any} totalAttempts={attempt} err=Aborted{end}",
       "Marking proving job as failed id=3054:PUBLIC_VM:be75 type=PUBLIC_VM totalAttempts=1 "
       "err=Aborted",
       {{K::kAborted}}},
      {Writer::kBroker,
       "0.87-5.2",
       "Marking proving job as failed id={job} type={any} totalAttempts={attempt} err={error...}",
       "Marking proving job as failed id=3054:PUBLIC_VM:be75 type=PUBLIC_VM totalAttempts=1 "
       "err=boom",
       {{K::kFailed}}},
      {Writer::kBroker,
       "0.87-5.2",
       "Cancelling job id={job}",
       "Cancelling job id=3054:PUBLIC_VM:be75",
       {{K::kCancelled}}},
      {Writer::kBroker,
       "0.87-4.1",
       "Proving job id={job} timed out. Adding it back to the queue.",
       "Proving job id=3054:PUBLIC_VM:be75 timed out. Adding it back to the queue.",
       {{K::kTimedOut, "job", true}}},
      {Writer::kBroker,
       "5.2",
       "Proving job id={job} timed out. Re-enqueueing (retry {attempt}/",
       "Proving job id=3054:PUBLIC_VM:be75 timed out. Re-enqueueing (retry 1/",
       {{K::kTimedOut, "job", true}}},
      {Writer::kBroker,
       "5.2",
       "Proving job id={job} timed out after {attempt} attempts. Marking as failed.",
       "Proving job id=3054:PUBLIC_VM:be75 timed out after 1 attempts. Marking as failed.",
       {{K::kTimedOut, "job", false}, {K::kFailed, "job", false, "timed out"}}},

      // Refusals: the id need not be a job's.
      {Writer::kBroker, "0.87-5.2", "Tried enqueueing stale proving job id={job}",
       "Tried enqueueing stale proving job id=3054:PUBLIC_VM:be75"},
      {Writer::kBroker, "0.87-5.2", "Can't cancel a job that doesn't exist id={job}",
       "Can't cancel a job that doesn't exist id=3054:PUBLIC_VM:be75"},
      {Writer::kBroker, "0.87-5.2", "Can't set error on unknown proving job id={job}",
       "Can't set error on unknown proving job id=3054:PUBLIC_VM:be75"},
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} does not exist",
       "Proving job id=3054:PUBLIC_VM:be75 does not exist"},

      // Late or repeated reports: they change nothing.
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} is already settled, ignoring err=",
       "Proving job id=3054:PUBLIC_VM:be75 is already settled, ignoring err="},
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} already settled, ignoring result",
       "Proving job id=3054:PUBLIC_VM:be75 already settled, ignoring result"},
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} has already been completed",
       "Proving job id=3054:PUBLIC_VM:be75 has already been completed"},

      // What the broker notices while a job runs. Heartbeats would be a fact every second.
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} type={any} heartbeat",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM heartbeat"},
      {Writer::kBroker, "0.87-5.2",
       "Proving job id={job} type={any} not found in the in-progress cache, adding it",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM not found in the in-progress cache, "
       "adding it"},
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} type={any} not in the in-progress set",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM not in the in-progress set"},
      {Writer::kBroker, "0.87-5.2",
       "Proving job id={job} type={any} startedAt={any} older agent has taken job",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM startedAt=1795229773186 older agent has "
       "taken job"},
      {Writer::kBroker, "0.87-5.2",
       "Proving job id={job} type={any} already being worked on by another agent. Sending new one",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM already being worked on by another "
       "agent. Sending new one"},
      {Writer::kBroker, "0.87-5.2", "Proving job id={job} not found",
       "Proving job id=3054:PUBLIC_VM:be75 not found"},
      {Writer::kBroker, "5.2", "No inputs found for proving job id={any} skipping dispatch",
       "No inputs found for proving job id=3054:PUBLIC_VM:be75 skipping dispatch"},
      {Writer::kBroker, "5.2", "Fulfilled proving job id={job} has no retrievable result value",
       "Fulfilled proving job id=3054:PUBLIC_VM:be75 has no retrievable result value"},
      {Writer::kBroker, "4.1-5.2", "Replaying proving job", "Replaying proving job"},

      // The broker itself.
      {Writer::kBroker, "0.87-5.2", "Proving Broker started", "Proving Broker started"},
      {Writer::kBroker, "0.87-5.2", "Proving Broker already started",
       "Proving Broker already started"},
      {Writer::kBroker, "0.87-5.2", "ProvingBroker not started", "ProvingBroker not started"},
      {Writer::kBroker, "0.87-2.0", "Cleaned up jobs={any}", "Cleaned up jobs=3"},
      {Writer::kBroker, "4.1-5.2", "Cleaned up proving jobs={any}", "Cleaned up proving jobs=3"},
      {Writer::kBroker, "0.87-5.2", "Failed to save proving job", "Failed to save proving job"},
  };
  return *kMessages;
}

// prover-client:proving-agent and its job controllers (proving_agent.ts, proving_job_controller.ts)
const std::vector<MessageSpec>& AgentMessages() {
  using K = FactKind;
  static const auto* const kMessages = new std::vector<MessageSpec>{
      {Writer::kAgent,
       "0.87-5.2",
       "Starting job id={job} type={any}",
       "Starting job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM",
       {{K::kStarted}}},
      {Writer::kAgent,
       "0.87-5.2",
       "Aborting job id={old_job} type={any} to start new job id={job} type={any}",
       "Aborting job id=3054:TUBE_PROOF:0260 type=PUBLIC_VM to start new job "
       "id=3054:PUBLIC_VM:be75 type=PUBLIC_VM",
       {{K::kSuperseded, "old_job"}, {K::kStarted}}},
      {Writer::kAgent,
       "0.87-5.2",
       "Job id={job} type={any} completed outputUri={any}",
       "Job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM completed outputUri=data:...",
       {{K::kAgentCompleted}}},
      {Writer::kAgent,
       "0.87-5.2",
       "Job id={job} type={any} failed err={error...} retry={retry}:",
       "Job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM failed err=boom retry=false:",
       {{K::kAgentFailed}}},
      // The error's text may itself span lines; then the first line has no `retry=`.
      {Writer::kAgent,
       "0.87-5.2",
       "Job id={job} type={any} failed err={error...}",
       "Job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM failed err=boom",
       {{K::kAgentFailed}}},
      {Writer::kAgent,
       "0.87-5.2",
       "Job controller started jobId={job}",
       "Job controller started jobId=3054:PUBLIC_VM:be75",
       {{K::kControllerStarted}}},
      {Writer::kAgent,
       "0.87-5.2",
       "Aborted job controller for jobId={job}",
       "Aborted job controller for jobId=3054:PUBLIC_VM:be75",
       {{K::kAgentAborted}}},

      // They follow an abort that has been told already.
      {Writer::kAgent, "0.87-5.2", "Job id={job} was aborted. Not reporting result back to broker",
       "Job id=3054:PUBLIC_VM:be75 was aborted. Not reporting result back to broker"},
      {Writer::kAgent, "0.87-5.2", "Job controller for jobId={job} completed but job was aborted",
       "Job controller for jobId=3054:PUBLIC_VM:be75 completed but job was aborted"},
      {Writer::kAgent, "0.87-5.2", "Job controller for jobId={job} not starting because",
       "Job controller for jobId=3054:PUBLIC_VM:be75 not starting because"},
      {Writer::kAgent, "0.87-5.2", "Tried to abort job controller for jobId={job} but it is not",
       "Tried to abort job controller for jobId=3054:PUBLIC_VM:be75 but it is not"},
      {Writer::kAgent, "0.87-5.2", "Job controller for job {job} is done but doesn't have a result",
       "Job controller for job 3054:PUBLIC_VM:be75 is done but doesn't have a result"},
      {Writer::kAgent, "0.87-5.2",
       "Idle job controller for job: ", "Idle job controller for job: "},
      {Writer::kAgent, "0.87-5.2", "On complete handler error: ", "On complete handler error: "},
  };
  return *kMessages;
}

// prover-client:broker-circuit-prover-facade, the prover node's end of the broker
// (broker_prover_facade.ts). Its errors never decide a job's state.
const std::vector<MessageSpec>& NodeMessages() {
  static const auto* const kMessages = new std::vector<MessageSpec>{
      {Writer::kNode,
       "0.87-5.2",
       "Job enqueued with broker id={job} type={any}",
       "Job enqueued with broker id=3054:PUBLIC_VM:be75 type=PUBLIC_VM",
       {{FactKind::kSubmitted}}},
      {Writer::kNode, "0.87-5.2", "Job already completed when sent to broker id={job}",
       "Job already completed when sent to broker id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2",
       "Job already in queue or in progress when sent to broker id={job}",
       "Job already in queue or in progress when sent to broker id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Job already found in facade id={job}",
       "Job already found in facade id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Job errored with '", "Job errored with '"},
      {Writer::kNode, "0.87-5.2", "Resolving proving job with error id={job}",
       "Resolving proving job with error id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Resolved proving job id={job} type={any}",
       "Resolved proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM"},
      {Writer::kNode, "0.87-5.2", "Received notification of completed job id={job}",
       "Received notification of completed job id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Error cancelling job id={job}",
       "Error cancelling job id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Error retrieving job result from broker job id={job}",
       "Error retrieving job result from broker job id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Error processing job result job id={job}",
       "Error processing job result job id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Error thrown when requesting completed job notifications",
       "Error thrown when requesting completed job notifications"},
      {Writer::kNode, "0.87-5.2", "Error backing up proof inputs for failed job id={job}",
       "Error backing up proof inputs for failed job id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Stored proof inputs for failed job id={job}",
       "Stored proof inputs for failed job id=3054:PUBLIC_VM:be75"},
      {Writer::kNode, "0.87-5.2", "Check for job completion notifications returned {any} job",
       "Check for job completion notifications returned 3 job"},
      {Writer::kNode, "0.87-5.2", "Successfully retrieved {any} of {any} jobs",
       "Successfully retrieved 3 of 3 jobs"},
      {Writer::kNode, "0.87-5.2", "Performing full snapshot sync of completed jobs",
       "Performing full snapshot sync of completed jobs"},
      {Writer::kNode, "0.87-5.2", "Performing incremental sync of completed jobs",
       "Performing incremental sync of completed jobs"},
      {Writer::kNode, "0.87-5.2", "Starting BrokerCircuitProverFacade",
       "Starting BrokerCircuitProverFacade"},
      {Writer::kNode, "0.87-5.2", "Stopping BrokerCircuitProverFacade",
       "Stopping BrokerCircuitProverFacade"},
      {Writer::kNode, "1.1-2.0", "getAvmProof() called with skipPublicInputsValidation:",
       "getAvmProof() called with skipPublicInputsValidation:"},
  };
  return *kMessages;
}

}  // namespace

const std::vector<MessageSpec>& MessageSpecs() {
  static const auto* const kAll = [] {
    auto* all = new std::vector<MessageSpec>;
    for (const auto* part : {&BrokerMessages(), &AgentMessages(), &NodeMessages()}) {
      all->insert(all->end(), part->begin(), part->end());
    }
    return all;
  }();
  return *kAll;
}

MessageIndex::MessageIndex() {
  for (const MessageSpec& spec : MessageSpecs()) {
    by_first_word_[FirstWord(spec.pattern)].push_back(entries_.size());
    entries_.push_back({MessagePattern(spec.pattern), &spec});
  }
}

std::optional<MessageMatch> MessageIndex::Find(absl::string_view message) const {
  constexpr int kMaxSkipped = 2;
  for (int skipped = 0; skipped <= kMaxSkipped; ++skipped) {
    if (auto match = FindAtStart(message)) return match;
    const size_t space = message.find(' ');
    if (space == absl::string_view::npos) break;
    message.remove_prefix(space + 1);
  }
  return std::nullopt;
}

std::optional<MessageMatch> MessageIndex::FindAtStart(absl::string_view message) const {
  const auto found = by_first_word_.find(FirstWord(message));
  if (found == by_first_word_.end()) return std::nullopt;
  for (const size_t i : found->second) {
    if (auto values = entries_[i].pattern.Match(message)) {
      return MessageMatch{entries_[i].spec, *values};
    }
  }
  return std::nullopt;
}

}  // namespace proverlog
