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
  // The value of the rule's threshold for what the labels name (machine, type, ...; the prover is
  // known). The name is one of the rule's.
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
  // Rules whose findings with the same machine (or epoch, where this one names no machine) are a
  // consequence of this one's, where they are not more severe: they start no alert beside it.
  std::vector<absl::string_view> covers;
  std::vector<Finding> (*find)(const ProverView& view, const ThresholdReader& thresholds);
  bool live_only = false;  // it says nothing of a replayed view
};

// All that are built in, by theme, in the order of docs/alerts.md.
const std::vector<Rule>& BuiltInRules();
const Rule* FindRule(absl::string_view name);

// The kinds of events that ProverView::events has.
const std::vector<std::string>& ViewedEventKinds();

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_RULE_H_
