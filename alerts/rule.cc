#include "alerts/rule.h"

#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "alerts/data_rules.h"
#include "alerts/epoch_rules.h"
#include "alerts/job_rules.h"
#include "alerts/machine_rules.h"
#include "alerts/retry_rules.h"
#include "alerts/startup_rules.h"
#include "alerts/stuck_rules.h"
#include "analysis/startup.h"

namespace proverlog {

const std::vector<Rule>& BuiltInRules() {
  static const auto* const kRules = [] {
    auto* rules = new std::vector<Rule>;
    for (const auto theme :
         {EpochRules, JobRules, RetryRules, StuckRules, MachineRules, StartupRules, DataRules}) {
      std::vector<Rule> of_theme = theme();
      std::move(of_theme.begin(), of_theme.end(), std::back_inserter(*rules));
    }
    return rules;
  }();
  return *kRules;
}

const Rule* FindRule(absl::string_view name) {
  const auto found =
      absl::c_find_if(BuiltInRules(), [&](const Rule& rule) { return rule.name == name; });
  return found == BuiltInRules().end() ? nullptr : &*found;
}

bool HasLabel(const Rule& rule, absl::string_view label) {
  return label == "prover" || absl::c_linear_search(rule.labels, label);
}

std::string NoLabelOf(const Rule& rule, absl::string_view label) {
  return absl::StrCat("\"", label, "\" is no label of ", rule.name, ", which has prover",
                      rule.labels.empty() ? "" : ", ", absl::StrJoin(rule.labels, ", "));
}

const std::vector<std::string>& ViewedEventKinds() {
  static const auto* const kKinds = [] {
    auto* kinds = new std::vector<std::string>(StartupKinds());
    for (const char* kind :
         {"agent.failed", "broker.refused", "broker.unreachable", "call.failed", "loop.failed",
          "process.misconfigured", "standby.entered", "standby.left", "standby.waiting"}) {
      kinds->emplace_back(kind);
    }
    return kinds;
  }();
  return *kKinds;
}

}  // namespace proverlog
