#ifndef PROVERLOG_STORAGE_POSTGRES_ARRAY_H_
#define PROVERLOG_STORAGE_POSTGRES_ARRAY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// Builds a PostgreSQL array in its text form, `{1,NULL,"a b"}`, to pass many rows as one parameter
// per column: `unnest($1::bigint[], $2::text[])`.
class Array {
 public:
  void Add(int64_t value);
  void Add(std::optional<int64_t> value);
  void Add(bool value);
  void Add(std::optional<bool> value);
  void AddText(absl::string_view value);
  void AddBytes(absl::string_view value);
  void AddNull();

  // The array's text. The array must not be used any more.
  std::string Finish();

 private:
  void Separate();

  std::string text_ = "{";
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ARRAY_H_
