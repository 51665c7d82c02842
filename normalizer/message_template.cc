#include "normalizer/message_template.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "normalizer/utf8.h"

namespace proverlog {
namespace {

constexpr size_t kMaxBytes = 200;
constexpr size_t kShortestHex = 8;

template <typename Predicate>
size_t Run(absl::string_view text, Predicate predicate) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), predicate) - text.begin());
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }
bool IsWordChar(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The length of `12`, `12.5`, `1,234`.
size_t NumberLength(absl::string_view text) {
  size_t length = Run(text, IsDigit);
  while (length > 0 && length + 1 < text.size() && (text[length] == '.' || text[length] == ',') &&
         IsDigit(text[length + 1])) {
    length += 1 + Run(text.substr(length + 1), IsDigit);
  }
  return length;
}

// The length of `0x3fa2`, of eight hexadecimal digits or more with a digit among them, or of a
// UUID.
size_t HexLength(absl::string_view text) {
  if (absl::StartsWith(text, "0x")) {
    const size_t digits = Run(text.substr(2), IsHex);
    return digits == 0 ? 0 : digits + 2;
  }
  if (!IsHex(text[0])) return 0;
  const size_t length = Run(text, [](char c) { return IsHex(c) || c == '-'; });
  const bool ends = length == text.size() || !IsWordChar(text[length]);
  const bool has_digit = std::any_of(text.begin(), text.begin() + length, IsDigit);
  return length >= kShortestHex && ends && has_digit ? length : 0;
}

// The length of `3054:PUBLIC_VM:be75...`.
size_t JobLength(absl::string_view text) {
  const size_t epoch = Run(text, IsDigit);
  if (epoch == 0 || text.substr(epoch, 1) != ":") return 0;
  const size_t type = Run(text.substr(epoch + 1), IsWordChar);
  const size_t hash_at = epoch + 1 + type + 1;
  if (type == 0 || hash_at > text.size() || text[hash_at - 1] != ':') return 0;
  const size_t hash = Run(text.substr(hash_at), IsHex);
  return hash == 0 ? 0 : hash_at + hash;
}

size_t QuotedLength(absl::string_view text) {
  if (text[0] != '\'' && text[0] != '"') return 0;
  const size_t end = text.find(text[0], 1);
  return end == absl::string_view::npos ? 0 : end + 1;
}

// The length of `/var/lib/aztec` or `https://...`; a lone slash is none.
size_t PathLength(absl::string_view text) {
  const size_t scheme = Run(text, [](char c) { return absl::ascii_islower(c) || c == '+'; });
  const bool is_url = scheme > 0 && absl::StartsWith(text.substr(scheme), "://");
  if (!is_url && (text[0] != '/' || text.size() < 2 || !IsWordChar(text[1]))) return 0;
  return Run(text, [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != ',' && c != '"' && c != ')';
  });
}

// What stands at the beginning of `text`, which begins a word, and how long it is.
size_t VariableLength(absl::string_view text, absl::string_view& name) {
  using Measure = size_t (*)(absl::string_view);
  static constexpr std::pair<Measure, const char*> kVariables[] = {
      {JobLength, "<job>"},     {HexLength, "<hex>"},   {NumberLength, "<n>"},
      {QuotedLength, "<text>"}, {PathLength, "<path>"},
  };
  for (const auto& [measure, variable_name] : kVariables) {
    name = variable_name;
    if (const size_t length = measure(text); length > 0) return length;
  }
  return 0;
}

}  // namespace

std::string MessageTemplate(absl::string_view message) {
  message = message.substr(0, std::min(message.find('\n'), kMaxBytes * 4));
  std::string masked;
  while (!message.empty() && masked.size() < kMaxBytes) {
    absl::string_view name;
    size_t length = VariableLength(message, name);
    if (length > 0) {
      absl::StrAppend(&masked, name);
    } else {
      // A slash within a word begins no path.
      length = std::max<size_t>(1, Run(message, [](char c) { return IsWordChar(c) || c == '/'; }));
      absl::StrAppend(&masked, message.substr(0, length));
    }
    message.remove_prefix(length);
  }
  return CleanUtf8(masked, kMaxBytes);
}

}  // namespace proverlog
