#include "analysis/cause_table.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace proverlog {

const std::vector<CauseEntry>& CauseTable() {
  using K = CauseKind;
  // A table: words in lower case.
  // clang-format off
  static const auto* const kTable = new std::vector<CauseEntry>{
      {K::kOutOfMemory, "out of memory",
       {"out of memory", "bad_alloc", "enomem", "cannot allocate memory"},
       "A process asked for memory and did not get it.",
       "Give the machine more memory, or run fewer agents on it (PROVER_AGENT_COUNT)."},
      {K::kKilled, "killed",
       {"sigkill", "exit code 137."},
       "The proving process was killed from outside (signal KILL): on Linux nearly always because "
       "memory ran out; the log cannot tell.",
       "Look for \"Killed process\" in the machine's kernel log (dmesg) or \"OOMKilled\" of the "
       "container; if it is there, more memory or fewer agents (PROVER_AGENT_COUNT)."},
      {K::kStopped, "stopped",
       {"sigterm", "sigint.", "exit code 143.", "exit code 130."},
       "The proving process was asked to end (signal TERM or INT), as by a restart of the agent.",
       "Find out who restarted the agent at that time: a deployment, an operator, an orchestrator."},
      {K::kCrashed, "crashed",
       {"sigsegv", "sigbus", "sigill", "sigabrt", "exit code 139.", "exit code 134.",
        "exit code 132."},
       "The proving process crashed.",
       "Check that the machine's processor and memory are what Aztec asks for and that all programs "
       "are of one version; report it to Aztec with the lines and the job's inputs."},
      {K::kTooManyFiles, "too many files",
       {"too many open files", "emfile", "enfile"},
       "A process reached its limit of open files.",
       "Raise the limit (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile of docker) on that "
       "machine and restart the agent."},
      {K::kNoSpace, "no space",
       {"no space left", "enospc"},
       "A disk is full.",
       "Free space on that machine: the temporary directory of the proving process, the proof "
       "store, the logs."},
      {K::kConnectionRefused, "connection refused",
       {"econnrefused", "connection refused"},
       "Nothing listened at the address that the process called.",
       "See that the program at that address runs and listens on that port, and that the caller is "
       "configured with it (PROVER_BROKER_HOST of an agent)."},
      {K::kConnectionFailed, "connection failed",
       {"econnreset", "etimedout", "ehostunreach", "enetunreach", "enotfound", "eai_again", "epipe",
        "socket hang up", "fetch failed"},
       "A call over the network failed on its way.",
       "Check name resolution, network and load balancer between the two machines, and whether the "
       "called program restarted then."},
      {K::kInputsMissing, "inputs missing",
       {"failed to load proof inputs"},
       "The agent could not load the job's inputs.",
       "See that the agent reaches the proof store that the prover node writes to, and that nothing "
       "deletes from it (PROVER_PROOF_STORE)."},
      {K::kConstraint, "constraint",
       {"cannot satisfy constraint"},
       "The circuit did not accept the job's inputs.",
       "See that prover node, broker and agents run one version; report it to Aztec with the lines "
       "and the job's inputs."},
      {K::kPublishingFailed, "publishing failed",
       {"submit epoch proof"},
       "The proof was there, and it did not get onto L1.",
       "See what L1 answered (`proverlog events --kind l1.`), then the publisher's balance and the "
       "L1 endpoints."},
      {K::kProofFailed, "proof failed",
       {"failed to generate proof"},
       "The proving process ended with an error of its own.",
       "Read what bb printed before it in the agent's log; where several machines failed at the "
       "job, report it to Aztec with the lines and the job's inputs."},
      {K::kWitnessFailed, "witness failed",
       {"failed to generate witness"},
       "The witness of the circuit could not be made.",
       "See that prover node, broker and agents run one version; report it to Aztec with the lines "
       "and the job's inputs."},
      {K::kOtherError, "other error", {},
       "It failed for a reason that only its text tells.",
       "Read the lines around it (`proverlog job ID --context 20`)."},

      {K::kAgentLost, "agent lost", {},
       "An agent started the job, its log has no end of it, and the broker got no sign of life in "
       "time.",
       "See whether that process died (dmesg, docker inspect) or lost its connection to the broker "
       "then."},
      {K::kTimedOut, "timed out", {},
       "The broker got no sign of life from the agent in time: that is no word on how long proving "
       "takes.",
       "Look whether the agent died or lost its connection to the broker; where machines are "
       "overloaded, run fewer agents or raise PROVER_BROKER_JOB_TIMEOUT_MS."},
      {K::kNeverAgain, "never again", {},
       "A job was cancelled and later asked for again, and the broker answered from its cache: up "
       "to Aztec 4.1.2 it is never proven again.",
       "Restart the broker without what it knows of this epoch, or update to 5.2 or later."},
      {K::kCancelled, "cancelled", {},
       "Jobs were cancelled, and none of these logs says why.",
       "Read the prover node's log of that time: it cancels the jobs of an epoch that it gives up."},
      {K::kMovedOn, "moved on", {},
       "Jobs were open when the broker took jobs of a later epoch: it forgets those of an epoch so "
       "old.",
       "Look why the epoch was so slow (`proverlog epoch`), and whether the prover node still "
       "worked at it (its log)."},

      {K::kDeadline, "deadline", {},
       "The time to submit the proof was over before it was on L1.",
       "See where the time went: waits, time-outs and retries (`proverlog epoch`), slow machines "
       "(`proverlog compare`)."},
      {K::kReorg, "reorg", {},
       "The epoch's blocks changed while it was proven.",
       "Nothing is to be repaired: the prover node begins the epoch again with the new blocks."},
      {K::kSessionStopped, "session stopped", {},
       "The prover node stopped its work at the epoch.",
       "See whether somebody stopped or restarted the prover node then, and the reason that it "
       "gives."},
      {K::kSessionFailed, "session failed", {},
       "The prover node gave the epoch up because of an error.",
       "Read the lines around it in the prover node's log."},
      {K::kSessionEnded, "session ended", {},
       "The prover node's work at the epoch ended, and no line says how.",
       "See whether the prover node died or was restarted (dmesg, docker inspect), and whether its "
       "log is complete."},
      {K::kPublishingDisabled, "publishing disabled", {},
       "The proof was valid and was not submitted, because publishing is disabled.",
       "Where it should be published, unset PROVER_NODE_DISABLE_PROOF_PUBLISH of the prover node."},
  };
  // clang-format on
  return *kTable;
}

const CauseEntry& EntryOf(CauseKind kind) { return CauseTable()[static_cast<size_t>(kind)]; }

CauseKind KindOfError(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (const CauseEntry& entry : CauseTable()) {
    const bool is_it =
        std::any_of(entry.words.begin(), entry.words.end(),
                    [&](absl::string_view word) { return absl::StrContains(lower, word); });
    if (is_it) return entry.kind;
  }
  return CauseKind::kOtherError;
}

}  // namespace proverlog
