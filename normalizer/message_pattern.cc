#include "normalizer/message_pattern.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/strip.h"
#include "normalizer/scan.h"

namespace proverlog {
namespace {

[[noreturn]] void Fail(absl::string_view pattern) {
  std::fprintf(stderr, "message catalogue: the pattern \"%.*s\" is malformed\n",
               static_cast<int>(pattern.size()), pattern.data());
  std::abort();
}

// A token ends at a space or line end, or before it where the literal that follows stands: the dot
// of "epochNumber=3054. Not", the closing bracket of "(retry 1/3)", the colon of "id=1:A:b: Error".
size_t TokenLength(absl::string_view text, absl::string_view literal_after) {
  const size_t end = WordLength(text);
  if (literal_after.empty() || literal_after[0] == ' ') return end;
  return text.substr(0, end + literal_after.size()).find(literal_after);
}

size_t TextLength(absl::string_view text, absl::string_view literal_after) {
  return literal_after.empty() ? text.size() : text.find(literal_after);
}

}  // namespace

MessagePattern::MessagePattern(absl::string_view text) {
  const absl::string_view whole = text;
  to_the_end_ = absl::ConsumeSuffix(&text, "{end}");
  for (size_t open = text.find('{'); open != absl::string_view::npos; open = text.find('{')) {
    const size_t close = text.find('}', open);
    if (close == absl::string_view::npos || slots_.size() == SlotValues::kMax) Fail(whole);
    literals_.push_back(text.substr(0, open));
    Slot slot;
    slot.name = text.substr(open + 1, close - open - 1);
    slot.is_text = absl::ConsumeSuffix(&slot.name, "...");
    if (slot.name == "any") slot.name = {};
    slots_.push_back(slot);
    text.remove_prefix(close + 1);
  }
  literals_.push_back(text);
}

bool MessagePattern::Match(absl::string_view message, SlotValues& values) const {
  if (!absl::ConsumePrefix(&message, literals_.front())) return false;
  values.Clear();
  for (size_t i = 0; i < slots_.size(); ++i) {
    const absl::string_view literal_after = literals_[i + 1];
    const size_t length = slots_[i].is_text ? TextLength(message, literal_after)
                                            : TokenLength(message, literal_after);
    if (length == absl::string_view::npos) return false;
    if (!slots_[i].name.empty()) values.Add(slots_[i].name, message.substr(0, length));
    message.remove_prefix(length);
    if (!absl::ConsumePrefix(&message, literal_after)) return false;
  }
  return !to_the_end_ || message.empty();
}

}  // namespace proverlog
