#include "normalizer/ansi.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "normalizer/scan.h"

namespace proverlog {
namespace {

constexpr char kEscape = '\x1b';

// Length of a `[<digits and semicolons>m` at the start of `text`, else 0.
size_t ColourLength(absl::string_view text) {
  constexpr size_t kLongest = 16;
  if (text.empty() || text[0] != '[') return 0;
  for (size_t i = 1; i < text.size() && i < kLongest; ++i) {
    if (text[i] == 'm') return i > 1 ? i + 1 : 0;
    if (!absl::ascii_isdigit(text[i]) && text[i] != ';') return 0;
  }
  return 0;
}

// Some ways of copying a log lose every ESC: the level of a pretty line tells.
bool LevelIsColoured(absl::string_view text) {
  constexpr size_t kLevelAt = 15;  // after "[HH:MM:SS.mmm] "
  return text.size() > kLevelAt && text[0] == '[' && text[kLevelAt - 2] == ']' &&
         ColourLength(text.substr(kLevelAt)) > 0;
}

}  // namespace

absl::string_view StripColours(absl::string_view text, std::string& buffer) {
  if (FindChar(text, kEscape) == absl::string_view::npos && !LevelIsColoured(text)) return text;
  buffer.clear();
  size_t at = 0;
  size_t escape = FindChar(text, kEscape);
  size_t bracket = FindChar(text, '[');
  for (;;) {
    const size_t next = std::min({escape, bracket, text.size()});
    buffer.append(text.data() + at, next - at);
    if (next == text.size()) break;
    const size_t begin = next + (text[next] == kEscape ? 1 : 0);
    const size_t colour = ColourLength(text.substr(begin));
    if (colour == 0) buffer.push_back(text[next]);
    at = colour == 0 ? next + 1 : begin + colour;
    if (escape < at) escape = FindChar(text, kEscape, at);
    if (bracket < at) bracket = FindChar(text, '[', at);
  }
  return buffer;
}

}  // namespace proverlog
