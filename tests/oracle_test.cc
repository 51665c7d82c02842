// The figures of real logs, compared with counts that an independent script worked out
// (tests/oracle/count_jobs.py; tests/data/README.md says what it leaves out and why).

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
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

StreamCounts NormalizeText(const std::string& machine, const std::string& source,
                           const std::string& text, JobSet& jobs) {
  static const MessageIndex index;
  StreamLabels labels{1, machine, source, {Anchor{0, kSomeDay, "UTC"}}};
  auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
  EXPECT_TRUE(normalizer.ok()) << normalizer.status();
  normalizer->Feed(text, jobs);
  normalizer->Seal(jobs);
  return normalizer->progress().counts;
}

StreamCounts Normalize(const std::string& machine, const std::string& file, JobSet& jobs) {
  return NormalizeText(machine, file, ReadAll(TestDataPath(file)), jobs);
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

// The ways in which runtimes and shippers wrap a line; $T is its instant, $L the line, $J the line
// as a JSON string without its closing quote.
class WrapperTest : public testing::TestWithParam<const char*> {};

std::string JsonString(absl::string_view line) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(line, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\x1b", "\\u001b"}}));
}

std::string Wrap(const std::string& log, const std::string& wrapper) {
  std::string wrapped;
  std::string time_of_day = "00:00:00.000";
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(log, "\n"), '\n')) {
    if (line.size() > 13 && line[0] == '[' && line[13] == ']')
      time_of_day = std::string(line.substr(1, 12));
    absl::StrAppend(
        &wrapped,
        absl::StrReplaceAll(
            wrapper, {{"$T", "2026-11-21T" + time_of_day}, {"$L", line}, {"$J", JsonString(line)}}),
        "\n");
  }
  return wrapped;
}

TEST_P(WrapperTest, ChangesNoFigure) {
  for (const std::string name : {"5.2.0-pretty-info", "1.1.3-color-info"}) {
    JobSet jobs;
    const std::string log = ReadAll(TestDataPath(name + ".log.gz"));
    NormalizeText("m", name, Wrap(log, GetParam()), jobs);
    ExpectEpochsSameAsOracle(jobs, TestDataPath(name + ".expected.json"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Wrappers, WrapperTest,
    testing::Values("prover-1  | $L", "$TZ stderr F $L", "$T000000Z $L", "node-1  | $T123Z $L",
                    "[pod/prover-0/broker] $L", "$T+0000 host aztec[17]: $L",
                    R"({"log":$J\n","stream":"stderr","time":"$T000000Z"})",
                    R"({"MESSAGE":$J","time":"$TZ","SYSLOG_IDENTIFIER":"aztec"})"));

TEST(OracleTest, TwoMachinesInThreeFiles) {
  JobSet jobs;
  Normalize("prover-a", "samples/broker.log", jobs);
  Normalize("prover-a", "samples/agent-a.log", jobs);
  Normalize("prover-b", "samples/agent-b.log", jobs);
  ExpectEpochsSameAsOracle(jobs, TestDataPath("samples/expected.json"));
}

}  // namespace
}  // namespace proverlog
