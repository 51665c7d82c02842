#include "server/config/config_file.h"

#include <cstdint>
#include <map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr char kForm[] =
    "a line is `key = value`, where the value is \"text\" or 'text' on one line, a whole number, "
    "true or false";

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, "; ", kForm));
}

void SkipBlanks(absl::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

std::string TakeKey(absl::string_view& rest) {
  size_t size = 0;
  while (size < rest.size() &&
         (absl::ascii_isalnum(rest[size]) || rest[size] == '-' || rest[size] == '_')) {
    ++size;
  }
  std::string key(rest.substr(0, size));
  rest.remove_prefix(size);
  return key;
}

// 'text': nothing in it is special.
absl::StatusOr<std::string> TakeLiteral(absl::string_view& rest) {
  const size_t end = rest.find('\'', 1);
  if (end == absl::string_view::npos) return Malformed("the closing ' is missing");
  std::string text(rest.substr(1, end - 1));
  rest.remove_prefix(end + 1);
  return text;
}

// "text", with \" \\ \t for what else could not be in it.
absl::StatusOr<std::string> TakeQuoted(absl::string_view& rest) {
  std::string text;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] != '\\') {
      text.push_back(rest[i]);
      continue;
    }
    const char escaped = ++i < rest.size() ? rest[i] : '\0';
    if (escaped != '"' && escaped != '\\' && escaped != 't') {
      return Malformed("a backslash is written \\\\ within \"\", and as it is within ''");
    }
    text.push_back(escaped == 't' ? '\t' : escaped);
  }
  return Malformed("the closing \" is missing");
}

// A number, true or false.
absl::StatusOr<std::string> TakeBare(absl::string_view& rest) {
  const absl::string_view word = rest.substr(0, rest.find_first_of(" \t#"));
  int64_t number = 0;
  if (word != "true" && word != "false" && !absl::SimpleAtoi(word, &number)) {
    return Malformed("the value is no number, and has no quotes");
  }
  rest.remove_prefix(word.size());
  return std::string(word);
}

absl::StatusOr<std::string> TakeValue(absl::string_view& rest) {
  if (absl::StartsWith(rest, "'")) return TakeLiteral(rest);
  if (absl::StartsWith(rest, "\"")) return TakeQuoted(rest);
  return TakeBare(rest);
}

// Empty lines and comments have no key.
absl::StatusOr<ConfigLine> ParseLine(absl::string_view rest) {
  ConfigLine line;
  SkipBlanks(rest);
  if (rest.empty() || rest.front() == '#') return line;
  line.key = TakeKey(rest);
  if (line.key.empty()) return Malformed("there is no key");
  SkipBlanks(rest);
  if (!absl::ConsumePrefix(&rest, "=")) return Malformed("there is no = behind the key");
  SkipBlanks(rest);
  auto value = TakeValue(rest);
  if (!value.ok()) return value.status();
  line.value = *std::move(value);
  SkipBlanks(rest);
  if (rest.empty() || rest.front() == '#') return line;
  return Malformed("there is something behind the value");
}

}  // namespace

std::vector<ConfigLine> ParseConfigFile(absl::string_view text) {
  std::vector<ConfigLine> lines;
  std::map<std::string, int> lines_of_keys;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    auto parsed = ParseLine(line);
    if (!parsed.ok()) {
      lines.push_back({.number = number, .fault = std::string(parsed.status().message())});
      continue;
    }
    if (parsed->key.empty()) continue;
    const auto [first, is_new] = lines_of_keys.emplace(parsed->key, number);
    if (!is_new) {
      parsed->fault = absl::StrCat(parsed->key, " is set in line ", first->second, " already");
    }
    parsed->number = number;
    lines.push_back(*std::move(parsed));
  }
  return lines;
}

}  // namespace proverlog
