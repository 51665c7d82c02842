// The agents of the simulated prover.

#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/generator/prover_simulation.h"

namespace proverlog::generator {

void ProverSimulation::WakeAgents() {
  while (polling_ < queue_.size() && !idle_.empty()) {
    std::swap(idle_[static_cast<size_t>(random_.Below(static_cast<int64_t>(idle_.size())))],
              idle_.back());
    Schedule(1 + random_.Below(kPollMillis), EventKind::kPoll, idle_.back());
    idle_.pop_back();
    ++polling_;
  }
}

void ProverSimulation::Poll(size_t index) {
  --polling_;
  if (const auto job = TakeFromQueue()) {
    Start(index, *job);
    agent_logs_[agents_[index].machine].JobStarted(jobs_[*job].name(), *jobs_[*job].kind,
                                                   agents_[index].number);
    PlanAttempt(index);
  } else {
    idle_.push_back(index);
  }
}

void ProverSimulation::Start(size_t index, size_t job) {
  Agent& agent = agents_[index];
  agent.job = job;
  agent.attempt = next_attempt_++;
  agent.started_at = now_;
  jobs_[job].attempt = agent.attempt;
  GeneratedJob& truth = jobs_[job].truth;
  if (!truth.started_at) truth.started_at = now_;
  truth.machines.push_back(absl::StrCat("prover-", agent.machine + 1));
}

void ProverSimulation::PlanAttempt(size_t index) {
  Agent& agent = agents_[index];
  const SimulatedJob& job = jobs_[agent.job];
  if (!job.tx.empty()) agent_logs_[agent.machine].AvmStarted(job.tx);
  int64_t millis = job.kind->millis * (60 + random_.Below(80)) / 100;
  agent.outcome = Outcome::kCompleted;
  if (random_.Chance(options_.timeout_rate)) {
    // It is not heard of for a while, and finishes late.
    millis = kTimeOutMillis + 2000 + random_.Below(60'000);
    Schedule(kTimeOutMillis + random_.Below(1000), EventKind::kTimeOut, agent.job, agent.attempt);
  } else if (random_.Chance(options_.retry_rate)) {
    agent.outcome = Outcome::kRetry;
  } else if (random_.Chance(options_.failure_rate)) {
    agent.outcome = Outcome::kFailed;
  }
  if (job.tx.empty() && job.kind->type != "TUBE_PROOF" && agent.outcome != Outcome::kFailed) {
    Schedule(millis / 4, EventKind::kWitness, index, agent.attempt);
  }
  Schedule(millis, EventKind::kFinish, index, agent.attempt);
}

void ProverSimulation::Finish(size_t index) {
  Agent& agent = agents_[index];
  const SimulatedJob& job = jobs_[agent.job];
  AgentLog& log = agent_logs_[agent.machine];
  const int64_t millis = now_ - agent.started_at;
  if (agent.outcome != Outcome::kCompleted) {
    const bool retry = agent.outcome == Outcome::kRetry;
    log.JobFailed(job.name(), retry ? kPassingError : kLastingError, retry);
  } else {
    if (job.tx.empty()) {
      log.ProofGenerated(*job.kind, millis * 3 / 4);
    } else {
      log.AvmProved(job.tx, millis);
    }
    log.JobCompleted(job.name(), *job.kind);
  }
  Report(agent);
  agent.attempt = 0;
  idle_.push_back(index);
  WakeAgents();
}

// An agent that learns that its job is not wanted any more takes another one, if there is one.
void ProverSimulation::NoticeCancel(size_t index) {
  const size_t before = agents_[index].job;
  if (!jobs_[before].settled) return;
  const auto job = TakeFromQueue();
  if (!job) return;
  Start(index, *job);
  agent_logs_[agents_[index].machine].JobSuperseded(jobs_[before].name(), jobs_[*job].name(),
                                                    *jobs_[*job].kind, agents_[index].number);
  PlanAttempt(index);
}

void ProverSimulation::RestartAgents(size_t machine) {
  for (size_t i = 0; i < agents_.size(); ++i) {
    Agent& agent = agents_[i];
    if (agent.machine != machine || agent.attempt == 0) continue;
    Schedule(kTimeOutMillis + random_.Below(1000), EventKind::kTimeOut, agent.job, agent.attempt);
    agent.attempt = 0;
    idle_.push_back(i);
  }
  agent_logs_[machine].Died();
  agent_logs_[machine].Started();
  WakeAgents();
}

}  // namespace proverlog::generator
