#include "normalizer/dated_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "normalizer/wrapper.h"

namespace proverlog {
namespace {

constexpr absl::string_view kModulePrefix = " aztec:";

// Takes `module [LEVEL] ` off the text.
bool ConsumeModuleAndLevel(absl::string_view& text, Record& record) {
  const size_t space = text.find(' ');
  if (space == absl::string_view::npos || space == 0) return false;
  record.module = text.substr(0, space);
  text.remove_prefix(space + 1);
  if (!absl::ConsumePrefix(&text, "[")) return false;
  size_t end = 0;
  while (end < text.size() && absl::ascii_isupper(text[end])) ++end;
  record.level = text.substr(0, end);
  text.remove_prefix(end);
  return end > 0 && absl::ConsumePrefix(&text, "] ");
}

}  // namespace

bool IsDatedText(absl::string_view text) {
  if (text.empty() || !absl::ascii_isdigit(text[0])) return false;
  const size_t space = text.find(' ');
  return space != absl::string_view::npos &&
         text.substr(space, kModulePrefix.size()) == kModulePrefix &&
         ReadDatedText(text).has_value();
}

std::optional<Record> ReadDatedText(absl::string_view text) {
  Record record;
  record.at = ConsumeInstant(text);
  if (!record.at || !absl::ConsumePrefix(&text, kModulePrefix)) return std::nullopt;
  if (!ConsumeModuleAndLevel(text, record)) return std::nullopt;
  record.message = text;
  return record;
}

}  // namespace proverlog
