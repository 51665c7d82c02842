#ifndef PROVERLOG_CLIENT_FORMAT_MARKDOWN_H_
#define PROVERLOG_CLIENT_FORMAT_MARKDOWN_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// Text of a log within Markdown: on one line, and nothing in it is markup.
std::string MarkdownText(absl::string_view text);

// The same as code: `text`.
std::string MarkdownCode(absl::string_view text);

// A table of Markdown. Cells are Markdown already.
class MarkdownTable {
 public:
  explicit MarkdownTable(std::vector<std::string> titles) : titles_(std::move(titles)) {}

  // One cell a column.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  bool empty() const { return rows_.empty(); }
  // With an empty line behind it. The first column is to the left, another one of which every cell
  // begins with a digit or is "-" to the right.
  std::string ToString() const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_MARKDOWN_H_
