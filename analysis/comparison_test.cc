#include "analysis/comparison.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analysis/circuit_rates.h"

namespace proverlog {
namespace {

SubjectOnType Row(const std::string& type, double median, double log_error = 0) {
  SubjectOnType row;
  row.type = type;
  row.median = MedianEstimate{median, median * log_error, log_error};
  return row;
}

SubjectFigures Subject(std::vector<SubjectOnType> rows) {
  SubjectFigures figures;
  figures.job_types = std::move(rows);
  return figures;
}

VersionEvidence Printed(const std::string& version) {
  VersionEvidence evidence;
  evidence.AddPrinted(version);
  return evidence;
}

VersionEvidence Ranged(const std::string& versions) {
  VersionEvidence evidence;
  evidence.Add(ParseVersionRange(versions));
  return evidence;
}

SubjectVersions VersionsOf(const std::vector<VersionEvidence>& logs) {
  SubjectVersions versions;
  for (const VersionEvidence& log : logs) versions.Add(log);
  return versions;
}

TEST(ComparisonTest, EachSubjectIsComparedToTheFirst) {
  const auto types =
      CompareSubjects({Subject({Row("A", 100), Row("B", 10)}),
                       Subject({Row("C", 1), Row("A", 200)}), Subject({Row("A", 50)})},
                      {false, false, false}, 0.1);
  ASSERT_EQ(types.size(), 3U);
  EXPECT_EQ(types[0].type, "A");
  ASSERT_EQ(types[0].subjects.size(), 3U);
  EXPECT_FALSE(types[0].subjects[0].against_first);
  EXPECT_EQ(types[0].subjects[1].against_first->ratio, 2);
  EXPECT_EQ(types[0].subjects[1].against_first->verdict, Verdict::kSlower);
  EXPECT_EQ(types[0].subjects[2].against_first->difference, -50);
  EXPECT_EQ(types[0].subjects[2].against_first->verdict, Verdict::kFaster);
  EXPECT_EQ(types[1].type, "B");
  EXPECT_EQ(types[2].type, "C");
  EXPECT_EQ(types[2].subjects[0].subject, 1U);
  EXPECT_FALSE(types[2].subjects[0].against_first);
}

TEST(ComparisonTest, OfOtherCircuitsOnlyTheAvmIsCompared) {
  const std::vector<SubjectFigures> subjects = {
      Subject({Row("PUBLIC_VM", 100), Row("ROOT_ROLLUP", 10)}),
      Subject({Row("PUBLIC_VM", 100), Row("ROOT_ROLLUP", 10)})};
  const auto types = CompareSubjects(subjects, {false, true}, 0.1);
  EXPECT_TRUE(types[0].subjects[1].against_first);
  EXPECT_FALSE(types[1].subjects[1].against_first);
}

TEST(SubjectVersionsTest, DifferInMajorOnlyWhereThatIsSure) {
  const auto differ = [](const std::vector<VersionEvidence>& a,
                         const std::vector<VersionEvidence>& b) {
    const bool one = SubjectVersions::DifferInMajor(VersionsOf(a), VersionsOf(b));
    EXPECT_EQ(one, SubjectVersions::DifferInMajor(VersionsOf(b), VersionsOf(a)));
    return one;
  };
  EXPECT_TRUE(differ({Printed("4.1.2")}, {Printed("5.2.0")}));
  EXPECT_TRUE(differ({Ranged("0.87-4.1")}, {Ranged("5.2")}));
  EXPECT_FALSE(differ({Printed("5.0.1")}, {Printed("5.2.0")}));
  EXPECT_FALSE(differ({Ranged("3.0-5.2")}, {Printed("4.1.2")}));
  EXPECT_FALSE(differ({}, {Printed("4.1.2")}));
  // One of a subject's logs is enough.
  EXPECT_TRUE(differ({Printed("4.1.2"), Printed("5.2.0")}, {Printed("5.2.0")}));
}

TEST(SubjectVersionsTest, DifferInCircuitsBeforeAndAfterThree) {
  const auto differ = [](const VersionEvidence& a, const VersionEvidence& b) {
    const bool one = SubjectVersions::DifferInCircuits(VersionsOf({a}), VersionsOf({b}));
    EXPECT_EQ(one, SubjectVersions::DifferInCircuits(VersionsOf({b}), VersionsOf({a})));
    return one;
  };
  EXPECT_TRUE(differ(Printed("2.0.2"), Printed("3.0.0")));
  EXPECT_TRUE(differ(Ranged("1.1-2.0"), Ranged("5.2")));
  EXPECT_FALSE(differ(Printed("4.1.2"), Printed("5.2.0")));
  EXPECT_FALSE(differ(Ranged("0.87-4.1"), Ranged("5.2")));
}

TEST(CircuitRatesTest, TimeByInputIsOfEveryEpochsRuns) {
  const auto circuit = [](int64_t runs, double p50, std::optional<double> input) {
    CircuitSummary summary;
    summary.circuit = "c";
    summary.step = "witness";
    summary.runs = runs;
    summary.p50 = p50;
    summary.mean_input_size = input;
    return summary;
  };
  CircuitRateCollector collector;
  collector.Add({circuit(1, 100, 1024)});                     // 100 ms a KiB
  collector.Add({circuit(3, 100, 2048), circuit(5, 9, {})});  // 50 ms a KiB
  const auto rates = collector.Rates();
  ASSERT_EQ(rates.size(), 1U);
  EXPECT_EQ(rates[0].runs, 4);
  EXPECT_DOUBLE_EQ(rates[0].mean_input_size, 1792);
  EXPECT_DOUBLE_EQ(rates[0].millis_per_kib, 62.5);
}

}  // namespace
}  // namespace proverlog
