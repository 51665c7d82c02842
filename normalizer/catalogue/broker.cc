#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// prover-client:proving-broker, prover-client:proving-broker-database, prover-client:proof-store
std::vector<MessageSpec> BrokerMessages() {
  using enum Writer;
  using K = FactKind;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kBroker, "0.87-5.2", "New proving job id={job} epochNumber={any}",
       "New proving job id=3054:PUBLIC_VM:be75 epochNumber=3054", {{K::kEnqueued}}},
      {kBroker, "0.87-5.2", "Cached proving job id={job} epochNumber={any}. Not enqueuing again",
       "Cached proving job id=3054:PUBLIC_VM:be75 epochNumber=3054. Not enqueuing again",
       {{K::kReused}}},
      {kBroker, "5.2", "Reviving aborted proving job id={job} epochNumber={any}",
       "Reviving aborted proving job id=3054:PUBLIC_VM:be75 epochNumber=3054", {{K::kRevived}}},
      {kBroker, "0.87-5.2", "Restoring proving job id={job} settled={settled}",
       "Restoring proving job id=3054:PUBLIC_VM:be75 settled=true", {{K::kRestored}}},
      {kBroker, "0.87-5.2", "Proving job complete id={job} type={any} totalAttempts={attempt}",
       "Proving job complete id=3054:PUBLIC_VM:be75 type=PUBLIC_VM totalAttempts=1",
       {{K::kCompleted}}},
      {kBroker, "0.87-5.2",
       "Retrying proving job id={job} type={any} retry={attempt} err={error...}",
       "Retrying proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM retry=1 err=connect "
       "ECONNREFUSED",
       {{K::kRetried}}},
      // Up to 4.1.2 this follows `Cancelling job`; a cancelled job has not failed.
      {kBroker, "0.87-4.1",
       "Marking proving job as failed id={job} type={any} totalAttempts={attempt} err=Aborted{end}",
       "Marking proving job as failed id=3054:PUBLIC_VM:be75 type=PUBLIC_VM totalAttempts=1 "
       "err=Aborted", {{K::kAborted}}},
      {kBroker, "0.87-5.2",
       "Marking proving job as failed id={job} type={any} totalAttempts={attempt} err={error...}",
       "Marking proving job as failed id=3054:PUBLIC_VM:be75 type=PUBLIC_VM totalAttempts=3 "
       "err=Failed to generate proof. Exit code 1. Signal null.", {{K::kFailed}}},
      {kBroker, "0.87-5.2", "Cancelling job id={job}",
       "Cancelling job id=3054:PUBLIC_VM:be75", {{K::kCancelled}}},
      {kBroker, "0.87-4.1", "Proving job id={job} timed out. Adding it back to the queue.",
       "Proving job id=3054:PUBLIC_VM:be75 timed out. Adding it back to the queue.",
       {{K::kTimedOut, "job", true}}},
      {kBroker, "5.2", "Proving job id={job} timed out. Re-enqueueing (retry {attempt}/",
       "Proving job id=3054:PUBLIC_VM:be75 timed out. Re-enqueueing (retry 1/3).",
       {{K::kTimedOut, "job", true}}},
      {kBroker, "5.2",
       "Proving job id={job} timed out after {attempt} attempts. Marking as failed.",
       "Proving job id=3054:PUBLIC_VM:be75 timed out after 4 attempts. Marking as failed.",
       {{K::kTimedOut, "job", false}, {K::kFailed, "job", false, "timed out"}}},

      // Refusals: the id need not be a job's.
      {kBroker, "0.87-5.2", "Tried enqueueing stale proving job id={job}",
       "Tried enqueueing stale proving job id=3050:PUBLIC_VM:be75 epochNumber=3050", {},
       "broker.refused"},
      {kBroker, "0.87-5.2", "Can't cancel a job that doesn't exist id={job}",
       "Can't cancel a job that doesn't exist id=3054:PUBLIC_VM:doesnotexist"},
      {kBroker, "0.87-5.2", "Can't set error on unknown proving job id={job}",
       "Can't set error on unknown proving job id=3054:PUBLIC_VM:unknown err=boom"},
      {kBroker, "0.87-5.2", "Proving job id={job} does not exist",
       "Proving job id=3054:PUBLIC_VM:be75 does not exist"},

      // Late or repeated reports: they change nothing.
      {kBroker, "0.87-5.2", "Proving job id={job} is already settled, ignoring err=",
       "Proving job id=3054:PUBLIC_VM:be75 is already settled, ignoring err=Aborted"},
      {kBroker, "0.87-5.2", "Proving job id={job} already settled, ignoring result",
       "Proving job id=3054:PUBLIC_VM:be75 already settled, ignoring result"},
      {kBroker, "0.87-5.2", "Proving job id={job} has already been completed",
       "Proving job id=3054:PUBLIC_VM:be75 has already been completed"},

      // What the broker notices while a job runs. Heartbeats would be a fact every second.
      {kBroker, "0.87-5.2", "Proving job id={job} type={any} heartbeat",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM heartbeat"},
      {kBroker, "0.87-5.2",
       "Proving job id={job} type={any} not found in the in-progress cache, adding it",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM not found in the in-progress cache, "
       "adding it"},
      {kBroker, "0.87-5.2", "Proving job id={job} type={any} not in the in-progress set",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM not in the in-progress set"},
      {kBroker, "0.87-5.2",
       "Proving job id={job} type={any} startedAt={any} older agent has taken job",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM startedAt=1795229773186 older agent has "
       "taken job"},
      {kBroker, "0.87-5.2",
       "Proving job id={job} type={any} already being worked on by another agent. Sending new one",
       "Proving job id=3054:PUBLIC_VM:be75 type=PUBLIC_VM already being worked on by another "
       "agent. Sending new one"},
      {kBroker, "0.87-5.2", "Proving job id={job} not found. Removing it from the queue.",
       "Proving job id=3054:PUBLIC_VM:be75 not found. Removing it from the queue."},
      {kBroker, "0.87-5.2", "Proving job id={job} not found",
       "Proving job id=3054:PUBLIC_VM:be75 not found"},
      {kBroker, "5.2", "No inputs found for proving job id={job}; skipping dispatch",
       "No inputs found for proving job id=3054:PUBLIC_VM:be75; skipping dispatch"},
      {kBroker, "5.2", "Fulfilled proving job id={job} has no retrievable result value",
       "Fulfilled proving job id=3054:PUBLIC_VM:be75 has no retrievable result value"},
      {kBroker, "4.1-5.2", "Replaying proving job", "Replaying proving job"},

      // The broker itself.
      {kBroker, "0.87-5.2", "Proving Broker started", "Proving Broker started", {},
       "broker.started"},
      {kBroker, "0.87-5.2", "Proving Broker already started", "Proving Broker already started"},
      {kBroker, "0.87-5.2", "ProvingBroker not started", "ProvingBroker not started"},
      {kBroker, "0.87-2.0", "Cleaned up jobs={count}", "Cleaned up jobs=3", {},
       "broker.cleaned_up"},
      {kBroker, "4.1-5.2", "Cleaned up proving jobs={count}", "Cleaned up proving jobs=3", {},
       "broker.cleaned_up"},
      {kBroker, "0.87-5.2", "Deleted all epochs older than {any}",
       "Deleted all epochs older than 3053"},

      // What the broker could not save is lost when it restarts.
      {kBroker, "0.87-5.2", "Failed to save proving job id={job}: {error...}",
       "Failed to save proving job id=3054:PUBLIC_VM:be75: Error: MDB_MAP_FULL", {},
       "broker.save_failed"},
      {kBroker, "5.2", "Failed to save proving job aborted status id={job}: {error...}",
       "Failed to save proving job aborted status id=3054:PUBLIC_VM:be75: Error: MDB_MAP_FULL", {},
       "broker.save_failed"},
      {kBroker, "0.87-5.2", "Failed to save proving job error status id={job} jobErr={error...}",
       "Failed to save proving job error status id=3054:PUBLIC_VM:be75 jobErr=boom: Error: "
       "MDB_MAP_FULL", {}, "broker.save_failed"},
      {kBroker, "0.87-5.2", "Failed to save proving job result id={job}: {error...}",
       "Failed to save proving job result id=3054:PUBLIC_VM:be75: Error: MDB_MAP_FULL", {},
       "broker.save_failed"},

      // Its database: one folder an epoch.
      {kBroker, "0.87-5.2",
       "Loading broker database for epoch {epoch} from {path} with map size {size}KB",
       "Loading broker database for epoch 3053 from /data/prover_broker/3053 with map size "
       "134217728KB", {}, "broker.database_loaded"},
      {kBroker, "0.87-5.2",
       "Creating broker database for epoch {epoch} at {path} with map size {size}",
       "Creating broker database for epoch 3054 at /data/prover_broker/3054 with map size "
       "134217728", {}, "broker.database_created"},
      {kBroker, "0.87-5.2", "Deleting broker database for epoch {epoch}",
       "Deleting broker database for epoch 3051", {}, "broker.database_deleted"},
      {kBroker, "0.87-5.2",
       "Found invalid epoch directory {any...} when loading epoch databases, ignoring",
       "Found invalid epoch directory /data/prover_broker/archiver when loading epoch databases, "
       "ignoring"},

      // Where the inputs and results of jobs are kept; broker, agent and node say it.
      {kAny, "0.87-5.2", "Creating inline proof store", "Creating inline proof store"},
      {kAny, "0.87-2.0", "Creating google cloud proof store at {path...}",
       "Creating google cloud proof store at prover-proofs", {}, "proof_store.created"},
      {kAny, "4.1-5.2", "Creating file store proof store at {path...}",
       "Creating file store proof store at gs://prover-proofs/testnet", {}, "proof_store.created"},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
