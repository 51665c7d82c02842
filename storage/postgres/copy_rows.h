#ifndef PROVERLOG_STORAGE_POSTGRES_COPY_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_COPY_ROWS_H_

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <pqxx/tablewriter>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// Adds rows to a table by COPY, the fastest way for rows that are new: one that is there already is
// an error. Values are added in the order of the columns, then EndRow. While it exists, the
// transaction does nothing else; nothing is there before Finish. Throws libpqxx's exceptions.
class CopyRows {
 public:
  CopyRows(pqxx::transaction_base& tx, const std::string& table,
           const std::vector<std::string>& columns);

  void Add(std::optional<int64_t> value);
  void AddBool(std::optional<bool> value);
  // Without NUL bytes, as every text of the database.
  void AddText(absl::string_view value);
  void AddBytes(absl::string_view value);
  void AddNull();
  void EndRow();

  void Finish();

 private:
  void Send();

  // libpqxx's older class for COPY: its newer one, stream_to, puts a row together column by column
  // from behind, which takes longer than all else here.
  pqxx::tablewriter writer_;
  std::string rows_;  // in the text format of COPY, each value with a tab or newline behind it
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_COPY_ROWS_H_
