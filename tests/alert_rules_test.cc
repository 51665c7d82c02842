// Faults of a simulated prover that come and go: from log lines to what the rules say, when, and
// when they say no more.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "tests/alert_scenario.h"

namespace proverlog {
namespace {

using testing_util::SimulatedProver;
using testing_util::StagedLog;
using testing_util::StagedLogsOf;

constexpr size_t kTimeLength = 15;  // "[00:04:35.355] "
// A record's data may follow in lines below it: it is read when the next one comes.
constexpr char kNext[] = "INFO: prover-node Epoch 3055 is ready to be proven";

class AlertRulesTest : public AlertScenario {
 protected:
  // What `is_it` picks is said so much later.
  static void Delay(Millis by, const std::function<bool(const StagedLog::Line&)>& is_it,
                    StagedLog& log) {
    std::vector<StagedLog::Line> later;
    for (const StagedLog::Line& line : log.lines) {
      if (is_it(line)) later.push_back(line);
    }
    log.Drop(is_it);
    for (const StagedLog::Line& line : later) {
      log.Say(line.at + by, absl::StripSuffix(line.text.substr(kTimeLength), "\n"));
    }
  }
  // The id of the log's first session.
  static std::string SessionOf(const StagedLog& log) {
    for (const StagedLog::Line& line : log.lines) {
      const size_t begin = line.text.find("Created EpochSession ");
      if (begin != std::string::npos) return line.text.substr(begin + 21, 36);
    }
    ADD_FAILURE() << log.name << " has no session";
    return "";
  }
};

// The transaction hangs for five minutes, and is mined after all.
TEST_F(AlertRulesTest, AProofWaits) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  const UnixMillis submitted = FirstOf(logs[kNode], "Submitting epoch proof");
  const UnixMillis ready = FirstOf(logs[kNode], "Top-tree proof ready");
  const auto is_after = [&](const StagedLog::Line& line) {
    return line.at >= submitted && !Says(line, "Submitting epoch proof") &&
           !Says(line, "proof ready") && !Says(line, "Top-tree prove") &&
           !Says(line, "for publishing") && !Says(line, "Publishing candidate");
  };
  Delay(5 * kMinute, is_after, logs[kNode]);
  logs[kNode].Say(submitted + kSecond, kNext);
  const UnixMillis published = FirstOf(logs[kNode], "Published epoch proof");
  Run(logs, kBegin, published + 4 * kMinute);
  ExpectFiresAndResolves("proof_unpublished", ready + 2 * kMinute, published);
  const Finding finding = First("proof_unpublished").finding;
  EXPECT_EQ(finding.severity, Severity::kCritical);
  EXPECT_TRUE(absl::StartsWith(finding.summary, "Epoch 3054: the proof has been ready for 2 min"))
      << finding.summary;
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"proof_unpublished"})) << AllText();
}

// #25277: another prover advances the tip first, and the full proof is never submitted.
TEST_F(AlertRulesTest, AnotherProverIsEarlier) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  StagedLog& node = logs[kNode];
  const UnixMillis submitted = FirstOf(node, "Submitting epoch proof");
  const std::string session = SessionOf(node);
  node.Drop([&](const auto& line) {
    return line.at >= submitted && !Says(line, "proof ready") && !Says(line, "Top-tree prove") &&
           !Says(line, "for publishing");
  });
  node.Say(submitted + kSecond,
           absl::StrCat("ERROR: prover-node:proof-publishing-service Error publishing candidate ",
                        session,
                        ": Error: Cannot submit epoch proof for 33-64 as proven checkpoint is 96"));
  node.Say(submitted + 2 * kSecond, kNext);
  Run(logs, kBegin, submitted + 5 * kMinute);
  const Fired failed = First("submission_failed");
  EXPECT_EQ(failed.finding.severity, Severity::kInfo);
  EXPECT_TRUE(absl::EndsWith(failed.finding.summary, "; another prover was earlier."))
      << failed.finding.summary;
  EXPECT_LE(failed.at, submitted + kSecond + 2 * kStep);
}

// The window closes while a proof is not on L1 yet.
TEST_F(AlertRulesTest, AnEpochIsLate) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  StagedLog& node = logs[kNode];
  node.Drop([](const auto& line) { return Says(line, "proof ready"); });
  const UnixMillis candidate = FirstOf(node, " submitted for publishing");
  const UnixMillis deadline = (candidate / kMinute + 2) * kMinute;
  for (StagedLog::Line& line : node.lines) {
    if (!Says(line, " submitted for publishing")) continue;
    const std::string at =
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(deadline), absl::UTCTimeZone());
    line.text.insert(line.text.rfind('}'), absl::StrCat(",\"deadline\":\"", at, "\""));
  }
  const auto is_after = [&](const StagedLog::Line& line) {
    return line.at >= candidate && !Says(line, "for publishing") && !Says(line, "Top-tree prove");
  };
  Delay(8 * kMinute, is_after, node);
  node.Say(candidate + kSecond, kNext);
  const UnixMillis published = FirstOf(node, "Published epoch proof");
  Run(logs, kBegin, published + 4 * kMinute);
  ExpectFiresAndResolves("epoch_at_risk", deadline + 2 * kMinute, published);
  const Finding finding = First("epoch_at_risk").finding;
  EXPECT_EQ(finding.severity, Severity::kCritical);
  EXPECT_TRUE(
      absl::StartsWith(finding.summary, "Epoch 3054 is late: its proof had to be on L1 by "))
      << finding.summary;
}

// #13321, #10802: an epoch is stopped as its window ends. It is told of for an hour.
TEST_F(AlertRulesTest, AnEpochMissesItsDeadline) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  const UnixMillis stop = kBegin + 2 * kMinute;
  StopAt(stop, logs);
  StagedLog& node = logs[kNode];
  const std::string session = SessionOf(node);
  node.Say(stop,
           absl::StrCat("WARN: prover-node:epoch-session EpochSession ", session, " hit deadline"));
  node.Say(stop + 1, absl::StrCat("INFO: prover-node:epoch-session Cancelling EpochSession ",
                                  session, ": deadline"));
  node.Say(stop + kSecond, kNext);
  Run(logs, kBegin, stop + 2 * kMinute);
  const Fired failed = First("epoch_failed");
  EXPECT_EQ(failed.finding.severity, Severity::kCritical);
  EXPECT_TRUE(absl::StartsWith(failed.finding.summary, "Epoch 3054 missed its deadline: "))
      << failed.finding.summary;
  EXPECT_LE(failed.at, stop + 2 * kStep);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"epoch_failed"})) << AllText();
  Look(stop + 30 * kMinute);
  Look(stop + 59 * kMinute);
  EXPECT_TRUE(resolved.empty()) << AllText();
  Look(stop + 62 * kMinute);
  EXPECT_EQ(resolved.size(), 1) << AllText();
}

// #12625, #24678: the chain is reorganized under a session, and nobody begins it again.
TEST_F(AlertRulesTest, AnEpochIsGivenUp) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  const UnixMillis stop = kBegin + 2 * kMinute;
  StopAt(stop, logs);
  StagedLog& node = logs[kNode];
  node.Say(stop, absl::StrCat("INFO: prover-node:epoch-session Cancelling EpochSession ",
                              SessionOf(node), ": reorg"));
  node.Say(stop + kSecond, kNext);
  Run(logs, kBegin, stop + 7 * kMinute);
  const Fired given_up = First("epoch_given_up");
  EXPECT_EQ(given_up.finding.severity, Severity::kWarning);
  EXPECT_TRUE(absl::StartsWith(given_up.finding.summary, "Epoch 3054 was given up: reorg"))
      << given_up.finding.summary;
  EXPECT_GE(given_up.at, stop + 5 * kMinute);
  EXPECT_LE(given_up.at, stop + 5 * kMinute + 2 * kStep);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"epoch_given_up"})) << AllText();
}

// A node whose version does not fit the rollup waits until it does.
TEST_F(AlertRulesTest, AProgramWaitsInStandby) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  const UnixMillis begin = kBegin + kMinute;
  const UnixMillis end = kBegin + 4 * kMinute;
  StopAt(begin, logs);
  StagedLog& node = logs[kNode];
  node.Say(begin,
           "WARN: cli Rollup at 0xb03b5859 is incompatible: genesisArchiveRoot differs. "
           "Entering standby mode. Will poll every 600s for a compatible rollup...");
  node.Say(begin + kSecond, kNext);
  node.Say(end, "INFO: cli Compatible rollup found at 0xb03b5859. Exiting standby mode.");
  node.Say(end + kSecond, kNext);
  Run(logs, kBegin, end + 4 * kMinute);
  ExpectFiresAndResolves("startup_failed", begin, end);
  EXPECT_EQ(First("startup_failed").finding.summary,
            "A program on prover-1 (node.log) does not run: standby.entered, genesisArchiveRoot "
            "differs.");
}

// #10360, #11054: the node does not reach the broker, asks again and again, and reaches it.
TEST_F(AlertRulesTest, TheNodeDoesNotReachTheBroker) {
  auto logs = StagedLogsOf(SimulatedProver(Healthy()));
  const UnixMillis begin = kBegin + kMinute;
  for (int i = 0; i < 6; ++i) {
    logs[kNode].Say(begin + i * 10 * kSecond,
                    "ERROR: prover-client:proving-agent Error in running promise: Error: connect "
                    "ECONNREFUSED 10.0.0.1:8081");
  }
  const UnixMillis last = begin + 50 * kSecond;
  logs[kNode].Say(last + kSecond, kNext);
  Run(logs, kBegin, last + 9 * kMinute);
  // Three are in the window until five minutes after the fourth one.
  ExpectFiresAndResolves("connection_lost", begin + 20 * kSecond,
                         begin + 30 * kSecond + 5 * kMinute);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"connection_lost"})) << AllText();
}

}  // namespace
}  // namespace proverlog
