#include "normalizer/pretty.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "normalizer/scan.h"

namespace proverlog {
namespace {

constexpr size_t kTimeLength = 15;  // "[HH:MM:SS.mmm] "
constexpr size_t kMaxJsonCandidates = 8;

// Reads `[HH:MM:SS.mmm] `.
std::optional<Millis> ReadTime(absl::string_view text) {
  const bool shaped = text.size() >= kTimeLength && text[0] == '[' && text[3] == ':' &&
                      text[6] == ':' && text[9] == '.' && text[13] == ']' && text[14] == ' ';
  if (!shaped) return std::nullopt;
  const int hours = ReadDigits<2>(text.data() + 1);
  const int minutes = ReadDigits<2>(text.data() + 4);
  const int seconds = ReadDigits<2>(text.data() + 7);
  const int millis = ReadDigits<3>(text.data() + 10);
  const bool in_range = hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 &&
                        seconds < 60 && millis >= 0;
  if (!in_range) return std::nullopt;
  return ((hours * 60 + minutes) * 60 + seconds) * Millis{1000} + millis;
}

// Takes `LEVEL: ` off the text.
bool ConsumeLevel(absl::string_view& text, absl::string_view& level) {
  size_t end = 0;
  while (end < text.size() && absl::ascii_isupper(text[end])) ++end;
  if (end == 0 || text.substr(end, 2) != ": ") return false;
  level = text.substr(0, end);
  text.remove_prefix(end + 2);
  return true;
}

// By character: a module is half of what is read one by one.
constexpr std::array<bool, 256> kIsModuleChar = [] {
  std::array<bool, 256> is{};
  for (char c = 'a'; c <= 'z'; ++c) is[static_cast<uint8_t>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) is[static_cast<uint8_t>(c)] = true;
  for (const char c : {':', '_', '-', '.', '/'}) is[static_cast<uint8_t>(c)] = true;
  return is;
}();

// Takes `module ` off the text. A text without a module is a message of its own.
absl::string_view ConsumeModule(absl::string_view& text) {
  size_t end = 0;
  while (end < text.size() && kIsModuleChar[static_cast<uint8_t>(text[end])]) ++end;
  if (end == 0 || (end < text.size() && text[end] != ' ')) return {};
  const absl::string_view module = text.substr(0, end);
  text.remove_prefix(end);
  absl::ConsumePrefix(&text, " ");
  return module;
}

// Where the JSON string ends whose first character stands at `begin`: its closing quote, or npos.
size_t FindStringEnd(absl::string_view text, size_t begin) {
  for (size_t at = FindChar(text, '"', begin); at != absl::string_view::npos;
       at = FindChar(text, '"', at + 1)) {
    size_t backslashes = 0;
    while (at - backslashes > begin && text[at - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
  }
  return absl::string_view::npos;
}

// Whether the text is one JSON object by its brackets and strings; what is inside is not checked.
bool IsBalancedObject(absl::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i = FindStringEnd(text, i + 1);
      if (i == absl::string_view::npos) return false;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1 == text.size();
    }
  }
  return false;
}

// Whether a string of the record's JSON data is open at the end of the text.
bool EndsInsideString(absl::string_view text) {
  const size_t json = text.find(" {\"");
  if (json == absl::string_view::npos) return false;
  bool in_string = false;
  for (size_t i = json; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    }
  }
  return in_string;
}

}  // namespace

size_t FindNextRecord(absl::string_view line) {
  constexpr absl::string_view kSecondJson = "}{\"level\":";
  if (line.empty()) return absl::string_view::npos;
  if (line[0] == '{') {
    const size_t found = line.find(kSecondJson);
    return found == absl::string_view::npos ? found : found + 1;
  }
  size_t quoted = 0;
  for (size_t at = FindChar(line, '[', 1);
       at != absl::string_view::npos && quoted < kMaxJsonCandidates;
       at = FindChar(line, '[', at + 1)) {
    absl::string_view rest = line.substr(at);
    absl::string_view level;
    if (!ReadTime(rest)) continue;
    rest.remove_prefix(kTimeLength);
    if (!ConsumeLevel(rest, level)) continue;
    if (!EndsInsideString(line.substr(0, at))) return at;
    ++quoted;
  }
  return absl::string_view::npos;
}

size_t FindTrailingJson(absl::string_view text) {
  if (text.empty() || text.back() != '}') return absl::string_view::npos;
  size_t tries = 0;
  for (size_t at = FindChar(text, '{', 1);
       at != absl::string_view::npos && tries < kMaxJsonCandidates;
       at = FindChar(text, '{', at + 1)) {
    if (text[at - 1] != ' ' || text.substr(at + 1, 1) != "\"") continue;
    if (IsBalancedObject(text.substr(at))) return at;
    ++tries;
  }
  return absl::string_view::npos;
}

std::optional<Record> ReadPretty(absl::string_view line) {
  Record record;
  record.time_of_day = ReadTime(line);
  if (!record.time_of_day) return std::nullopt;
  line.remove_prefix(kTimeLength);
  if (!ConsumeLevel(line, record.level)) return std::nullopt;
  record.module = ConsumeModule(line);
  record.message = line;
  const size_t json = FindTrailingJson(line);
  if (json != absl::string_view::npos) {
    record.data = line.substr(json);
    record.message = line.substr(0, json - 1);
  }
  return record;
}

}  // namespace proverlog
