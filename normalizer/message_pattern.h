#ifndef PROVERLOG_NORMALIZER_MESSAGE_PATTERN_H_
#define PROVERLOG_NORMALIZER_MESSAGE_PATTERN_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// The texts that a pattern took from a message, by the names of its slots. They point into the
// message.
class SlotValues {
 public:
  static constexpr size_t kMax = 8;

  // The value of the slot, or a null view where the pattern has none of this name.
  absl::string_view operator[](absl::string_view name) const {
    for (const Value& value : *this) {
      if (value.name == name) return value.text;
    }
    return {};
  }

  struct Value {
    absl::string_view name;
    absl::string_view text;
  };
  const Value* begin() const { return values_.data(); }
  const Value* end() const { return values_.data() + size_; }
  void Clear() { size_ = 0; }
  void Add(absl::string_view name, absl::string_view text) { values_[size_++] = {name, text}; }

 private:
  std::array<Value, kMax> values_;
  size_t size_ = 0;
};

// A message template of Aztec's source with its variable parts named:
//
//   Proving job complete id={job} type={any} totalAttempts={attempt}
//
// {name} takes a token (up to a space or the end), {name...} takes text up to what follows in the
// pattern; {any} and {any...} are not kept. What follows the pattern in a message is ignored, so
// that a version that says more is still understood, unless the pattern ends with "{end}".
// Immutable.
class MessagePattern {
 public:
  // `text` is a constant of the catalogue and outlives the pattern; one that is malformed is a
  // programming error and aborts.
  explicit MessagePattern(absl::string_view text);

  // Returns whether the message has the pattern, with its slots in `values`; else these mean
  // nothing.
  bool Match(absl::string_view message, SlotValues& values) const;

  // The text before the first slot: every message of the pattern begins with it.
  absl::string_view prefix() const { return literals_.front(); }

 private:
  struct Slot {
    absl::string_view name;  // empty: not kept
    bool is_text = false;
  };

  std::vector<absl::string_view> literals_;  // one more than slots_
  std::vector<Slot> slots_;
  bool to_the_end_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_MESSAGE_PATTERN_H_
