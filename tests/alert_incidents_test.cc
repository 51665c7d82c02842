// What operators report, replayed: from log lines to what the rules say, and when.

#include <gtest/gtest.h>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "tests/alert_scenario.h"
#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

using testing_util::SimulatedProver;
using testing_util::StagedLog;
using testing_util::StagedLogsOf;

class AlertIncidentsTest : public AlertScenario {
 protected:
  // The job that the line names.
  static std::string IdIn(const StagedLog::Line& line) {
    const size_t begin = line.text.find("id=") + 3;
    return line.text.substr(begin, line.text.find_first_of(" \n,", begin) - begin);
  }
};

// #12843: agents stall on proofs.
TEST_F(AlertIncidentsTest, AgentsStallOnProofs) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  StopAt(kBegin + 2 * kMinute, logs);  // all are connected, and nobody gets on
  Run(logs, kBegin, kBegin + 10 * kMinute);
  const Fired stuck = First("job_running_long");
  EXPECT_EQ(stuck.finding.severity, Severity::kWarning);
  EXPECT_TRUE(absl::StartsWith(stuck.finding.summary, "Epoch 3054: ")) << stuck.finding.summary;
  EXPECT_TRUE(absl::StrContains(stuck.finding.summary, " have been running for up to "))
      << stuck.finding.summary;
  // Five minutes after the last starts, and the minute for which it must hold.
  EXPECT_LE(stuck.at, kBegin + 2 * kMinute + 6 * kMinute + 2 * kStep);
  EXPECT_GE(stuck.at, kBegin + 6 * kMinute);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"job_running_long"})) << AllText();
}

// #12843: and let them time out.
TEST_F(AlertIncidentsTest, AgentsLetJobsTimeOut) {
  auto options = Healthy();
  options.timeout_rate = 0.2;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  Run(logs, options.start, kBegin + 4 * kMinute);
  const Fired retries = First("job_retries");
  EXPECT_TRUE(Rules(Severity::kWarning).count("job_retries")) << AllText();
  EXPECT_TRUE(absl::StrContains(retries.finding.summary, "agent lost")) << retries.finding.summary;
}

// #11313: killed for memory.
TEST_F(AlertIncidentsTest, OutOfMemory) {
  auto options = Healthy();
  options.retry_rate = 0.08;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  Run(logs, options.start, kBegin + 4 * kMinute);
  const Fired memory = First("machine_out_of_memory");
  EXPECT_TRUE(absl::StrContains(memory.finding.summary, " ran out of memory "))
      << memory.finding.summary;
  EXPECT_TRUE(absl::StrContains(memory.finding.next_step, "PROVER_AGENT_COUNT"));
  UnixMillis second_kill = 0;
  int kills = 0;
  for (const StagedLog::Line& line : logs.back().lines) {
    if (Says(line, "Signal SIGKILL") && ++kills == 2) second_kill = line.at;
  }
  EXPECT_GT(kills, 1);
  for (const Fired& one : fired) {
    if (one.finding.rule != "machine_out_of_memory") continue;
    if (one.finding.labels.at("machine") != logs.back().machine) continue;
    EXPECT_LE(one.at, second_kill + kStep);
    EXPECT_GT(one.at, second_kill);
  }
}

// Excerpts E7: a wrong broker port.
TEST_F(AlertIncidentsTest, AgentsLookForTheBrokerOnAnotherPort) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  for (size_t agent = kBroker + 1; agent < logs.size(); ++agent) {
    logs[agent].Drop([](const auto& line) { return line.at > kBegin; });
    for (int second = 1; second < 240; second += 10) {
      logs[agent].Say(kBegin + second * kSecond,
                      "ERROR: prover-client:proving-agent Error in running promise: Error: connect "
                      "ECONNREFUSED 10.0.0.1:8081");
    }
  }
  // The broker takes the first jobs, and nothing comes back.
  const UnixMillis enqueued = FirstOf(logs[kBroker], "New proving job");
  logs[kBroker].Drop(
      [](const auto& line) { return Says(line, "complete") || Says(line, "totalAtt"); });
  std::vector<StagedLog> first = {logs[kBroker], logs[kNode]};
  StopAt(enqueued + kSecond, first);
  logs[kBroker] = first[0];
  logs[kNode] = first[1];
  Run(logs, kBegin, kBegin + 4 * kMinute);
  const Fired none = First("no_job_started");
  EXPECT_EQ(none.finding.severity, Severity::kCritical);
  EXPECT_LE(none.at, enqueued + 2 * kMinute + 2 * kStep);
  EXPECT_GT(none.at, enqueued + 2 * kMinute);
  const Fired lost = First("connection_lost");
  EXPECT_TRUE(absl::StrContains(lost.finding.summary, "ECONNREFUSED 10.0.0.1:8081"))
      << lost.finding.summary;
  EXPECT_TRUE(absl::StrContains(lost.finding.next_step, "PROVER_BROKER_HOST"));
}

// #15670, #19710: the proof is submitted once, and the call times out.
TEST_F(AlertIncidentsTest, TheProofIsLostOnItsWayToL1) {
  auto options = Healthy();
  auto logs = StagedLogsOf(SimulatedProver(options));
  const UnixMillis submitted = FirstOf(logs[kNode], "Submitting epoch proof");
  logs[kNode].Drop([&](const auto& line) {
    return line.at >= submitted && !Says(line, "Submitting epoch proof") &&
           !Says(line, "proof ready") && !Says(line, "Top-tree prove");
  });
  logs[kNode].Say(submitted + 30 * kSecond,
                  "ERROR: prover-node:l1-tx-publisher Rollup submit epoch proof failed: Error: The "
                  "request timed out. eth_getTransactionCount");
  // A record's data may follow in lines below it: it is read when the next one comes.
  logs[kNode].Say(submitted + 31 * kSecond, "INFO: prover-node Epoch 3055 is ready to be proven");
  Run(logs, options.start, submitted + 5 * kMinute);
  const Fired failed = First("submission_failed");
  EXPECT_EQ(failed.finding.severity, Severity::kCritical);
  EXPECT_EQ(failed.finding.summary,
            "Epoch 3054: its proof did not get onto L1 (l1.failed: Error: The request timed out. "
            "eth_getTransactionCount).");
  EXPECT_LE(failed.at, submitted + 30 * kSecond + kStep);
  // It covers that the proof waits.
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"submission_failed"})) << AllText();
}

// A job that no attempt can prove takes its epoch along.
TEST_F(AlertIncidentsTest, AJobFailsForGood) {
  auto options = Healthy();
  options.failure_rate = 0.02;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  Run(logs, options.start, kBegin + 8 * kMinute);
  const Fired job = First("job_failed");
  EXPECT_EQ(job.finding.labels, (Labels{{"epoch", "3054"}, {"cause", "constraint"}}));
  EXPECT_TRUE(absl::StrContains(job.finding.summary, "Cannot satisfy constraint"))
      << job.finding.summary;
  // It covers that the epoch failed.
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"job_failed"})) << AllText();
  const UnixMillis failed = FirstOf(logs[kBroker], "Marking proving job as failed");
  EXPECT_LE(job.at, failed + 2 * kStep);
}

// One machine dies. The broker gives its jobs to others, which is told first, and nothing is well
// again when the machine is known to be silent.
TEST_F(AlertIncidentsTest, AMachineDies) {
  auto options = Healthy();
  options.jobs = 600;  // it takes longer than the machine is missed
  auto logs = StagedLogsOf(SimulatedProver(options));
  const UnixMillis death = kBegin + 2 * kMinute;
  ASSERT_EQ(logs.back().machine, "prover-3");
  logs.back().Drop([&](const auto& line) { return line.at >= death; });
  UnixMillis at = death + 30 * kSecond;
  for (const StagedLog::Line& line : logs.back().lines) {
    if (!Says(line, "Starting job ")) continue;
    const std::string id = IdIn(line);
    const bool is_done = absl::c_any_of(logs[kBroker].lines, [&](const auto& other) {
      return other.at < death && Says(other, id) && Says(other, "complete");
    });
    if (is_done) continue;
    logs[kBroker].Say(at++, absl::StrCat("WARN: prover-client:proving-broker Proving job id=", id,
                                         " timed out. Re-enqueueing (retry 1/3)."));
  }
  Run(logs, options.start, death);
  gone = {"prover-3"};
  Run(logs, death, death + 4 * kMinute);
  const Fired retries = First("job_retries");
  EXPECT_EQ(retries.finding.severity, Severity::kWarning);
  EXPECT_LE(retries.at, death + 30 * kSecond + 2 * kStep);
  const Fired silent = First("machine_silent");
  EXPECT_EQ(silent.finding.labels, (Labels{{"machine", "prover-3"}}));
  EXPECT_EQ(silent.finding.severity, Severity::kWarning);
  EXPECT_LE(silent.at, death + 2 * kMinute + 2 * kStep);
  EXPECT_GT(silent.at, death + 2 * kMinute);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"job_retries", "machine_silent"}))
      << AllText();
  EXPECT_TRUE(resolved.empty()) << resolved.front().finding.summary;
}

// The broker comes back without its database.
TEST_F(AlertIncidentsTest, TheBrokerLosesItsJobs) {
  auto options = Healthy();
  auto logs = StagedLogsOf(SimulatedProver(options));
  const UnixMillis restart = kBegin + kMinute;
  StopAt(restart, logs);
  logs[kBroker].Say(restart + kSecond, "INFO: prover-client:proving-broker Proving Broker started");
  Run(logs, options.start, restart + 3 * kMinute);
  const Fired lost = First("broker_lost_jobs");
  EXPECT_EQ(lost.finding.severity, Severity::kCritical);
  EXPECT_TRUE(absl::StrContains(lost.finding.summary, "restarted and restored nothing; "))
      << lost.finding.summary;
  EXPECT_LE(lost.at, restart + kMinute + 2 * kStep);
}

// Epochs go by, and the prover node does not begin one.
TEST_F(AlertIncidentsTest, NoNewEpochBegins) {
  auto options = Healthy();
  options.epochs = 6;
  const auto logs = StagedLogsOf(SimulatedProver(options));
  const UnixMillis end = EndOf(logs);
  Run(logs, options.start, end + kMinute);
  EXPECT_TRUE(Rules(Severity::kWarning).empty()) << AllText();
  // They are earlier ones by then, of which the length is learnt.
  Run(logs, end + 70 * kMinute, end + 75 * kMinute);
  const Fired none = First("no_new_epoch");
  EXPECT_TRUE(absl::StartsWith(none.finding.summary, "No new epoch since 3059 began "))
      << none.finding.summary;
}

// The node proves what the broker gave up.
TEST_F(AlertIncidentsTest, TheBrokerRefusesStaleJobs) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  logs[kBroker].Say(
      kBegin + kMinute,
      absl::StrCat("WARN: prover-client:proving-broker Tried enqueueing stale proving "
                   "job id=3050:PUBLIC_VM:",
                   std::string(64, 'a'), " epochNumber=3050"));
  Run(logs, kBegin, kBegin + 2 * kMinute);
  EXPECT_EQ(
      First("stale_enqueue").finding.summary,
      "Epoch 3050: the broker on prover-1 refused 1 job as stale: the prover node still proves "
      "an epoch that the broker gave up.");
}

// Lines that come late are no alarm of what they tell: one machine's shipper is behind.
TEST_F(AlertIncidentsTest, AShipperThatIsBehindIsNoStuckJob) {
  auto options = Healthy();
  options.epochs = 2;
  auto logs = StagedLogsOf(SimulatedProver(options));
  const UnixMillis end = EndOf(logs);
  StagedLog& behind = logs.back();
  for (StagedLog::Line& line : behind.lines) line.at += 4 * kMinute;
  Run(logs, options.start, end);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{})) << AllText();
}

}  // namespace
}  // namespace proverlog
