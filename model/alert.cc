#include "model/alert.h"

#include <array>
#include <cstddef>

namespace proverlog {
namespace {

constexpr std::array<absl::string_view, 3> kSeverities = {"info", "warning", "critical"};
constexpr std::array<absl::string_view, 3> kStates = {"pending", "firing", "resolved"};

template <typename Enum>
std::optional<Enum> Find(const std::array<absl::string_view, 3>& names, absl::string_view name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

absl::string_view SeverityName(Severity severity) {
  return kSeverities[static_cast<size_t>(severity)];
}

std::optional<Severity> ParseSeverity(absl::string_view name) {
  return Find<Severity>(kSeverities, name);
}

absl::string_view AlertStateName(AlertState state) { return kStates[static_cast<size_t>(state)]; }

std::optional<AlertState> ParseAlertState(absl::string_view name) {
  return Find<AlertState>(kStates, name);
}

}  // namespace proverlog
