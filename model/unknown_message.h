#ifndef PROVERLOG_MODEL_UNKNOWN_MESSAGE_H_
#define PROVERLOG_MODEL_UNKNOWN_MESSAGE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/time.h"

namespace proverlog {

// Messages that are not in the catalogue and differ in their variable parts only.
struct UnknownKind {
  std::string module;
  std::string level;
  std::string message_template;

  friend auto operator<=>(const UnknownKind& a, const UnknownKind& b) = default;
};

// The records of one kind.
struct UnknownCount {
  int64_t count = 0;
  std::optional<UnixMillis> first_at;  // of those that are dated
  std::optional<UnixMillis> last_at;
  int64_t line_offset = 0;  // where the first of them begins in its stream

  friend bool operator==(const UnknownCount& a, const UnknownCount& b) = default;
};

using UnknownCounts = std::map<UnknownKind, UnknownCount>;

// More kinds of one stream are not told apart: they are counted as one more kind, this one, which
// has no module and no level. With that many, the steps in which a stream is read decide which
// kinds are among the others; no record is lost or counted twice.
inline constexpr size_t kMaxUnknownKinds = 1000;
inline constexpr char kOtherMessages[] = "(other messages)";

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_UNKNOWN_MESSAGE_H_
