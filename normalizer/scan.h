#ifndef PROVERLOG_NORMALIZER_SCAN_H_
#define PROVERLOG_NORMALIZER_SCAN_H_

#include <algorithm>
#include <cstring>

#include "absl/strings/string_view.h"

namespace proverlog {

// Where the character stands first at or after `from`; npos where it does not. As string_view's
// find, and inline: it is what most of a line's time would go to.
inline size_t FindChar(absl::string_view text, char c, size_t from = 0) {
  if (from >= text.size()) return absl::string_view::npos;
  const void* const found = std::memchr(text.data() + from, c, text.size() - from);
  if (found == nullptr) return absl::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

inline absl::string_view FirstLine(absl::string_view text) {
  return text.substr(0, FindChar(text, '\n'));
}

// The length of the text up to a space or the line's end.
inline size_t WordLength(absl::string_view text) {
  text = text.substr(0, FindChar(text, ' '));
  return std::min(FindChar(text, '\n'), text.size());
}

// The number of kCount digits at `text`, or -1.
template <size_t kCount>
int ReadDigits(const char* text) {
  int value = 0;
  for (size_t i = 0; i < kCount; ++i) {
    const int digit = text[i] - '0';
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_SCAN_H_
