#ifndef PROVERLOG_STORAGE_POSTGRES_FIELDS_H_
#define PROVERLOG_STORAGE_POSTGRES_FIELDS_H_

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// bytea from and to libpqxx.
inline std::string ToBytes(const pqxx::field& field) { return pqxx::binarystring(field).str(); }
inline pqxx::binarystring ToParameter(absl::string_view bytes) {
  return pqxx::binarystring(bytes.data(), bytes.size());
}

// A bigint that may be NULL.
inline std::optional<int64_t> ReadOptional(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<int64_t>();
}

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_FIELDS_H_
