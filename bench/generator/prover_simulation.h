#ifndef PROVERLOG_BENCH_GENERATOR_PROVER_SIMULATION_H_
#define PROVERLOG_BENCH_GENERATOR_PROVER_SIMULATION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "bench/generator/agent_log.h"
#include "bench/generator/broker_log.h"
#include "bench/generator/epoch_plan.h"
#include "bench/generator/generator.h"
#include "bench/generator/node_log.h"
#include "bench/generator/random.h"

namespace proverlog::generator {

// Simulates a prover event by event: jobs are enqueued once their inputs are proven, agents poll
// for them, run them and are lost now and then. An epoch begins when nothing of the one before is
// left to happen. Not thread-safe.
class ProverSimulation {
 public:
  // What they refer to outlives the simulation.
  ProverSimulation(const GeneratorOptions& options, GeneratorSink& sink);

  void Run();

 private:
  static constexpr int64_t kPollMillis = 1000;
  static constexpr int64_t kTimeOutMillis = 30'000;
  // Of attempts: after the one the broker tries again, after the other it does not.
  static constexpr absl::string_view kPassingError =
      "Failed to generate proof. Exit code null. Signal SIGKILL.";
  static constexpr absl::string_view kLastingError =
      "Failed to generate witness: Cannot satisfy constraint";

  enum class Outcome : uint8_t { kCompleted, kRetry, kFailed };
  enum class EventKind : uint8_t {
    kEnqueue,        // of a job
    kPoll,           // of an agent
    kWitness,        // of an agent's attempt
    kFinish,         // of an agent's attempt
    kTimeOut,        // of an agent's attempt
    kCancel,         // of a job
    kNoticeCancel,   // of an agent's attempt
    kEnqueueAgain,   // of a job that was cancelled
    kAgentRestart,   // of a machine
    kBrokerRestart,  // subject is not used
  };
  struct Event {
    UnixMillis at;
    uint64_t order;  // among those of one instant
    EventKind kind;
    size_t subject;
    uint64_t attempt = 0;

    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct SimulatedJob {
    std::string id;
    const JobKind* kind = nullptr;
    std::optional<size_t> parent;
    int open_children = 0;
    std::string tx;  // of a PUBLIC_VM
    bool enqueued = false;
    bool in_queue = false;
    bool settled = false;
    uint64_t attempt = 0;    // that the broker believes in; 0: none
    int broker_retries = 0;  // as the broker counts them: from its start
    int32_t printed_attempts = 0;
    int32_t requeues = 0;
    GeneratedJob truth;

    JobName name() const { return {id, kind->type}; }
  };
  struct Agent {
    size_t machine = 0;
    int number = 0;        // within its process
    uint64_t attempt = 0;  // 0: idle
    size_t job = 0;
    UnixMillis started_at = 0;
    Outcome outcome = Outcome::kCompleted;
  };

  void RunEpoch(int32_t epoch);
  void MakeJobs(const EpochPlan& plan);
  void PlanRestarts();
  void ReportJobs();
  void Schedule(int64_t in_millis, EventKind kind, size_t subject, uint64_t attempt = 0);
  void Handle(const Event& event);

  // The broker and the prover node.
  void Enqueue(size_t job);
  void EnqueueAgain(size_t job);
  void PutInQueue(size_t job);
  std::optional<size_t> TakeFromQueue();
  void Report(const Agent& agent);
  void Complete(size_t job);
  void Retry(size_t job);
  void Fail(size_t job, absl::string_view error);
  void TimeOut(size_t job, uint64_t attempt);
  void Cancel(size_t job);
  void Settle(size_t job, JobState state);
  void InputReady(size_t job);
  void RestartBroker();

  // The agents.
  void WakeAgents();
  void Poll(size_t agent);
  void Start(size_t agent, size_t job);
  void PlanAttempt(size_t agent);
  void Finish(size_t agent);
  void NoticeCancel(size_t agent);
  void RestartAgents(size_t machine);
  bool IsCurrent(const Event& event) const;

  const GeneratorOptions options_;
  GeneratorSink& sink_;
  Random random_;
  UnixMillis now_;
  uint64_t next_order_ = 0;
  uint64_t next_attempt_ = 1;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;

  NodeLog node_;
  BrokerLog broker_;
  std::vector<AgentLog> agent_logs_;  // by machine

  std::vector<Agent> agents_;
  std::vector<size_t> idle_;  // agents that do not poll
  size_t polling_ = 0;

  // Of the epoch that is proven.
  int32_t epoch_ = 0;
  UnixMillis epoch_began_ = 0;
  bool epoch_failed_ = false;
  std::vector<SimulatedJob> jobs_;
  std::deque<size_t> queue_;
};

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_PROVER_SIMULATION_H_
