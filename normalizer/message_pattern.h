#ifndef PROVERLOG_NORMALIZER_MESSAGE_PATTERN_H_
#define PROVERLOG_NORMALIZER_MESSAGE_PATTERN_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// What a pattern can take from a message.
enum class Slot : uint8_t {
  kJob,      // {job}      a job id
  kOldJob,   // {old_job}  the job id that an agent gives up
  kAttempt,  // {attempt}  a number of attempts or retries
  kRetry,    // {retry}    true or false
  kSettled,  // {settled}  true or false
  kError,    // {error}    text, up to what follows in the pattern, or to the end
  kAny,      // {any}      a token that is not used
};
inline constexpr size_t kSlotCount = 7;

// The texts that a pattern took, empty where it has no such slot. They point into the message.
class SlotValues {
 public:
  absl::string_view operator[](Slot slot) const { return values_[static_cast<size_t>(slot)]; }
  void Set(Slot slot, absl::string_view value) { values_[static_cast<size_t>(slot)] = value; }

 private:
  std::array<absl::string_view, kSlotCount> values_;
};

// A message template of Aztec's source with its variable parts named:
//
//   Proving job complete id={job} type={any} totalAttempts={attempt}
//
// A slot takes a token (up to a space or the end), {error} takes text. What follows the pattern in
// a message is ignored, so that a version that says more is still understood, unless the pattern
// ends with "{end}". Immutable.
class MessagePattern {
 public:
  // `text` is a constant of the catalogue and outlives the pattern; a slot name that does not exist
  // is a programming error and aborts.
  explicit MessagePattern(absl::string_view text);

  std::optional<SlotValues> Match(absl::string_view message) const;

  // The text before the first slot: every message of the pattern begins with it.
  absl::string_view prefix() const { return literals_.front(); }

 private:
  std::vector<absl::string_view> literals_;  // one more than slots_
  std::vector<Slot> slots_;
  bool to_the_end_ = false;
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_MESSAGE_PATTERN_H_
