// The questions that `proverlog` asks, as tables and as JSON.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/format/table.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_util::Finished;
using testing_util::RunProgram;
using testing_util::Service;
using testing_util::TestDataPath;

class QueryTest : public testing::Test {
 protected:
  QueryTest() {
    Import("prover-a", {"samples/broker.log", "samples/agent-a.log"});
    Import("prover-b", {"samples/agent-b.log"});
  }

  void Import(const std::string& machine, const std::vector<std::string>& files) {
    std::vector<std::string> command = {"import", "--prover", "demo",      "--machine",
                                        machine,  "--date",   "2026-11-21"};
    for (const std::string& file : files) command.push_back(TestDataPath(file));
    const Finished finished = service_.Proverlog(command);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
  }

  std::string Ask(std::vector<std::string> command) {
    const Finished finished = service_.Proverlog(std::move(command));
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  }

  testing_util::TestDatabase database_;
  Service service_{"--database-url=" + database_.conninfo()};
};

constexpr char kFailedJob[] =
    "3055:PUBLIC_CHONK_VERIFIER:96312c651ea21c7101988de39bda7ee1ddebf836a83082fa87934ead643f4788";

TEST_F(QueryTest, EveryTableFitsAHundredColumns) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"epochs"},
                                             {"epoch", "3055"},
                                             {"jobs", "--epoch", "3055", "--limit", "1000"},
                                             {"job", kFailedJob},
                                             {"why", "3055"},
                                             {"why", kFailedJob},
                                             {"throughput", "3055", "--by", "machine"},
                                             {"critical-path", "3055"},
                                             {"jobs", "--order", "ended", "--desc"},
                                             {"machines"},
                                             {"machines", "--machine", "prover-b"},
                                             {"compare"},
                                             {"compare", "epoch=3054", "epoch=3055"},
                                             {"trend", "wall_time"},
                                             {"progress", "3055"},
                                             {"submissions"}}) {
    const std::string out = Ask(command);
    EXPECT_GT(out.size(), 100U);
    for (const absl::string_view line : absl::StrSplit(out, '\n')) {
      if (absl::StrContains(line, "--page-token ")) continue;  // to be copied
      if (absl::StartsWith(line, "  > ")) continue;  // a log's line that tells a cause is whole
      EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << command[0] << ": " << line;
    }
  }
}

// "0.364500s", proto3 JSON's form of a duration, as milliseconds.
double Millis(const simdjson::dom::element& stats, const char* figure) {
  const std::string text(std::string_view(stats[figure]));
  EXPECT_EQ(text.back(), 's');
  return std::stod(text) * 1000;
}

void ExpectStats(const simdjson::dom::element& stats, const simdjson::dom::element& expected) {
  EXPECT_EQ(int64_t(stats["count"]), int64_t(expected["count"]));
  if (int64_t(expected["count"]) == 0) return;
  for (const auto& [figure, oracle] : std::map<const char*, const char*>{{"min", "minMs"},
                                                                         {"mean", "meanMs"},
                                                                         {"p50", "p50Ms"},
                                                                         {"p90", "p90Ms"},
                                                                         {"p95", "p95Ms"},
                                                                         {"p99", "p99Ms"},
                                                                         {"max", "maxMs"}}) {
    EXPECT_NEAR(Millis(stats, figure), double(expected[oracle]), 0.0006) << figure;
  }
}

TEST_F(QueryTest, TheSummarysJsonHasTheOraclesFigures) {
  simdjson::dom::parser oracle_parser;
  const simdjson::dom::element oracle =
      oracle_parser.load(TestDataPath("samples/expected.json"))["epochs"]["3055"]["jobTypes"];
  simdjson::dom::parser parser;
  const std::string json = Ask({"epoch", "3055", "--format", "json"});
  const simdjson::dom::element summary = parser.parse(json);
  EXPECT_EQ(std::string_view(summary["outcome"]), "EPOCH_OUTCOME_PROVEN");
  EXPECT_EQ(int64_t(summary["epoch"]), 3055);
  const simdjson::dom::array types = summary["jobTypes"];
  EXPECT_EQ(types.size(), simdjson::dom::object(oracle).size());
  for (const simdjson::dom::element type : types) {
    const simdjson::dom::element expected = oracle[std::string_view(type["type"])];
    for (const char* figure : {"jobs", "enqueued", "started", "completed", "failed", "aborted",
                               "inFlight", "retries", "timeouts", "maxParallel"}) {
      EXPECT_EQ(int64_t(type[figure]), int64_t(expected[figure])) << figure;
    }
    for (const char* stats : {"duration", "queueWait", "turnaround"}) {
      ExpectStats(type[stats], expected[stats]);
    }
  }
}

TEST_F(QueryTest, EveryAnswerIsAlsoJson) {
  simdjson::dom::parser parser;
  const auto parse = [&](std::vector<std::string> command) -> simdjson::dom::element {
    command.insert(command.end(), {"--format", "json"});
    const std::string json = Ask(command);
    EXPECT_EQ(parser.parse(json).error(), simdjson::SUCCESS) << json;
    return parser.parse(json);
  };
  EXPECT_EQ(simdjson::dom::array(parse({"epochs"})["epochs"]).size(), 2U);
  EXPECT_EQ(simdjson::dom::array(parse({"jobs", "--epoch", "3055", "--limit", "7"})["jobs"]).size(),
            7U);
  EXPECT_EQ(std::string_view(parse({"job", kFailedJob})["job"]["state"]), "JOB_STATE_FAILED");
  EXPECT_EQ(simdjson::dom::array(parse({"machines"})["machines"]).size(), 2U);
  EXPECT_EQ(simdjson::dom::array(parse({"compare", "--epoch", "3054"})["epochs"]).size(), 1U);
}

TEST_F(QueryTest, SubjectsAreComparedAndFiguresFollowedOverEpochs) {
  const std::string machines = Ask({"compare", "machine=prover-a", "machine=prover-b,epoch=3055"});
  EXPECT_THAT(machines,
              HasSubstr("A: prover demo, machine prover-a, the latest epochs 3055, 3054\n"));
  EXPECT_THAT(machines, HasSubstr("B: prover demo, machine prover-b, epochs 3055\n"));
  EXPECT_THAT(machines, HasSubstr("PUBLIC_VM"));
  EXPECT_THAT(Ask({"compare", "--machines", "--epoch", "3054"}), HasSubstr("Machines of demo in"));
  simdjson::dom::parser parser;
  const std::string json =
      Ask({"compare", "epoch=3054", "epoch=3055", "--margin", "20", "--format", "json"});
  const simdjson::dom::element answer = parser.parse(json);
  EXPECT_EQ(int64_t(answer["subjects"].at(1)["work"]["jobs"]), 216);
  EXPECT_EQ(double(answer["margin"]), 0.2);

  const std::string trend = Ask({"trend", "jobs"});
  EXPECT_THAT(trend, HasSubstr("jobs of demo, 2 epochs\n"));
  EXPECT_THAT(trend, HasSubstr(" 3055  2026-11-21 03:00:56  proven "));
  EXPECT_THAT(Ask({"trend", "duration.p50", "--type", "PUBLIC_VM", "--machine", "prover-b"}),
              HasSubstr("machine prover-b"));
  const Finished unknown = service_.Proverlog({"trend", "job"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("figure: \"job\" is none; is it jobs"));
  EXPECT_EQ(service_.Proverlog({"compare", "epoch=3054"}).exit_code, 1);
  EXPECT_EQ(service_.Proverlog({"compare", "epoch=x", "all"}).exit_code, 1);
  EXPECT_EQ(service_.Proverlog({"compare", "--machines", "all", "all"}).exit_code, 2);
}

TEST_F(QueryTest, LinesBetweenTwoInstants) {
  const std::string out =
      Ask({"lines", "--machine", "prover-a", "--source", "broker.log", "--from",
           "2026-11-21T04:00:46+01:00", "--to", "2026-11-21 03:00:47", "--limit", "2"});
  EXPECT_THAT(out, testing::StartsWith("prover-a broker.log (times in UTC):\n"
                                       "2026-11-21 03:00:46."));
  EXPECT_THAT(out, HasSubstr("There are more; the next page: --page-token "));
  EXPECT_THAT(Ask({"lines", "--machine", "prover-a", "--from", "2027-01-01"}),
              HasSubstr("No line is of this time.\nprover-a "));
  const Finished none = service_.Proverlog({"lines", "--machine", "prover-x"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("has no machine \"prover-x\"; did you mean"));
  const Finished bad = service_.Proverlog({"lines", "--machine", "prover-a", "--to", "now"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.err, HasSubstr("--to: \"now\" is not an instant"));
}

TEST_F(QueryTest, EventsTellOfAnEpochAndOfTheProcesses) {
  Import("prover-a", {"samples/node.log"});
  Import("prover-a", {"samples/node.log"});
  EXPECT_EQ(
      Ask({"events", "--epoch", "3055"}),
      "2026-11-21 03:00:46.600  session.created on prover-a: checkpointCount 4, epochNumber "
      "3055, fromSlot\n"
      "  97760, kind full, session c27e6beb-52bd-4e07-8dd7-daffc9eac110, toSlot 97791\n"
      "2026-11-21 03:01:12.400  epoch.submitted on prover-a: epoch 3055, from_checkpoint 53132, "
      "kind full,\n"
      "  to_checkpoint 53135, uuid c27e6beb-52bd-4e07-8dd7-daffc9eac110\n"
      "2026-11-21 03:01:12.500  session.exited on prover-a: session "
      "c27e6beb-52bd-4e07-8dd7-daffc9eac110,\n"
      "  state completed\n");
  EXPECT_THAT(Ask({"epoch", "3055"}), HasSubstr("Epoch 3055 of demo: published"));
  EXPECT_THAT(Ask({"events", "--kind", "crs."}),
              HasSubstr("crs.cached on prover-a: size 33554433"));
  EXPECT_THAT(Ask({"events"}), HasSubstr("prover_node.started on prover-a: prover\n  0x7099"));
  EXPECT_THAT(Ask({"events", "--epoch", "3055", "--format", "json"}),
              HasSubstr("\"session.created\""));
  const Finished refused = service_.Proverlog({"events", "--kind", "L1"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("kind"));
}

TEST_F(QueryTest, TheFlagNamesTheServerBeforeTheEnvironmentDoes) {
  const auto ask = [&](const std::string& variable, const std::string& flag) {
    std::vector<std::string> command = {"/usr/bin/env", "PROVERLOG_SERVER=" + variable,
                                        testing_util::ProverlogPath(), "epochs"};
    if (!flag.empty()) command.insert(command.end(), {"--server", flag});
    return RunProgram(command).exit_code;
  };
  EXPECT_EQ(ask(service_.address(), ""), 0);
  EXPECT_EQ(ask("127.0.0.1:1", service_.address()), 0);
  EXPECT_EQ(ask(service_.address(), "127.0.0.1:1"), 3);
}

TEST_F(QueryTest, JobsAreFilteredAndPaged) {
  EXPECT_THAT(
      Ask({"jobs", "--epoch", "3055", "--state", "failed", "--type", "PUBLIC_TX_BASE_ROLLUP"}),
      HasSubstr("3055:PUBLIC_TX_BASE_ROLLUP:0412e955"));
  const std::string first = Ask({"jobs", "--epoch", "3055", "--limit", "200"});
  const size_t at = first.find("--page-token ");
  ASSERT_NE(at, std::string::npos);
  const std::string token = first.substr(at + 13, first.find('\n', at) - at - 13);
  const std::string second =
      Ask({"jobs", "--epoch", "3055", "--limit", "200", "--page-token", token});
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(second, '\n', absl::SkipEmpty())).size(),
            1U + 16U);  // the titles and the rest of 216
}

TEST_F(QueryTest, JobsAreAskedForByWhatBecameOfThem) {
  const std::string killed =
      Ask({"jobs", "--epoch", "3054", "3055", "--cause", "killed", "--min-attempts", "2"});
  EXPECT_THAT(killed, testing::StartsWith("Of 2 epochs, 3054 to 3055:\n"));
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(killed, '\n', absl::SkipEmpty())).size(),
            2U + 4U);
  const std::string slow = Ask({"jobs", "--machine", "prover-b", "--order", "duration", "--desc",
                                "--min-duration", "1ms", "--limit", "1", "--format", "json"});
  simdjson::dom::parser parser;
  const simdjson::dom::element answer = parser.parse(slow);
  EXPECT_EQ(simdjson::dom::array(answer["jobs"]).size(), 1U);
  EXPECT_TRUE(bool(answer["completeness"]["complete"]));
  EXPECT_THAT(Ask({"jobs", "--from", "2027-01-01"}), HasSubstr("No epoch is of this time.\n"));
  const auto refused = [&](const std::vector<std::string>& command, const std::string& message) {
    const Finished finished = service_.Proverlog(command);
    EXPECT_NE(finished.exit_code, 0);
    EXPECT_THAT(finished.err, HasSubstr(message));
  };
  refused({"jobs", "--type", "PUBLC_VM"}, "did you mean \"PUBLIC_VM\"?");
  refused({"jobs", "--machine", "prover_b"}, "did you mean \"prover-b\"?");
  refused({"jobs", "--min-duration", "long"}, "--min-duration: \"long\" is not a length of time");
  refused({"jobs", "--cause", "reorg"}, "--cause");
}

TEST_F(QueryTest, ATransactionIsFoundByItsFirstDigits) {
  EXPECT_THAT(Ask({"transactions", "--epoch", "3055"}),
              HasSubstr("Epoch 3055 of demo: 0 public transactions\n"));
  const Finished unknown = service_.Proverlog({"transaction", "0x1234"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no AVM proof of a transaction 0x1234 is in the logs of the "
                                     "latest 2 epochs"));
}

TEST_F(QueryTest, OneMachineInDetail) {
  const std::string machine = Ask({"machines", "--machine", "prover-b"});
  EXPECT_THAT(machine, testing::StartsWith("prover-b of demo\n1 log, "));
  EXPECT_THAT(machine,
              HasSubstr("\nIn the latest 2 epochs, 3054 to 3055:\n  275 attempts started"));
  EXPECT_THAT(machine, HasSubstr("\n  what failed there: "));
  EXPECT_THAT(machine, HasSubstr("\n  prover-a: between "));
  const Finished unknown = service_.Proverlog({"machines", "--machine", "prover-d"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("has no machine \"prover-d\"; did you mean \"prover-a\"?"));
}

TEST_F(QueryTest, EpochsArePaged) {
  const std::string first = Ask({"epochs", "--limit", "1"});
  EXPECT_THAT(first, HasSubstr("\n 3055  "));
  EXPECT_THAT(first, Not(HasSubstr("\n 3054  ")));
  const size_t at = first.find("--page-token ");
  ASSERT_NE(at, std::string::npos);
  const std::string token = first.substr(at + 13, first.find('\n', at) - at - 13);
  const std::string second = Ask({"epochs", "--limit", "1", "--page-token", token});
  EXPECT_THAT(second, HasSubstr("\n 3054  "));
  EXPECT_THAT(second, Not(HasSubstr("--page-token")));
}

TEST_F(QueryTest, AShortIdIsEnoughForOneJob) {
  const std::string job = Ask({"job", "3055:PUBLIC_CHONK_VERIFIER:96312c651ea2"});
  EXPECT_THAT(job, HasSubstr(kFailedJob));
  EXPECT_THAT(job, HasSubstr("failed: Failed to generate witness: Cannot satisfy constraint"));
  EXPECT_THAT(job, HasSubstr("prover-b agent-b.log: 03:00:59.216 to 03:00:59.354, agent_failed"));
  EXPECT_THAT(job, HasSubstr("  > [03:00:56.885] INFO: prover-client:proving-broker New proving"));
}

TEST_F(QueryTest, WhySaysWhatFailedFirstWhereAndWhatToDo) {
  const std::string epoch = Ask({"why", "3055"});
  EXPECT_THAT(epoch,
              HasSubstr("The epoch went well all the same. The first that failed for good:\n"
                        "  2026-11-21 03:00:59.354 UTC: constraint: Failed to generate witness:"
                        " Cannot satisfy constraint\n"));
  EXPECT_THAT(epoch,
              HasSubstr(absl::StrCat("  ", kFailedJob, "\n  ran on prover-b in agent-b.log\n")));
  EXPECT_THAT(epoch, HasSubstr("To do: See that prover node, broker and agents run one version"));
  EXPECT_THAT(epoch,
              HasSubstr("  > [03:00:59.354] ERROR: prover-client:proving-agent Job id=3055:"));
  EXPECT_THAT(epoch, HasSubstr("failed for good, in all: 1 too many files, 2 constraint\n"));
  EXPECT_THAT(epoch, HasSubstr("7 jobs cancelled before it\n"));
  EXPECT_THAT(epoch,
              HasSubstr("10 attempts tried again: 3 killed, 1 inputs missing, 6 timed out\n"));

  const std::string well = Ask({"why", "3054"});
  EXPECT_THAT(well, HasSubstr("Nothing failed for good.\n"));
  EXPECT_THAT(well, HasSubstr("7 attempts tried again: 1 killed, 2 connection refused,"));

  const std::string job = Ask({"why", "3055:PUBLIC_VM:19e516a9"});
  EXPECT_THAT(job, HasSubstr("aborted; its epoch: proven"));
  EXPECT_THAT(job, HasSubstr("UTC: cancelled\n"));
  EXPECT_THAT(job, HasSubstr("Not in these logs:\n  the prover node's log"));

  simdjson::dom::parser parser;
  const std::string json = Ask({"why", kFailedJob, "--format", "json"});
  const simdjson::dom::element answer = parser.parse(json);
  EXPECT_EQ(std::string_view(answer["cause"]["kind"]), "CAUSE_KIND_CONSTRAINT");
  EXPECT_EQ(std::string_view(answer["job"]["id"]), kFailedJob);
}

TEST_F(QueryTest, ThroughputOfAnEpochAndOfATime) {
  const std::string epoch = Ask({"throughput", "3055", "--by", "type"});
  EXPECT_THAT(epoch, HasSubstr("Throughput of demo, epoch 3055\n"));
  EXPECT_THAT(epoch, HasSubstr(" 216 created, 206 completed, 3 failed, 7 aborted, 0 in flight"));
  EXPECT_THAT(epoch, HasSubstr("\nPUBLIC_VM:\nFROM "));
  EXPECT_THAT(epoch, HasSubstr("\nagent-b.log  "));
  simdjson::dom::parser parser;
  const std::string json = Ask({"throughput", "--from", "2026-11-21 03:00", "--to",
                                "2026-11-21 03:01", "--step", "15s", "--format", "json"});
  const simdjson::dom::element answer = parser.parse(json);
  EXPECT_EQ(simdjson::dom::array(answer["total"]["steps"]).size(), 4U);
  EXPECT_EQ(simdjson::dom::array(answer["epochs"]).size(), 2U);

  const Finished no_time = service_.Proverlog({"throughput"});
  EXPECT_EQ(no_time.exit_code, 1);
  EXPECT_THAT(no_time.err, HasSubstr("name an epoch, or both ends of a time"));
  const Finished no_step = service_.Proverlog({"throughput", "3055", "--step", "soon"});
  EXPECT_EQ(no_step.exit_code, 1);
  EXPECT_THAT(no_step.err, HasSubstr("--step: \"soon\" is not a length of time such as 10s or 5m"));
  EXPECT_EQ(service_.Proverlog({"throughput", "3055", "--by", "colour"}).exit_code, 2);
}

TEST_F(QueryTest, TheCriticalPathOfAnEpoch) {
  const std::string text = Ask({"critical-path", "3055"});
  EXPECT_THAT(text, HasSubstr("Epoch 3055 of demo: proven\nIts critical path: "));
  EXPECT_THAT(text, HasSubstr("It ends with the root rollup.\n"));
  EXPECT_THAT(text, HasSubstr("\n  ROOT_ROLLUP "));
  EXPECT_THAT(text, HasSubstr("3055:ROOT_ROLLUP:"));
  EXPECT_EQ(service_.Proverlog({"critical-path", "99"}).exit_code, 1);
  EXPECT_EQ(service_.Proverlog({"critical-path"}).exit_code, 2);
}

TEST_F(QueryTest, QuestionsWithoutAnAnswerExitWithOne) {
  const Finished epoch = service_.Proverlog({"epoch", "99"});
  EXPECT_EQ(epoch.exit_code, 1);
  EXPECT_THAT(epoch.err, HasSubstr("prover \"demo\" has no epoch 99; its latest is 3055"));
  EXPECT_EQ(service_.Proverlog({"epochs", "--prover", "nobody"}).exit_code, 1);
  EXPECT_EQ(service_.Proverlog({"job", "nonsense"}).exit_code, 1);
  EXPECT_EQ(service_.Proverlog({"why", "nonsense"}).exit_code, 1);
  EXPECT_EQ(service_.Proverlog({"why", "99"}).exit_code, 1);
}

TEST_F(QueryTest, AMistakeOnTheCommandLineExitsWithTwo) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"epoch"},
                                             {"why"},
                                             {"epoch", "three"},
                                             {"jobs", "--epoch", "1", "--state", "happy"},
                                             {"epochs", "--format", "xml"},
                                             {"nonsense"}}) {
    EXPECT_EQ(service_.Proverlog(command).exit_code, 2) << command[0];
  }
  EXPECT_EQ(RunProgram({testing_util::ProverlogPath()}).exit_code, 2);
  EXPECT_EQ(RunProgram({testing_util::ProverlogPath(), "--help"}).exit_code, 0);
}

TEST_F(QueryTest, WithoutAServerItExitsWithThree) {
  const Finished finished =
      RunProgram({testing_util::ProverlogPath(), "epochs", "--server", "127.0.0.1:1"});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.err, HasSubstr("proverlogd --data-dir DIR"));
}

}  // namespace
}  // namespace proverlog
