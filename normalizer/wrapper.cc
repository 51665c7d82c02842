#include "normalizer/wrapper.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "normalizer/scan.h"

namespace proverlog {
namespace {

// `2026-02-07T11:32:21Z`; nanoseconds and an offset make 35 bytes.
constexpr size_t kShortestInstant = 20;
constexpr size_t kLongestInstant = 40;

constexpr size_t kLongestName = 255;

bool IsNameChar(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; }

// The name at the beginning of the text; empty where it is too long to be one.
absl::string_view LeadingName(absl::string_view text) {
  size_t end = 0;
  while (end < text.size() && end <= kLongestName && IsNameChar(text[end])) ++end;
  return end > kLongestName ? absl::string_view() : text.substr(0, end);
}

bool ConsumeCompose(absl::string_view& text, Wrapping& wrapping) {
  const absl::string_view name = LeadingName(text);
  absl::string_view rest = text.substr(name.size());
  if (name.empty() || !absl::StartsWith(rest, " ")) return false;
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (!absl::ConsumePrefix(&rest, "|")) return false;
  absl::ConsumePrefix(&rest, " ");
  wrapping.service = name;
  text = rest;
  return true;
}

bool ConsumePodPrefix(absl::string_view& text, Wrapping& wrapping) {
  if (!absl::StartsWith(text, "[pod/")) return false;
  const size_t end = text.find("] ");
  if (end == absl::string_view::npos) return false;
  const absl::string_view name = text.substr(5, end - 5);
  if (!IsServiceName(name)) return false;
  wrapping.service = name;
  text.remove_prefix(end + 2);
  return true;
}

// Takes `stderr F ` or `stdout P ` off the text; a tag may have more parts, `P:x`.
bool ConsumeCriTags(absl::string_view& text, Wrapping& wrapping) {
  absl::string_view rest = text;
  const absl::string_view output = rest.substr(0, rest.find(' '));
  if (output != "stdout" && output != "stderr") return false;
  rest.remove_prefix(output.size());
  if (!absl::ConsumePrefix(&rest, " ")) return false;
  const absl::string_view tags = rest.substr(0, rest.find(' '));
  const absl::string_view tag = tags.substr(0, tags.find(':'));
  if (tag != "F" && tag != "P") return false;
  rest.remove_prefix(tags.size());
  absl::ConsumePrefix(&rest, " ");
  wrapping.output = output;
  wrapping.partial = tag == "P";
  text = rest;
  return true;
}

// Takes `host unit[123]: ` off the text.
bool ConsumeJournalTags(absl::string_view& text, Wrapping& wrapping) {
  const absl::string_view host = LeadingName(text);
  absl::string_view rest = text.substr(host.size());
  if (host.empty() || !absl::ConsumePrefix(&rest, " ")) return false;
  const absl::string_view unit = LeadingName(rest);
  rest.remove_prefix(unit.size());
  if (unit.empty() || !absl::ConsumePrefix(&rest, "[")) return false;
  rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
  if (!absl::ConsumePrefix(&rest, "]: ")) return false;
  wrapping.service = unit;
  text = rest;
  return true;
}

bool ConsumeTimestamp(absl::string_view& text, Wrapping& wrapping) {
  absl::string_view rest = text;
  const std::optional<UnixMillis> at = ConsumeInstant(rest);
  if (!at) return false;
  absl::ConsumePrefix(&rest, " ");
  wrapping.at = at;
  text = rest;
  if (!ConsumeCriTags(text, wrapping)) ConsumeJournalTags(text, wrapping);
  return true;
}

// Reads `2026-02-07T11:32:21.229123456Z`, as runtimes write it. What is not quite that is for
// absl::ParseTime, which takes more forms and several times as long.
std::optional<UnixMillis> ReadUtcInstant(absl::string_view word) {
  const char* const text = word.data();
  if (word.size() < kShortestInstant || word.back() != 'Z') return std::nullopt;
  const int year = ReadDigits<4>(text);
  const int month = ReadDigits<2>(text + 5);
  const int day = ReadDigits<2>(text + 8);
  const int hour = ReadDigits<2>(text + 11);
  const int minute = ReadDigits<2>(text + 14);
  const int second = ReadDigits<2>(text + 17);
  const bool in_range = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
                        hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 &&
                        second < 60;
  if (!in_range || text[16] != ':') return std::nullopt;
  int millis = 0;
  if (word.size() > kShortestInstant) {
    // A dot, and three digits or more.
    const absl::string_view fraction =
        word.substr(kShortestInstant, word.size() - kShortestInstant - 1);
    millis = fraction.size() < 3 ? -1 : ReadDigits<3>(fraction.data());
    const bool is_number = std::all_of(fraction.begin(), fraction.end(), absl::ascii_isdigit);
    if (millis < 0 || !is_number || text[19] != '.') return std::nullopt;
  }
  const absl::CivilDay date(year, month, day);
  if (date.day() != day) return std::nullopt;
  const int64_t days = date - absl::CivilDay(1970, 1, 1);
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + millis;
}

}  // namespace

bool IsServiceName(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsNameChar(c) || c == '/'; });
}

std::optional<UnixMillis> ConsumeInstant(absl::string_view& text) {
  const bool shaped = text.size() >= kShortestInstant && absl::ascii_isdigit(text[0]) &&
                      text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':';
  if (!shaped) return std::nullopt;
  const absl::string_view word = text.substr(0, text.substr(0, kLongestInstant).find(' '));
  if (const auto plain = ReadUtcInstant(word)) {
    text.remove_prefix(word.size());
    return plain;
  }
  absl::Time at;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", word, &at, &error)) return std::nullopt;
  const UnixMillis millis = absl::ToUnixMillis(at);
  if (!IsPrintableInstant(millis)) return std::nullopt;
  text.remove_prefix(word.size());
  return millis;
}

bool ConsumeWrapper(absl::string_view& text, Wrapping& wrapping) {
  if (text.empty()) return false;
  if (absl::ascii_isdigit(text[0]) && ConsumeTimestamp(text, wrapping)) return true;
  if (text[0] == '[') return ConsumePodPrefix(text, wrapping);
  return ConsumeCompose(text, wrapping);
}

}  // namespace proverlog
