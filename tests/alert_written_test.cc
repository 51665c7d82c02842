// Faults of a prover whose every line is written here: from the lines to what the rules say, when,
// and when they say no more.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "tests/alert_scenario.h"

namespace proverlog {
namespace {

using testing_util::StagedLog;

constexpr char kBrokerSays[] = "INFO: prover-client:proving-broker ";
constexpr char kAgentSays[] = "INFO: prover-client:proving-agent ";

// A broker, and on two machines a process of agents.
class AlertWrittenTest : public AlertScenario {
 protected:
  static constexpr size_t kM1 = 1;
  static constexpr size_t kM2 = 2;

  AlertWrittenTest()
      : logs{{"b", "broker.log", {}}, {"m1", "agent.log", {}}, {"m2", "agent.log", {}}} {}

  static UnixMillis At(int seconds) { return kBegin + seconds * kSecond; }
  static std::string IdOf(int number, const std::string& type = "PUBLIC_VM") {
    return absl::StrCat("3054:", type, ":", std::string(60, 'a'), 1000 + number);
  }
  void Broker(UnixMillis at, absl::string_view words) {
    logs[0].Say(at, absl::StrCat(kBrokerSays, words));
  }
  void Enqueue(UnixMillis at, const std::string& id) {
    Broker(at, absl::StrCat("New proving job id=", id, " epochNumber=3054"));
  }
  static std::string WithType(const std::string& id) {
    const size_t begin = id.find(':') + 1;
    return absl::StrCat("id=", id, " type=", id.substr(begin, id.find(':', begin) - begin));
  }
  void Start(size_t machine, UnixMillis at, const std::string& id) {
    logs[machine].Say(at, absl::StrCat(kAgentSays, "Starting job ", WithType(id),
                                       " inputsUri=data:application/json;..."));
  }
  void CompleteByAgent(size_t machine, UnixMillis at, const std::string& id) {
    logs[machine].Say(at, absl::StrCat(kAgentSays, "Job ", WithType(id),
                                       " completed outputUri=data:application/json;..."));
  }
  void CompleteByBroker(UnixMillis at, const std::string& id) {
    Broker(at, absl::StrCat("Proving job complete ", WithType(id), " totalAttempts=1"));
  }
  // It is enqueued, started two seconds later, and completed.
  void Prove(size_t machine, UnixMillis begin, UnixMillis end, const std::string& id) {
    Enqueue(begin, id);
    Start(machine, begin + 2 * kSecond, id);
    CompleteByAgent(machine, end, id);
    CompleteByBroker(end + 100, id);
  }
  // Every log has a line each five seconds, except the broker's within a time.
  void Tick(UnixMillis end, UnixMillis silent_from = 0, UnixMillis silent_to = 0) {
    for (UnixMillis at = kBegin + kSecond; at < end; at += 5 * kSecond) {
      for (StagedLog& log : logs) {
        const bool silent = &log == logs.data() && at >= silent_from && at < silent_to;
        if (!silent) log.Say(at, "INFO: telemetry:client Using NoopTelemetryClient");
      }
    }
  }

  std::vector<StagedLog> logs;
};

// The broker hangs while agents go on, and comes back.
TEST_F(AlertWrittenTest, TheBrokerHangs) {
  for (int i = 0; i < 15; ++i) {
    Prove(kM1, At(60 * i), At(60 * i + 50), IdOf(i));
  }
  const UnixMillis begin = At(4 * 60);
  const UnixMillis back = At(12 * 60);
  logs[0].Drop([&](const auto& line) { return line.at >= begin && line.at < back; });
  Tick(At(15 * 60), begin, back);
  Run(logs, kBegin, At(15 * 60));
  // Its last line is within five seconds of it.
  ExpectFiresAndResolves("broker_silent", begin + 5 * kMinute - 5 * kSecond, back);
  const Finding finding = First("broker_silent").finding;
  EXPECT_EQ(finding.severity, Severity::kCritical);
  EXPECT_TRUE(absl::StartsWith(finding.summary, "The broker's log on b has had no line for 5 min"))
      << finding.summary;
  EXPECT_EQ(finding.labels, (Labels{{"machine", "b"}, {"source", "broker.log"}}));
}

// #11659: agents sleep after each proof, while others work.
TEST_F(AlertWrittenTest, AMachinesAgentsSleep) {
  Prove(kM1, At(0), At(30), IdOf(1));
  for (int i = 0; i < 12; ++i) Prove(kM2, At(60 * i), At(60 * i + 59), IdOf(10 + i));
  Enqueue(At(60), IdOf(2));
  Start(kM1, At(6 * 60), IdOf(2));
  Tick(At(10 * 60));
  Run(logs, kBegin, At(10 * 60));
  // Nothing to do for a minute, and that for a minute.
  ExpectFiresAndResolves("machine_idle", At(60 + 120), At(6 * 60));
  EXPECT_EQ(
      First("machine_idle").finding.summary,
      "1 of 1 agents on m1 did nothing for 1 min while 1 job that they could take was queued.");
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"machine_idle"})) << AllText();
}

// The only agents that may take a type do not.
TEST_F(AlertWrittenTest, JobsAreQueuedThoughAgentsAreFree) {
  Prove(kM1, At(0), At(30), IdOf(1));
  for (int i = 0; i < 14; ++i) {
    Prove(kM2, At(60 * i), At(60 * i + 59), IdOf(10 + i, "PARITY_BASE"));
  }
  Enqueue(At(60), IdOf(2));
  Start(kM1, At(9 * 60), IdOf(2));
  Tick(At(13 * 60));
  Run(logs, kBegin, At(13 * 60));
  // The floor, and that for a minute.
  ExpectFiresAndResolves("job_queued_long", At(60 + 5 * 60 + 60), At(9 * 60));
  const Finding finding = First("job_queued_long").finding;
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.labels, (Labels{{"epoch", "3054"}, {"type", "PUBLIC_VM"}}));
  EXPECT_TRUE(
      absl::StrContains(finding.summary, "1 PUBLIC_VM job waited in the queue for up to 6 min"))
      << finding.summary;
}

// A broker's log alone, in which nothing gets on for a while.
TEST_F(AlertWrittenTest, JobsAreOpenAndOnlyTheBrokerTellsOfThem) {
  logs.resize(1);
  Enqueue(At(0), IdOf(1));
  Enqueue(At(1), IdOf(2));
  CompleteByBroker(At(30), IdOf(1));
  CompleteByBroker(At(9 * 60), IdOf(2));
  Tick(At(12 * 60));
  Run(logs, kBegin, At(12 * 60));
  ExpectFiresAndResolves("job_open_long", At(30 + 5 * 60 + 60), At(9 * 60));
  EXPECT_TRUE(absl::StrContains(First("job_open_long").finding.summary,
                                "Only the broker's log tells of this epoch"));
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"job_open_long"})) << AllText();
}

// Up to 4.1.2: cancelled, asked for again, answered from the cache. It stays so until the epoch is
// not looked at any more.
TEST_F(AlertWrittenTest, AJobIsNeverProvenAgain) {
  const UnixMillis again = At(120);
  Enqueue(At(0), IdOf(1));
  Broker(At(60), absl::StrCat("Cancelling job id=", IdOf(1)));
  Broker(At(60) + 1, absl::StrCat("Marking proving job as failed ", WithType(IdOf(1)),
                                  " totalAttempts=1 err=Aborted"));
  Broker(again,
         absl::StrCat("Cached proving job id=", IdOf(1), " epochNumber=3054. Not enqueuing again"));
  Tick(At(5 * 60));
  Run(logs, kBegin, At(5 * 60));
  const Fired never = First("job_never_again");
  EXPECT_EQ(never.finding.severity, Severity::kCritical);
  EXPECT_TRUE(absl::StrContains(never.finding.summary, "1 job will never be proven"));
  EXPECT_GE(never.at, again);
  EXPECT_LE(never.at, again + 2 * kStep);
  EXPECT_TRUE(resolved.empty()) << AllText();
  Look(again + 25 * 60 * kMinute);
  Look(again + 25 * 60 * kMinute + 2 * kMinute);
  EXPECT_EQ(resolved.size(), 1) << AllText();
}

// The circuit decides; then the job is proven after all.
TEST_F(AlertWrittenTest, AJobFailsAgainOfTheSameError) {
  const std::string error = "Failed to generate witness: Cannot satisfy constraint";
  Enqueue(At(0), IdOf(1));
  for (int i = 1; i <= 2; ++i) {
    Start(kM1, At(60 * i), IdOf(1));
    logs[kM1].Say(At(60 * i + 30),
                  absl::StrCat("ERROR: prover-client:proving-agent Job ", WithType(IdOf(1)),
                               " failed err=", error, " retry=true: Error: ", error));
    Broker(At(60 * i + 30) + 50,
           absl::StrCat("Retrying proving job ", WithType(IdOf(1)), " retry=", i, " err=", error));
  }
  const UnixMillis proven = At(6 * 60);
  Start(kM2, At(180), IdOf(1));
  CompleteByAgent(kM2, proven, IdOf(1));
  CompleteByBroker(proven + 50, IdOf(1));
  Tick(At(9 * 60));
  Run(logs, kBegin, At(9 * 60));
  ExpectFiresAndResolves("job_fails_again", At(150), proven);
  const Finding finding = First("job_fails_again").finding;
  EXPECT_EQ(finding.severity, Severity::kCritical);
  EXPECT_EQ(finding.labels,
            (Labels{{"epoch", "3054"}, {"type", "PUBLIC_VM"}, {"cause", "constraint"}}));
}

// An agent process that starts takes no job for minutes.
TEST_F(AlertWrittenTest, AnAgentStartsSlowly) {
  const UnixMillis begin = At(60);
  for (int i = 0; i < 12; ++i) Prove(kM2, At(60 * i), At(60 * i + 59), IdOf(10 + i));
  logs[kM1].Say(begin,
                "INFO: bb-prover Using native BB at /usr/src/bb and working directory /tmp/bb-1");
  Enqueue(At(100), IdOf(1));
  Start(kM1, At(8 * 60), IdOf(1));
  Tick(At(11 * 60));
  Run(logs, kBegin, At(11 * 60));
  ExpectFiresAndResolves("startup_slow", begin + 5 * kMinute, At(8 * 60));
  EXPECT_EQ(First("startup_slow").finding.labels, (Labels{{"machine", "m1"}}));
}

// What a machine sends is six minutes old for a while: its shipper was held up.
TEST_F(AlertWrittenTest, AShipperIsHeldUp) {
  for (int i = 0; i < 18; ++i) Prove(kM2, At(60 * i), At(60 * i + 50), IdOf(10 + i));
  Tick(At(18 * 60));
  const UnixMillis held = At(5 * 60);
  const UnixMillis comes = held + 6 * kMinute;
  const UnixMillis all = At(8 * 60) + 6 * kMinute;
  logs[kM1].Drop([&](const auto& line) { return line.at >= At(8 * 60) && line.at < all; });
  for (StagedLog::Line& line : logs[kM1].lines) {
    if (line.at >= held && line.at < At(8 * 60)) line.at += 6 * kMinute;
  }
  Run(logs, kBegin, At(18 * 60));
  ExpectFiresAndResolves("ingest_lag", comes + 2 * kMinute, all);
  EXPECT_TRUE(absl::StartsWith(First("ingest_lag").finding.summary, "What m1 sends is 6 min "))
      << First("ingest_lag").finding.summary;
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"ingest_lag"})) << AllText();
}

// Its clock is five seconds ahead: it is done before the broker asks for it.
TEST_F(AlertWrittenTest, AMachinesClockIsAhead) {
  for (int i = 0; i < 8; ++i) {
    const UnixMillis begin = At(60 * i);
    Enqueue(begin, IdOf(i));
    Start(kM1, begin + 6 * kSecond, IdOf(i));
    CompleteByAgent(kM1, begin + 40 * kSecond + 5 * kSecond, IdOf(i));
    CompleteByBroker(begin + 40 * kSecond + 50, IdOf(i));
  }
  Tick(At(8 * 60));
  Run(logs, kBegin, At(8 * 60));
  const Fired skew = First("clock_skew");
  EXPECT_EQ(skew.finding.severity, Severity::kWarning);
  EXPECT_TRUE(absl::StartsWith(skew.finding.summary,
                               "The clock of m1 is at least 4.9 s ahead of that of b, as "))
      << skew.finding.summary;
  // The third pair of lines is the second job's start; and that for five minutes.
  EXPECT_GE(skew.at, At(66 + 5 * 60));
  EXPECT_LE(skew.at, At(66 + 5 * 60) + 2 * kStep);
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{"clock_skew"})) << AllText();
}

// A release says what nobody knows, from the log's first line on.
TEST_F(AlertWrittenTest, ALogSaysWhatNobodyKnows) {
  for (int i = 0; i < 6; ++i) Prove(kM2, At(60 * i), At(60 * i + 50), IdOf(10 + i));
  for (int i = 0; i < 300; ++i) {
    logs[kM1].Say(At(i), absl::StrCat("INFO: prover-client:new-thing Squeezed lemon ", i));
  }
  Tick(At(6 * 60));
  Run(logs, kBegin, At(6 * 60));
  const Fired unknown = First("unknown_messages");
  EXPECT_EQ(unknown.finding.severity, Severity::kInfo);
  EXPECT_TRUE(absl::StrContains(unknown.finding.summary, ", from its beginning; Aztec "))
      << unknown.finding.summary;
  EXPECT_EQ(Rules(Severity::kWarning), (std::set<std::string>{})) << AllText();
}

// An agent that dies of each job, and starts again: once it may have been somebody.
TEST_F(AlertWrittenTest, AnAgentCrashesEachTime) {
  for (int i = 0; i < 30; ++i) Prove(kM2, At(20 * i), At(20 * i + 15), IdOf(100 + i));
  for (int i = 0; i < 4; ++i) {
    const int begin = 120 * i;
    Enqueue(At(begin), IdOf(i));
    Start(kM1, At(begin + 2), IdOf(i));
    logs[kM1].Say(At(begin + 20),
                  "INFO: bb-prover Using native BB at /usr/src/bb and working directory /tmp/bb-1");
    logs[0].Say(At(begin + 40), absl::StrCat("WARN: prover-client:proving-broker Proving job id=",
                                             IdOf(i), " timed out. Re-enqueueing (retry 1/3)."));
    Start(kM2, At(begin + 45), IdOf(i));
    CompleteByAgent(kM2, At(begin + 55), IdOf(i));
    CompleteByBroker(At(begin + 56), IdOf(i));
  }
  Tick(At(10 * 60));
  Run(logs, kBegin, At(10 * 60));
  std::vector<Fired> warned;
  for (const Fired& one : fired) {
    if (one.finding.rule == "job_retries" && one.finding.severity == Severity::kWarning) {
      warned.push_back(one);
    }
  }
  ASSERT_FALSE(warned.empty()) << AllText();
  // From the second loss on, of so few jobs.
  EXPECT_GE(warned[0].at, At(120 * 2 + 40));
  EXPECT_EQ(warned[0].finding.labels.at("machine"), "m1");
}

}  // namespace
}  // namespace proverlog
