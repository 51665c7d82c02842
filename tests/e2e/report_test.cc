// The report on logs with the figures of the two that people once wrote by hand: epoch 3054 on
// machine A, cut out of a running epoch, and the first seconds of epoch 3055 on machine B.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "model/time.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_util::Finished;
using testing_util::Service;

// A log of a machine, in which the lines of all its programs are mixed.
class MachineLog {
 public:
  // `at` is in milliseconds since 10:00.
  void Add(Millis at, const std::string& text) {
    lines_.emplace_back(at, absl::StrFormat("[10:%02d:%02d.%03d] INFO: %s\n", at / kMinute,
                                            at / kSecond % 60, at % kSecond, text));
  }
  void Enqueue(Millis at, const std::string& id) {
    Add(at, absl::StrCat("prover-client:proving-broker New proving job id=", id,
                         " epochNumber=", id.substr(0, 4)));
  }
  void Start(Millis at, const std::string& id) {
    Add(at, absl::StrCat("prover-client:proving-agent Starting job id=", id, " type=", TypeOf(id),
                         " inputsUri=data:application/json"));
  }
  void Complete(Millis at, const std::string& id) {
    Add(at, absl::StrCat("prover-client:proving-agent Job id=", id, " type=", TypeOf(id),
                         " completed outputUri=data:application/json"));
    Add(at + 1, absl::StrCat("prover-client:proving-broker Proving job complete id=", id,
                             " type=", TypeOf(id), " totalAttempts=1"));
  }
  // The lines without a time of their own come first.
  std::string Text(const std::string& untimed = "") {
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text = untimed;
    for (const auto& [at, line] : lines_) text += line;
    return text;
  }

 private:
  static std::string TypeOf(const std::string& id) { return id.substr(5, id.rfind(':') - 5); }

  std::vector<std::pair<Millis, std::string>> lines_;
};

std::string Id(int epoch, const std::string& type, int number) {
  return absl::StrFormat("%d:%s:%064x", epoch, type, number);
}

// 10:03:26 to 10:03:50: 8 TUBE_PROOF completed, 6 PUBLIC_BASE_ROLLUP completed and 3 created, 4
// MERGE_ROLLUP completed and 3 created.
std::string LogOfA() {
  constexpr Millis kBegin = (3 * 60 + 26) * kSecond;
  MachineLog log;
  for (int i = 0; i < 8; ++i) {
    log.Start(kBegin + i * kSecond, Id(3054, "TUBE_PROOF", i));
    log.Complete(kBegin + i * kSecond + 1400, Id(3054, "TUBE_PROOF", i));
  }
  for (int i = 0; i < 6; ++i) {
    const std::string id = Id(3054, "PUBLIC_BASE_ROLLUP", i);
    if (i >= 3) log.Enqueue(kBegin + (8 + i) * kSecond, id);
    log.Start(kBegin + (9 + i) * kSecond, id);
    log.Complete(kBegin + (9 + i) * kSecond + 2500, id);
  }
  for (int i = 0; i < 4; ++i) {
    const std::string id = Id(3054, "MERGE_ROLLUP", i);
    if (i >= 1) log.Enqueue(kBegin + (15 + i) * kSecond, id);
    log.Start(kBegin + (16 + i) * kSecond, id);
    log.Complete(kBegin + (16 + i) * kSecond + 4000 + i * 300, id);
  }
  return log.Text();
}

// From 10:17:45 on: the start, 20 TUBE_PROOF at once from 10:17:47, 17 AVM proofs, a
// PUBLIC_BASE_ROLLUP with its witness.
std::string LogOfB() {
  constexpr Millis kStart = (17 * 60 + 45) * kSecond;
  constexpr Millis kJobs = kStart + 2 * kSecond;
  MachineLog log;
  log.Add(kStart, "bb-prover Using native BB at /usr/bin/bb and working directory /tmp/bb-1");
  log.Add(kStart + 100,
          "bb-prover Using native ACVM at /usr/bin/acvm and working directory /tmp/a-1");
  log.Add(kStart + 900, "aztec Aztec Server listening on port 8080");
  for (int i = 0; i < 20; ++i) {
    log.Enqueue(kJobs, Id(3055, "TUBE_PROOF", i));
    log.Start(kJobs + i, Id(3055, "TUBE_PROOF", i));
    log.Complete(kJobs + 1500 + i * 10, Id(3055, "TUBE_PROOF", i));
  }
  for (int i = 0; i < 17; ++i) {
    const std::string id = Id(3055, "PUBLIC_VM", i);
    log.Enqueue(kJobs + 500, id);
    log.Start(kJobs + 600 + i, id);
    log.Add(kJobs + 700 + i, absl::StrFormat("bb-prover Proving avm-circuit for TX 0x%064x...", i));
  }
  const std::string base = Id(3055, "PUBLIC_BASE_ROLLUP", 0);
  log.Enqueue(kJobs + 2 * kSecond, base);
  log.Start(kJobs + 2100, base);
  log.Add(kJobs + 5300,
          "bb-prover Generated witness {\"circuitName\":\"public-base-rollup\",\"duration\":3200.5,"
          "\"inputSize\":552000,\"outputSize\":1170,\"eventName\":\"circuit-witness-generation\"}");
  log.Complete(kJobs + 7 * kSecond, base);
  return log.Text("Using cached Grumpkin CRS of size 262145\nUsing cached CRS of size 33554433\n");
}

class ReportTest : public testing::Test {
 protected:
  void Import(const std::string& machine, const std::string& text) {
    const std::string path = directory_.Write("prover.log", text);
    const Finished finished = service_.Proverlog(
        {"import", "--prover", "demo", "--machine", machine, "--date", "2025-05-01", path});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
  }

  std::string Report(std::vector<std::string> flags) {
    flags.insert(flags.begin(), "report");
    const Finished finished = service_.Proverlog(std::move(flags));
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  }

  testing_util::TestDatabase database_;
  Service service_{"--database-url=" + database_.conninfo()};
  testing_util::TempDirectory directory_;
};

TEST_F(ReportTest, HasTheFiguresOfThoseThatWereWrittenByHand) {
  Import("A", LogOfA());
  Import("B", LogOfB());
  const std::string report = Report({"--epoch", "3054", "--epoch", "3055"});
  for (const std::string figure :
       {// Which machine ran which epoch, and when.
        "| 3054 | incomplete | A | 2025-05-01 10:03:26.000 | 10:03:49.901 | 23.9 s | 18 | 18 |",
        "| B | 2025-05-01 10:17:47.000 |", "Epoch 3054 ran on A (18 of its attempts, 100 %).",
        "Epoch 3055 began 13 m 57 s after the last instant of epoch 3054.",
        "| TUBE_PROOF | 0 | 8 | 8 | 0 | 0 | 0 | 0 | 0 |",
        // Job types.
        "### PUBLIC_VM (new in epoch 3055)\n\n- **Purpose**: proves the execution",
        "takes the proofs of PUBLIC_VM, TUBE_PROOF; enqueued after one of these had completed: 4 "
        "of 4",
        "| 3054 | 8 | 8 | 0 | 0 | 0 | 2 | 8 | 1.40 s | 1.40 s |",
        "| 3055 | 20 | 20 | 0 | 0 | 0 | 20 | 20 | 1.59 s |",
        "| 3055 | 17 | 0 | 0 | 0 | 17 | 17 | 0 |", "| 3054 | 6 | 6 | 0 | 0 | 0 | 3 | 6 | 2.50 s |",
        "| 3054 | 4 | 4 | 0 | 0 | 0 | 4 | 4 | 4.45 s |",
        "In epoch 3055 up to 20 TUBE_PROOF and up to 17 PUBLIC_VM jobs ran at once.",
        // PUBLIC_VM does not come from TUBE_PROOF: both are leaves.
        "PUBLIC_VM -> PUBLIC_BASE_ROLLUP\n",
        // The start of B.
        "| crs.cached | by 10:17:45.000 | 0 ms | curve Grumpkin, 262,145 points, 16.8 MB |",
        "| crs.cached | by 10:17:45.000 | 0 ms | 33,554,433 points, 2.15 GB |",
        "| process.listening | 10:17:45.900 | 900 ms | port 8080 |",
        "| first job | 10:17:47.000 | 2.00 s |",
        // The witness.
        "| public-base-rollup | 3055 | 1 | 3.20 s | 3.20 s | 3.20 s | 552 kB | 1.17 kB | 472 : 1 |",
        // Transactions: the AVM proofs were begun.
        "17 transactions of which the AVM proof was begun and is not known to be finished:\n\n- "
        "`0x",
        "- `0x0000000000000000000000000000000000000000000000000000000000000003`\n",
        "There are none in these logs, which are complete.",
        "- ✅ No warnings and no error messages\n",
        // Nothing failed.
        "| 3054 | 18 | 18 | 18 | 100 % | 100 % | 0 | 0 | 0 |", "- ✅ No failed jobs\n",
        "- ✅ No retries\n", "- ✅ No time-outs\n"}) {
    EXPECT_THAT(report, HasSubstr(figure));
  }
  EXPECT_THAT(report, Not(HasSubstr("TUBE_PROOF -> PUBLIC_VM")));
  EXPECT_THAT(report, Not(HasSubstr("Incomplete")));
}

// The hand-written one counts what was created and completed in a time.
TEST_F(ReportTest, CountsATimeByItself) {
  Import("A", LogOfA());
  const std::string report =
      Report({"--epoch", "3054", "--from", "2025-05-01 10:03:40", "--to", "2025-05-01 10:03:50"});
  EXPECT_THAT(report, HasSubstr("### 2025-05-01 10:03:40.000 to 10:03:50.000 UTC\n"));
  const std::string window = report.substr(report.find("### 2025-05-01 10:03:40"));
  EXPECT_THAT(window, HasSubstr("| TUBE_PROOF | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |"));
  EXPECT_THAT(window, HasSubstr("| MERGE_ROLLUP | 0 | 4 | 4 | 0 | 0 | 0 | 0 | 0 |"));
  EXPECT_THAT(window, HasSubstr("| MERGE_ROLLUP | 4 | 4 | 4.45 s | 4.45 s |"));
}

TEST_F(ReportTest, WhatCannotBeReportedIsSaid) {
  Import("A", LogOfA());
  const auto fails = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), "report");
    const Finished finished = service_.Proverlog(flags);
    EXPECT_EQ(finished.exit_code, 1);
    return finished.err;
  };
  EXPECT_THAT(fails({"--epoch", "9"}), HasSubstr("has no epoch 9; its latest is 3054"));
  EXPECT_THAT(fails({"--from", "2025-05-01 10:00"}), HasSubstr("both its start and its end"));
  EXPECT_THAT(fails({"--from", "2025-05-01 10:00", "--to", "2025-05-01 09:00"}),
              HasSubstr("is not after the start, 2025-05-01T10:00:00Z"));
  EXPECT_THAT(fails({"--from", "2025-05-02", "--to", "2025-05-03"}),
              HasSubstr("has no epoch in this time"));
}

}  // namespace
}  // namespace proverlog
