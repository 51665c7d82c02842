#include "alerts/rule.h"

#include "absl/algorithm/container.h"

namespace proverlog {

const std::vector<Rule>& BuiltInRules() {
  static const std::vector<Rule> rules;
  return rules;
}

const Rule* FindRule(absl::string_view name) {
  const auto found =
      absl::c_find_if(BuiltInRules(), [&](const Rule& rule) { return rule.name == name; });
  return found == BuiltInRules().end() ? nullptr : &*found;
}

const std::vector<std::string>& ViewedEventKinds() {
  static const std::vector<std::string> kinds;
  return kinds;
}

}  // namespace proverlog
