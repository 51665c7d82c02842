#ifndef PROVERLOG_STORAGE_POSTGRES_STREAM_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_STREAM_ROWS_H_

#include <pqxx/pqxx>
#include <string>

#include "absl/strings/string_view.h"
#include "model/stream.h"

namespace proverlog::postgres {

// A stream's counts as columns of stream_progress. All functions throw libpqxx's exceptions.

inline constexpr char kCountColumns[] =
    "lines, records, understood, not_understood, undated, cut, facts, first_at, last_at,"
    " aztec_versions";

// Reads kCountColumns from the row, beginning at `column`.
StreamCounts ReadCounts(const pqxx::row& row, int column);

// The column `facts`: a JSON object of numbers by kind.
std::string FactCountsToJson(const StreamCounts& counts);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_STREAM_ROWS_H_
