// docs/alerts.md against the rules that are built in.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "alerts/rule.h"
#include "alerts/rule_text.h"

namespace proverlog {
namespace {

// "`wait` 120 s: For how long a proof may wait."
std::string ThresholdText(const Threshold& threshold) {
  return absl::StrCat("`", threshold.name, "` ", threshold.value, threshold.unit.empty() ? "" : " ",
                      threshold.unit, ": ", threshold.meaning);
}

// " epoch, machine; thresholds also type"
std::string LabelsText(const Rule& rule) {
  std::string text = absl::StrJoin(rule.labels, ", ");
  if (!rule.threshold_labels.empty()) {
    absl::StrAppend(&text, "; thresholds also ", absl::StrJoin(rule.threshold_labels, ", "));
  }
  return text.empty() ? text : absl::StrCat(" ", text);
}

// How the rule's row begins.
std::string RowOf(const Rule& rule) {
  std::string row = absl::StrCat("| `", rule.name, "` | ", rule.what, " | ", rule.why, " | ");
  for (const Threshold& threshold : rule.thresholds) {
    absl::StrAppend(&row, &threshold == rule.thresholds.data() ? "" : "<br>",
                    ThresholdText(threshold));
  }
  absl::StrAppend(&row, rule.thresholds.empty() ? "| " : " | ",
                  rule.hold == absl::ZeroDuration()
                      ? ""
                      : LengthText(absl::ToInt64Milliseconds(rule.hold)) + " ",
                  "| ", rule.severity, " |", LabelsText(rule), " | ");
  return row;
}

TEST(AlertsDocTest, HasEveryRuleWithItsThresholdsInOrder) {
  std::ifstream file("docs/alerts.md");
  std::stringstream text;
  text << file.rdbuf();
  std::vector<std::string> rows;
  for (const absl::string_view line : absl::StrSplit(text.str(), '\n')) {
    if (absl::StartsWith(line, "| `")) rows.emplace_back(line);
  }
  ASSERT_EQ(rows.size(), BuiltInRules().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string expected = RowOf(BuiltInRules()[i]);
    EXPECT_EQ(rows[i].substr(0, expected.size()), expected);
    const std::string covers = absl::StrJoin(BuiltInRules()[i].covers, ", ");
    EXPECT_TRUE(absl::EndsWith(rows[i], absl::StrCat("| ", covers, " |"))) << rows[i];
  }
}

}  // namespace
}  // namespace proverlog
