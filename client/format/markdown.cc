#include "client/format/markdown.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

std::string Row(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

}  // namespace

std::string MarkdownText(absl::string_view text) {
  constexpr absl::string_view kMarkup = "\\`*[]<|&";
  std::string escaped;
  for (const char c : Printable(text)) {
    if (kMarkup.find(c) != absl::string_view::npos) escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

std::string MarkdownCode(absl::string_view text) {
  std::string code = "`";
  for (const char c : Printable(text)) {
    // Neither can be escaped within code in a table.
    code.push_back(c == '`' ? '\'' : c == '|' ? '/' : c);
  }
  return code + "`";
}

std::string MarkdownTable::ToString() const {
  std::vector<std::string> rule;
  for (size_t column = 0; column < titles_.size(); ++column) {
    const bool numbers =
        column > 0 && std::all_of(rows_.begin(), rows_.end(), [&](const auto& row) {
          return !row[column].empty() &&
                 (absl::ascii_isdigit(row[column].front()) || row[column] == "-");
        });
    rule.push_back(numbers ? "---:" : ":---");
  }
  std::string text = Row(titles_) + Row(rule);
  for (const std::vector<std::string>& row : rows_) text += Row(row);
  return text + "\n";
}

}  // namespace proverlog
