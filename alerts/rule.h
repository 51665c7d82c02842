#ifndef PROVERLOG_ALERTS_RULE_H_
#define PROVERLOG_ALERTS_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "alerts/prover_view.h"
#include "model/alert.h"

namespace proverlog {

// A number that a rule compares with. Operators may set another one.
struct Threshold {
  absl::string_view name;     // e.g. "share_of_window"
  double value = 0;           // where nobody sets another one
  absl::string_view unit;     // "", "s", "%", ...
  absl::string_view meaning;  // one sentence
};

// What a rule is told of its settings.
class ThresholdReader {
 public:
  virtual ~ThresholdReader() = default;
  // The value of the rule's threshold for what the labels name: all that the finding will have, and
  // those of Rule::threshold_labels (the prover is known). The name is one of the rule's.
  virtual double Get(absl::string_view name, const Labels& about = {}) const = 0;
};

// One rule: a readable unit. docs/alerts.md has the same, a test compares the two.
struct Rule {
  absl::string_view name;  // e.g. "epoch_at_risk"
  absl::string_view what;  // one sentence: when it fires
  absl::string_view why;   // one sentence: what it costs
  std::vector<Threshold> thresholds;
  absl::Duration hold;         // for so long it must hold before it fires
  absl::string_view severity;  // which ones its findings have, e.g. "info; warning from 3 on"
  // That its findings have, all or some of them; nothing else can be set or silenced for them.
  std::vector<absl::string_view> labels;
  // Rules whose findings with the same machine (or epoch, where this one names no machine) are a
  // consequence of this one's, where they are not more severe: they start no alert beside it.
  std::vector<absl::string_view> covers;
  std::vector<Finding> (*find)(const ProverView& view, const ThresholdReader& thresholds);
  bool live_only = false;  // it says nothing of a replayed view
  // For what else its thresholds can be set: for parts of what one finding is about.
  std::vector<absl::string_view> threshold_labels = {};
};

// All that are built in, by theme, in the order of docs/alerts.md.
const std::vector<Rule>& BuiltInRules();
const Rule* FindRule(absl::string_view name);

// Whether findings of the rule may have the label, or are matched by it: "prover" all are.
bool HasLabel(const Rule& rule, absl::string_view label);
// What to say of one that they do not have.
std::string NoLabelOf(const Rule& rule, absl::string_view label);

// The kinds of events that ProverView::events has.
const std::vector<std::string>& ViewedEventKinds();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_RULE_H_
