// `proverlog progress` and `proverlog submissions` on the logs of a simulated prover.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "client/format/table.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/simulated_prover.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_util::Finished;

class ProgressTest : public testing::Test {
 protected:
  // Three epochs that were proven, and a fourth of which half has happened.
  ProgressTest() {
    generator::GeneratorOptions options;
    options.release = generator::Release::k5_2;
    options.epochs = 4;
    options.machines = 1;
    options.agents = 20;
    options.abort_rate = options.restart_rate = 0;
    const testing_util::SimulatedProver simulated(options);
    const UnixMillis cut = Middle(simulated);
    std::vector<std::string> command = {"import", "--prover", "demo",      "--machine",
                                        "m",      "--date",   "2026-11-21"};
    std::vector<std::string> texts(simulated.logs.size());
    for (const testing_util::RawLine& line : RawLines(simulated)) {
      if (line.at > cut) continue;
      absl::StrAppend(
          &texts[line.log],
          absl::FormatTime("[%H:%M:%E3S]", absl::FromUnixMillis(line.at), absl::UTCTimeZone()),
          line.text, "\n");
    }
    for (size_t log = 0; log < texts.size(); ++log) {
      command.push_back(directory_.Write(simulated.logs[log].name, texts[log]));
    }
    const Finished imported = service_.Proverlog(command);
    EXPECT_EQ(imported.exit_code, 0) << imported.err;
  }

  // Of the last epoch's time.
  static UnixMillis Middle(const testing_util::SimulatedProver& simulated) {
    UnixMillis begin = 0, end = 0;
    for (const generator::GeneratedJob& job : simulated.jobs) {
      if (job.id.epoch != simulated.jobs.back().id.epoch) continue;
      begin = begin == 0 ? job.enqueued_at : std::min(begin, job.enqueued_at);
      end = std::max(end, job.enqueued_at);
    }
    return (begin + end) / 2;
  }

  std::string Ask(const std::vector<std::string>& command) {
    const Finished finished = service_.Proverlog(command);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    for (const absl::string_view line : absl::StrSplit(finished.out, '\n')) {
      EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
    }
    return finished.out;
  }

  testing_util::TempDirectory directory_;
  testing_util::TestDatabase database_;
  testing_util::Service service_{"--database-url=" + database_.conninfo()};
};

TEST_F(ProgressTest, TheLatestEpochIsUnderWay) {
  const std::string out = Ask({"progress"});
  EXPECT_THAT(out, StartsWith("Epoch 3057 of demo: in progress\nAs of 2026-11-21 00:"));
  EXPECT_THAT(out, HasSubstr("Proof on L1: about 2026-11-21 00:"));
  EXPECT_THAT(out, HasSubstr(" in 50% of cases\n"));
  EXPECT_THAT(out, HasSubstr("Deadline:    not known"));
  EXPECT_THAT(out, HasSubstr("ROOT_ROLLUP "));
  EXPECT_THAT(Ask({"progress", "--slot-duration", "72s", "--epoch-slots", "32"}),
              HasSubstr("with the times that were given"));
  EXPECT_THAT(Ask({"progress", "3056"}), HasSubstr("It is over: from 2026-11-21 00:"));
  EXPECT_THAT(Ask({"progress", "--format", "json"}), HasSubstr("\"expectedBasis\""));
}

TEST_F(ProgressTest, SubmissionsComeFromTheLatest) {
  const std::string out = Ask({"submissions", "--limit", "2"});
  EXPECT_THAT(out, HasSubstr("\n 3057  in progress "));
  EXPECT_THAT(out, HasSubstr("\n 3056  published "));
  EXPECT_THAT(out, HasSubstr("3,284,321"));
  EXPECT_THAT(out, HasSubstr("0.00492648"));
  EXPECT_THAT(out, HasSubstr("the next page: --page-token "));
  EXPECT_THAT(Ask({"submissions", "--format", "json"}), HasSubstr("\"feeEth\""));
}

TEST_F(ProgressTest, BadInputIsNamed) {
  Finished finished =
      service_.Proverlog({"progress", "--slot-duration", "soon", "--epoch-slots", "32"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("--slot-duration: \"soon\" is no duration"));
  finished = service_.Proverlog({"submissions", "--slot-duration", "72s"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_THAT(finished.err, HasSubstr("--slot-duration requires --epoch-slots"));
  finished = service_.Proverlog({"submissions", "--slot-duration", "72s", "--epoch-slots", "1001"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("--epoch-slots: 1001 is not between 1 and 1000"));
  finished = service_.Proverlog({"progress", "12"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("its latest is 3057"));
  for (const char* command : {"progress", "submissions"}) {
    EXPECT_THAT(service_.Proverlog({command, "--help"}).out,
                HasSubstr(absl::StrCat("  proverlog ", command)));
  }
}

}  // namespace
}  // namespace proverlog
