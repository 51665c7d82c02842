#ifndef PROVERLOG_STORAGE_POSTGRES_COPY_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_COPY_ROWS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// Adds rows to a table by COPY, the fastest way for rows that are new: one that is there already is
// an error. Values are added in the order of the columns, then EndRow. While it exists, the
// transaction does nothing else; nothing is there before Finish. Throws libpqxx's exceptions.
template <size_t kColumns>
class CopyRows {
 public:
  CopyRows(pqxx::transaction_base& tx, const std::string& table,
           const std::vector<std::string>& columns)
      : stream_(tx, table, columns) {}

  void Add(std::optional<int64_t> value) {
    if (!value) return AddNull();
    absl::StrAppend(&Next(), *value);
  }
  void AddBool(std::optional<bool> value) {
    if (!value) return AddNull();
    Next() = *value ? "t" : "f";
  }
  // Without NUL bytes, as every text of the database.
  void AddText(absl::string_view value) { Next().append(value.data(), value.size()); }
  void AddBytes(absl::string_view value) {
    absl::StrAppend(&Next(), "\\x", absl::BytesToHexString(value));
  }
  void AddNull() { row_[column_++] = nullptr; }

  void EndRow() {
    for (size_t i = 0; i < kColumns; ++i) {
      if (row_[i] != nullptr) row_[i] = texts_[i].c_str();  // it may have moved as it grew
    }
    stream_ << row_;
    column_ = 0;
  }

  void Finish() { stream_.complete(); }

 private:
  std::string& Next() {
    std::string& text = texts_[column_];
    text.clear();
    row_[column_++] = text.c_str();
    return text;
  }

  pqxx::stream_to stream_;
  std::array<std::string, kColumns> texts_;
  std::array<const char*, kColumns> row_ = {};  // nullptr: NULL
  size_t column_ = 0;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_COPY_ROWS_H_
