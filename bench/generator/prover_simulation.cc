#include "bench/generator/prover_simulation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace proverlog::generator {
namespace {

// A job that times out or fails is tried as often again.
constexpr int kMaxRetries = 3;

}  // namespace

ProverSimulation::ProverSimulation(const GeneratorOptions& options, GeneratorSink& sink)
    : options_(options),
      sink_(sink),
      random_(options.seed),
      now_(options.start),
      node_(options.release, ProcessLog(options_, 0, "prover-1", 17, now_, sink), &random_),
      broker_(options.release, ProcessLog(options_, 1, "prover-1", 18, now_, sink)) {
  for (int machine = 0; machine < options.machines; ++machine) {
    const auto index = static_cast<size_t>(machine);
    const std::string name = absl::StrCat("prover-", machine + 1);
    agent_logs_.emplace_back(options.release, ProcessLog(options_, 2 + index, name, 19, now_, sink),
                             &random_);
    for (int number = 0; number < options.agents; ++number) {
      idle_.push_back(agents_.size());
      agents_.push_back(Agent{index, number});
    }
  }
}

void ProverSimulation::Run() {
  node_.Started();
  broker_.Started();
  for (AgentLog& log : agent_logs_) log.Started();
  for (int i = 0; i < options_.epochs; ++i) {
    now_ += 5000;
    RunEpoch(options_.first_epoch + i);
  }
}

void ProverSimulation::RunEpoch(int32_t epoch) {
  const size_t jobs_before = jobs_.size();
  const EpochPlan plan = PlanEpoch(options_.release, options_.jobs, random_);
  epoch_ = epoch;
  epoch_began_ = now_;
  epoch_failed_ = false;
  MakeJobs(plan);
  broker_.EpochBegan(epoch, jobs_before);
  node_.EpochStarted(epoch, plan.block_txs);
  const auto leaves = static_cast<int64_t>(jobs_.size());
  for (size_t job = 0; job < jobs_.size(); ++job) {
    // The transactions are executed one after the other.
    if (jobs_[job].open_children == 0) {
      Schedule(1 + random_.Below(20 * leaves), EventKind::kEnqueue, job);
    }
  }
  PlanRestarts();
  while (!events_.empty()) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    Handle(event);
  }
  if (jobs_.back().truth.state != JobState::kCompleted) node_.EpochFailed(kLastingError);
  ReportJobs();
}

void ProverSimulation::MakeJobs(const EpochPlan& plan) {
  jobs_.clear();
  for (const PlannedJob& planned : plan.jobs) {
    SimulatedJob job;
    job.kind = planned.kind;
    job.parent = planned.parent;
    job.open_children = planned.children;
    job.truth.id = {epoch_, std::string(planned.kind->type), random_.Hex64()};
    job.id = job.truth.id.ToString();
    if (planned.kind->type == "PUBLIC_VM") job.tx = absl::StrCat("0x", random_.Hex64());
    jobs_.push_back(std::move(job));
  }
  for (SimulatedJob& job : jobs_) {
    if (job.parent) job.truth.parent = jobs_[*job.parent].id;
  }
}

void ProverSimulation::PlanRestarts() {
  for (size_t machine = 0; machine < agent_logs_.size(); ++machine) {
    if (random_.Chance(options_.restart_rate)) {
      Schedule(random_.Below(120'000), EventKind::kAgentRestart, machine);
    }
  }
  if (random_.Chance(options_.restart_rate)) {
    Schedule(random_.Below(120'000), EventKind::kBrokerRestart, 0);
  }
}

void ProverSimulation::ReportJobs() {
  for (SimulatedJob& job : jobs_) {
    if (!job.enqueued) continue;
    const auto starts = static_cast<int32_t>(job.truth.machines.size());
    const int32_t from_requeues = job.requeues > 0 ? job.requeues + 1 : 0;
    job.truth.attempts = std::max({starts, from_requeues, job.printed_attempts});
    sink_.OnJob(job.truth);
  }
}

void ProverSimulation::Schedule(int64_t in_millis, EventKind kind, size_t subject,
                                uint64_t attempt) {
  events_.push(Event{now_ + in_millis, next_order_++, kind, subject, attempt});
}

bool ProverSimulation::IsCurrent(const Event& event) const {
  return agents_[event.subject].attempt == event.attempt;
}

void ProverSimulation::Handle(const Event& event) {
  switch (event.kind) {
    case EventKind::kEnqueue:
      return Enqueue(event.subject);
    case EventKind::kPoll:
      return Poll(event.subject);
    case EventKind::kWitness:
      if (!IsCurrent(event)) return;
      return agent_logs_[agents_[event.subject].machine].WitnessGenerated(
          *jobs_[agents_[event.subject].job].kind, now_ - agents_[event.subject].started_at);
    case EventKind::kFinish:
      if (IsCurrent(event)) Finish(event.subject);
      return;
    case EventKind::kTimeOut:
      return TimeOut(event.subject, event.attempt);
    case EventKind::kCancel:
      return Cancel(event.subject);
    case EventKind::kNoticeCancel:
      if (IsCurrent(event)) NoticeCancel(event.subject);
      return;
    case EventKind::kEnqueueAgain:
      return EnqueueAgain(event.subject);
    case EventKind::kAgentRestart:
      return RestartAgents(event.subject);
    case EventKind::kBrokerRestart:
      return RestartBroker();
  }
}

void ProverSimulation::Enqueue(size_t index) {
  if (epoch_failed_) return;
  SimulatedJob& job = jobs_[index];
  if (!job.tx.empty()) node_.AvmRequested();
  broker_.Enqueued(job.name(), epoch_);
  job.enqueued = true;
  job.truth.enqueued_at = now_;
  PutInQueue(index);
  if (random_.Chance(options_.abort_rate)) {
    Schedule(1 + random_.Below(10'000), EventKind::kCancel, index);
  }
}

void ProverSimulation::PutInQueue(size_t index) {
  if (!std::exchange(jobs_[index].in_queue, true)) queue_.push_back(index);
  WakeAgents();
}

std::optional<size_t> ProverSimulation::TakeFromQueue() {
  while (!queue_.empty()) {
    const size_t index = queue_.front();
    queue_.pop_front();
    jobs_[index].in_queue = false;
    if (!jobs_[index].settled) return index;
    if (jobs_[index].truth.state == JobState::kCompleted) {
      broker_.TakenFromQueueCompleted(jobs_[index].name());
    }
  }
  return std::nullopt;
}

// An agent's result reaches the broker.
void ProverSimulation::Report(const Agent& agent) {
  SimulatedJob& job = jobs_[agent.job];
  const absl::string_view error = agent.outcome == Outcome::kRetry ? kPassingError : kLastingError;
  if (job.attempt != agent.attempt) broker_.NotInProgress(job.name());
  if (job.settled) {
    if (agent.outcome == Outcome::kCompleted) return broker_.ResultIgnored(job.name());
    return broker_.ErrorIgnored(job.name(), error);
  }
  // Only an attempt that the broker believes in fails, so no job is in the queue twice.
  if (agent.outcome == Outcome::kCompleted) return Complete(agent.job);
  if (agent.outcome == Outcome::kFailed || job.broker_retries + 1 >= kMaxRetries) {
    return Fail(agent.job, error);
  }
  Retry(agent.job);
}

void ProverSimulation::Complete(size_t index) {
  SimulatedJob& job = jobs_[index];
  Settle(index, JobState::kCompleted);
  job.printed_attempts = job.broker_retries + 1;
  broker_.Completed(job.name(), job.printed_attempts);
  InputReady(index);
  if (!job.parent) node_.EpochProven(now_ - epoch_began_);
}

void ProverSimulation::Retry(size_t index) {
  SimulatedJob& job = jobs_[index];
  broker_.Retrying(job.name(), ++job.broker_retries, kPassingError);
  ++job.truth.retries;
  ++job.requeues;
  job.attempt = 0;
  PutInQueue(index);
}

void ProverSimulation::Fail(size_t index, absl::string_view error) {
  SimulatedJob& job = jobs_[index];
  Settle(index, JobState::kFailed);
  job.printed_attempts = job.broker_retries + 1;
  broker_.Failed(job.name(), job.printed_attempts, error);
  node_.JobErrored(job.name(), error);
  epoch_failed_ = true;
}

void ProverSimulation::TimeOut(size_t index, uint64_t attempt) {
  SimulatedJob& job = jobs_[index];
  if (job.settled || job.attempt != attempt) return;
  job.attempt = 0;
  ++job.truth.timeouts;
  const bool counts = options_.release == Release::k5_2;
  if (counts && job.broker_retries == kMaxRetries) {
    Settle(index, JobState::kFailed);
    job.printed_attempts = job.broker_retries + 1;
    broker_.TimedOutForGood(job.name(), job.printed_attempts);
    node_.JobErrored(job.name(), "Timed out");
    epoch_failed_ = true;
    return;
  }
  if (counts) ++job.broker_retries;
  ++job.requeues;
  broker_.TimedOut(job.name(), job.broker_retries);
  PutInQueue(index);
}

// A job that is cancelled is enqueued again, or its parent does without it.
void ProverSimulation::Cancel(size_t index) {
  SimulatedJob& job = jobs_[index];
  if (job.settled) return;
  broker_.Cancelled(job.name());
  if (options_.release != Release::k5_2) {
    if (job.attempt == 0) broker_.NotInProgress(job.name());
    job.printed_attempts = job.broker_retries + 1;
    broker_.Failed(job.name(), job.printed_attempts, "Aborted");
  }
  node_.JobErrored(job.name(), "Aborted");
  Settle(index, JobState::kAborted);
  for (size_t i = 0; i < agents_.size(); ++i) {
    if (agents_[i].attempt == 0 || agents_[i].job != index) continue;
    agents_[i].outcome = Outcome::kCompleted;
    Schedule(1 + random_.Below(kPollMillis), EventKind::kNoticeCancel, i, agents_[i].attempt);
  }
  const bool again = random_.Chance(0.5);
  if (again) Schedule(1000 + random_.Below(5000), EventKind::kEnqueueAgain, index);
  // Up to 4.x a job that was aborted stays so.
  if (!again || options_.release != Release::k5_2) InputReady(index);
}

void ProverSimulation::EnqueueAgain(size_t index) {
  SimulatedJob& job = jobs_[index];
  if (epoch_failed_) return;
  if (options_.release != Release::k5_2) return broker_.Cached(job.name(), epoch_);
  broker_.Revived(job.name(), epoch_);
  job.settled = false;
  job.truth.ended_at.reset();
  PutInQueue(index);
}

void ProverSimulation::Settle(size_t index, JobState state) {
  SimulatedJob& job = jobs_[index];
  job.settled = true;
  job.attempt = 0;
  job.truth.state = state;
  job.truth.ended_at = now_;
}

void ProverSimulation::InputReady(size_t index) {
  const auto parent = jobs_[index].parent;
  if (parent && --jobs_[*parent].open_children == 0) {
    Schedule(1 + random_.Below(50), EventKind::kEnqueue, *parent);
  }
}

// The broker forgets what it counted, and learns from the agents what runs.
void ProverSimulation::RestartBroker() {
  broker_.Died();
  broker_.Started();
  for (SimulatedJob& job : jobs_) {
    if (!job.enqueued) continue;
    job.broker_retries = 0;
    absl::string_view status = "pending";
    if (job.settled) {
      status = job.truth.state == JobState::kCompleted ? "fulfilled" : "rejected";
      if (job.truth.state == JobState::kAborted && options_.release == Release::k5_2) {
        status = "aborted";
      }
    }
    broker_.Restored(job.name(), status);
  }
  for (const SimulatedJob& job : jobs_) {
    if (job.attempt != 0) broker_.InProgressAfterAll(job.name());
  }
}

}  // namespace proverlog::generator
