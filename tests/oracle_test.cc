// The figures of real logs, compared with counts that an independent script worked out
// (tests/oracle/count_jobs.py; tests/data/README.md says what it leaves out and why).

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analysis/epoch_summary.h"
#include "analysis/job_set.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/stream_normalizer.h"
#include "tests/testing_util/expected_counts.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

using testing_util::ExpectSameAsOracle;
using testing_util::OracleEpochs;
using testing_util::OracleNumber;
using testing_util::ReadAll;
using testing_util::TestDataPath;

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

StreamCounts Normalize(const std::string& machine, const std::string& file, JobSet& jobs) {
  static const MessageIndex index;
  StreamLabels labels{1, machine, file, {Anchor{0, kSomeDay, "UTC"}}};
  auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
  EXPECT_TRUE(normalizer.ok()) << normalizer.status();
  normalizer->Feed(ReadAll(TestDataPath(file)), jobs);
  normalizer->Seal(jobs);
  return normalizer->progress().counts;
}

void ExpectEpochsSameAsOracle(const JobSet& jobs, const std::string& expected) {
  std::vector<int32_t> epochs;
  for (const auto& [epoch, epoch_jobs] : jobs.DeriveByEpoch()) {
    const EpochSummary summary = SummarizeEpoch(epoch, epoch_jobs);
    if (summary.totals.jobs == 0) continue;
    epochs.push_back(epoch);
    ExpectSameAsOracle(summary, expected);
  }
  EXPECT_EQ(epochs, OracleEpochs(expected));
}

class OracleTest : public testing::TestWithParam<std::string> {};

TEST_P(OracleTest, EveryFigureOfEveryEpoch) {
  const std::string expected = TestDataPath(GetParam() + ".expected.json");
  JobSet jobs;
  const StreamCounts counts = Normalize("m", GetParam() + ".log.gz", jobs);
  EXPECT_EQ(counts.lines, OracleNumber(expected, "lines"));
  EXPECT_EQ(counts.records, OracleNumber(expected, "records"));
  EXPECT_EQ(counts.undated, 0);
  ExpectEpochsSameAsOracle(jobs, expected);
}

INSTANTIATE_TEST_SUITE_P(Logs, OracleTest,
                         testing::Values("1.1.3-pretty-info", "1.1.3-color-info", "1.1.3-json-info",
                                         "5.2.0-pretty-info", "5.2.0-json-info"),
                         [](const auto& test) {
                           std::string name = test.param;
                           for (char& c : name) c = std::isalnum(c) != 0 ? c : '_';
                           return name;
                         });

TEST(OracleTest, TwoMachinesInThreeFiles) {
  JobSet jobs;
  Normalize("prover-a", "samples/broker.log", jobs);
  Normalize("prover-a", "samples/agent-a.log", jobs);
  Normalize("prover-b", "samples/agent-b.log", jobs);
  ExpectEpochsSameAsOracle(jobs, TestDataPath("samples/expected.json"));
}

}  // namespace
}  // namespace proverlog
