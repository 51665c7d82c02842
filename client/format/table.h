#ifndef PROVERLOG_CLIENT_FORMAT_TABLE_H_
#define PROVERLOG_CLIENT_FORMAT_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// A text table of at most 100 columns. Where a row would be longer, the widest columns of text are
// shortened; numbers and times never are.
class Table {
 public:
  enum class Align {
    kLeft,   // text
    kRight,  // numbers
    kTime,   // to the left; what would say something else if it were shortened: times, ids
  };
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column. Control characters are shown as "?".
  void AddRow(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }
  // With the titles and a newline after each row.
  std::string ToString() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

inline constexpr size_t kMaxLineWidth = 100;

// Characters as a terminal counts them, taking each UTF-8 character for one column.
size_t DisplayWidth(absl::string_view text);

// The text cut to `width` columns, with "…" where something is missing.
std::string Shorten(absl::string_view text, size_t width);

// "<first>a, b, c" in lines of at most 100 columns, the later ones indented like the first.
std::string WrapList(absl::string_view first, const std::vector<std::string>& items);

// The text with a newline, in lines of at most 100 columns, the later ones indented further than
// the first, broken at spaces.
std::string WrapText(absl::string_view text);
// The same, indented by two, as all that belongs to a heading.
std::string WrapItem(absl::string_view text);

// The text with control characters as "?", so that a log line cannot change the terminal.
std::string Printable(absl::string_view text);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_TABLE_H_
