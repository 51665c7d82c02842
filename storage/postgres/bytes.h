#ifndef PROVERLOG_STORAGE_POSTGRES_BYTES_H_
#define PROVERLOG_STORAGE_POSTGRES_BYTES_H_

#include <pqxx/pqxx>
#include <string>

#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// bytea from and to libpqxx.
inline std::string ToBytes(const pqxx::field& field) { return pqxx::binarystring(field).str(); }
inline pqxx::binarystring ToParameter(absl::string_view bytes) {
  return pqxx::binarystring(bytes.data(), bytes.size());
}

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_BYTES_H_
