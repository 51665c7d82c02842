#include "alerts/rule.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/algorithm/container.h"
#include "alerts/label_names.h"
#include "alerts/rule_text.h"
#include "tests/testing_util/prover_views.h"

namespace proverlog {
namespace {

TEST(RuleTest, NamesAreUniqueAndThoseThatAreCoveredExist) {
  std::set<absl::string_view> names;
  for (const Rule& rule : BuiltInRules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_EQ(rule.what.back(), '.');
    EXPECT_EQ(rule.why.back(), '.');
    for (const Threshold& threshold : rule.thresholds) EXPECT_EQ(threshold.meaning.back(), '.');
    for (const absl::string_view label : rule.labels) {
      EXPECT_TRUE(absl::c_linear_search(LabelNames(), label)) << rule.name << " " << label;
    }
    for (const absl::string_view label : rule.threshold_labels) {
      EXPECT_TRUE(absl::c_linear_search(LabelNames(), label)) << rule.name << " " << label;
      EXPECT_FALSE(HasLabel(rule, label)) << rule.name << " " << label;
    }
  }
  for (const Rule& rule : BuiltInRules()) {
    for (const absl::string_view covered : rule.covers) {
      EXPECT_EQ(names.count(covered), 1) << rule.name << " covers " << covered;
      EXPECT_NE(covered, rule.name);
    }
  }
  EXPECT_EQ(FindRule("job_failed")->name, "job_failed");
  EXPECT_EQ(FindRule("job_fail"), nullptr);
}

TEST(RuleTest, NothingIsFoundWhereNothingIsKnown) {
  for (const Rule& rule : BuiltInRules()) {
    EXPECT_TRUE(testing_util::Find(rule.name, ProverView()).empty()) << rule.name;
    EXPECT_TRUE(testing_util::Find(rule.name, testing_util::OpenView()).empty()) << rule.name;
  }
}

TEST(RuleTextTest, Lengths) {
  EXPECT_EQ(LengthText(850), "850 ms");
  EXPECT_EQ(LengthText(1000), "1 s");
  EXPECT_EQ(LengthText(1250), "1.2 s");
  EXPECT_EQ(LengthText(59'999), "59 s");
  EXPECT_EQ(LengthText(200'000), "3 min 20 s");
  EXPECT_EQ(LengthText(4'320'000), "1 h 12 min");
  EXPECT_EQ(LengthText(90'000'000), "1 d 1 h");
  EXPECT_EQ(LengthText(-1000), "-1 s");
}

TEST(RuleTextTest, LongWordsAreCutBetweenCharacters) {
  EXPECT_EQ(Shortened("one\ntwo"), "one");
  EXPECT_EQ(Shortened(std::string(159, 'x') + "ä"), std::string(159, 'x') + "...");
}

}  // namespace
}  // namespace proverlog
