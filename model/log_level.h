#ifndef PROVERLOG_MODEL_LOG_LEVEL_H_
#define PROVERLOG_MODEL_LOG_LEVEL_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace proverlog {

// How grave a record is, by Aztec's own levels (foundation/src/log), the least grave first.
enum class LogLevel : uint8_t { kTrace, kDebug, kVerbose, kInfo, kWarn, kError, kFatal };

// "warn"
absl::string_view LogLevelName(LogLevel level);

// Of a record's level, in any case. winston's SILLY is TRACE; of pino's numbers one that has no
// name is the level below it.
std::optional<LogLevel> ParseLogLevel(absl::string_view level);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_LOG_LEVEL_H_
