#include "client/format/detailed_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace proverlog {

std::string DetailedTable::ToString() const {
  // The titles, then a line for each row.
  const std::string table = table_.ToString();
  const std::vector<absl::string_view> lines = absl::StrSplit(table, '\n');
  std::string text = absl::StrCat(lines[0], "\n");
  for (size_t row = 0; row < below_.size(); ++row) {
    absl::StrAppend(&text, lines[row + 1], "\n", below_[row]);
  }
  return text;
}

}  // namespace proverlog
