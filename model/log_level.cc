#include "model/log_level.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace proverlog {
namespace {

struct Named {
  absl::string_view name;
  int number;  // pino's; verbose is Aztec's own
  LogLevel level;
};
constexpr Named kLevels[] = {
    {"trace", 10, LogLevel::kTrace},     {"debug", 20, LogLevel::kDebug},
    {"verbose", 25, LogLevel::kVerbose}, {"info", 30, LogLevel::kInfo},
    {"warn", 40, LogLevel::kWarn},       {"error", 50, LogLevel::kError},
    {"fatal", 60, LogLevel::kFatal},
};

}  // namespace

absl::string_view LogLevelName(LogLevel level) { return kLevels[static_cast<size_t>(level)].name; }

std::optional<LogLevel> ParseLogLevel(absl::string_view level) {
  std::optional<LogLevel> parsed;
  int number = 0;
  if (absl::SimpleAtoi(level, &number)) {
    for (const Named& named : kLevels) {
      if (number >= named.number) parsed = named.level;
    }
    return parsed;
  }
  for (const Named& named : kLevels) {
    if (absl::EqualsIgnoreCase(level, named.name)) return named.level;
  }
  if (absl::EqualsIgnoreCase(level, "silly")) return LogLevel::kTrace;
  return std::nullopt;
}

}  // namespace proverlog
