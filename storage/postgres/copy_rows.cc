#include "storage/postgres/copy_rows.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace proverlog::postgres {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
CopyRows::CopyRows(pqxx::transaction_base& tx, const std::string& table,
                   const std::vector<std::string>& columns)
    : writer_(tx, table, columns.begin(), columns.end()) {}
#pragma GCC diagnostic pop

void CopyRows::Add(std::optional<int64_t> value) {
  if (!value) return AddNull();
  absl::StrAppend(&row_, *value, "\t");
}

void CopyRows::AddBool(std::optional<bool> value) {
  if (!value) return AddNull();
  row_ += *value ? "t\t" : "f\t";
}

void CopyRows::AddText(absl::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        row_ += "\\\\";
        break;
      case '\t':
        row_ += "\\t";
        break;
      case '\n':
        row_ += "\\n";
        break;
      case '\r':
        row_ += "\\r";
        break;
      default:
        row_.push_back(c);
    }
  }
  row_.push_back('\t');
}

void CopyRows::AddBytes(absl::string_view value) {
  absl::StrAppend(&row_, "\\\\x", absl::BytesToHexString(value), "\t");
}

void CopyRows::AddNull() { row_ += "\\N\t"; }

void CopyRows::EndRow() {
  row_.pop_back();  // the last tab
  writer_.write_raw_line(row_);
  row_.clear();
}

void CopyRows::Finish() { writer_.complete(); }

}  // namespace proverlog::postgres
