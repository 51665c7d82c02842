#include "storage/postgres/copy_rows.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace proverlog::postgres {
namespace {

// What is sent in pieces of libpq's own size, 8 KiB, wakes up the server for each.
constexpr size_t kBytesAtOnce = size_t{64} << 10;

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
CopyRows::CopyRows(pqxx::transaction_base& tx, const std::string& table,
                   const std::vector<std::string>& columns)
    : writer_(tx, table, columns.begin(), columns.end()) {}
#pragma GCC diagnostic pop

void CopyRows::Add(std::optional<int64_t> value) {
  if (!value) return AddNull();
  absl::StrAppend(&rows_, *value, "\t");
}

void CopyRows::AddBool(std::optional<bool> value) {
  if (!value) return AddNull();
  rows_ += *value ? "t\t" : "f\t";
}

void CopyRows::AddText(absl::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        rows_ += "\\\\";
        break;
      case '\t':
        rows_ += "\\t";
        break;
      case '\n':
        rows_ += "\\n";
        break;
      case '\r':
        rows_ += "\\r";
        break;
      default:
        rows_.push_back(c);
    }
  }
  rows_.push_back('\t');
}

void CopyRows::AddBytes(absl::string_view value) {
  absl::StrAppend(&rows_, "\\\\x", absl::BytesToHexString(value), "\t");
}

void CopyRows::AddNull() { rows_ += "\\N\t"; }

void CopyRows::EndRow() {
  rows_.back() = '\n';  // the last tab
  if (rows_.size() >= kBytesAtOnce) Send();
}

void CopyRows::Finish() {
  if (!rows_.empty()) Send();
  writer_.complete();
}

void CopyRows::Send() {
  rows_.pop_back();  // the writer ends the last row
  writer_.write_raw_line(rows_);
  rows_.clear();
}

}  // namespace proverlog::postgres
