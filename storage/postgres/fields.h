#ifndef PROVERLOG_STORAGE_POSTGRES_FIELDS_H_
#define PROVERLOG_STORAGE_POSTGRES_FIELDS_H_

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

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

// A text[].
inline std::vector<std::string> ReadTexts(const pqxx::field& field) {
  std::vector<std::string> texts;
  auto parser = field.as_array();
  for (auto item = parser.get_next(); item.first != pqxx::array_parser::juncture::done;
       item = parser.get_next()) {
    if (item.first == pqxx::array_parser::juncture::string_value) texts.push_back(item.second);
  }
  return texts;
}

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_FIELDS_H_
