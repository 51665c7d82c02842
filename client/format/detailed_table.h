#ifndef PROVERLOG_CLIENT_FORMAT_DETAILED_TABLE_H_
#define PROVERLOG_CLIENT_FORMAT_DETAILED_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "client/format/table.h"

namespace proverlog {

// A table with lines below each row, for sentences that no column has the width for.
class DetailedTable {
 public:
  explicit DetailedTable(std::vector<Table::Column> columns) : table_(std::move(columns)) {}

  // One cell a column; `below` are lines that follow the row as they are.
  void AddRow(std::vector<std::string> cells, std::string below) {
    table_.AddRow(std::move(cells));
    below_.push_back(std::move(below));
  }

  std::string ToString() const;

 private:
  Table table_;
  std::vector<std::string> below_;  // by row
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_DETAILED_TABLE_H_
