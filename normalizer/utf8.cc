#include "normalizer/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace proverlog {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

uint8_t ByteAt(absl::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// The length that a first byte announces, 0 where it cannot begin a character.
size_t AnnouncedLength(uint8_t first) {
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// Rules out overlong forms, surrogates and what lies beyond U+10FFFF (Unicode 15, table 3-7).
bool SecondByteAllowed(uint8_t first, uint8_t second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

// The length of the valid character at the start of the text, else 0.
size_t CharacterLength(absl::string_view text) {
  const uint8_t first = ByteAt(text, 0);
  const size_t length = AnnouncedLength(first);
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((ByteAt(text, i) & 0xC0) != 0x80) return 0;
  }
  return length == 1 || SecondByteAllowed(first, ByteAt(text, 1)) ? length : 0;
}

// How much of the text needs no look at its characters.
size_t PlainLength(absl::string_view text) {
  constexpr uint64_t kLowBits = 0x0101010101010101;
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof(eight));
    // The high bit of a byte is left where it is beyond ASCII or, borrowed, where it is 0.
    if (((eight | (eight - kLowBits)) & kHighBits) != 0) break;
  }
  while (at < text.size() && text[at] > 0) ++at;
  return at;
}

}  // namespace

std::string CleanUtf8(absl::string_view text, size_t max_bytes) {
  std::string clean;
  CleanUtf8(text, max_bytes, clean);
  return clean;
}

void CleanUtf8(absl::string_view text, size_t max_bytes, std::string& clean) {
  const size_t plain = std::min(PlainLength(text), max_bytes);
  clean.assign(text.data(), plain);
  text.remove_prefix(plain);
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const absl::string_view next = length == 0 ? kReplacement : text.substr(0, length);
    if (clean.size() + next.size() > max_bytes) break;
    clean.append(next.data(), next.size());
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

}  // namespace proverlog
