#include "normalizer/unknown_messages.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "normalizer/message_template.h"
#include "normalizer/utf8.h"

namespace proverlog {
namespace {

constexpr size_t kMaxModuleBytes = 255;
constexpr size_t kMaxLevelBytes = 32;

// A JSON line's strings may hold anything. A kind is one line, as page tokens and tables need it.
std::string CleanLine(absl::string_view text, size_t max_bytes) {
  return CleanUtf8(text.substr(0, text.find('\n')), max_bytes);
}

}  // namespace

void UnknownMessages::Add(const Record& record, std::optional<UnixMillis> at, int64_t line_offset) {
  UnknownKind kind{CleanLine(record.module, kMaxModuleBytes),
                   CleanLine(record.level, kMaxLevelBytes), MessageTemplate(record.message)};
  if (counts_.size() >= kMaxUnknownKinds && counts_.count(kind) == 0) {
    kind = {"", "", kOtherMessages};
  }
  const auto [entry, is_new] = counts_.try_emplace(std::move(kind));
  UnknownCount& count = entry->second;
  if (is_new) count.line_offset = line_offset;
  ++count.count;
  if (!at) return;
  count.first_at = std::min(*at, count.first_at.value_or(*at));
  count.last_at = std::max(*at, count.last_at.value_or(*at));
}

}  // namespace proverlog
