#ifndef PROVERLOG_STORAGE_POSTGRES_HASH_KEY_H_
#define PROVERLOG_STORAGE_POSTGRES_HASH_KEY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace proverlog::postgres {

// A job id's hash as the database keeps it: 64 hex digits as 32 bytes, any other token as its text
// after one NUL byte, or two where that would make 32 bytes.
std::string EncodeHash(absl::string_view hash);
std::string DecodeHash(absl::string_view bytes);
// The same of the bytes as PostgreSQL writes them (bytea_output hex: \x and two digits a byte).
std::string ReadHash(absl::string_view hex);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_HASH_KEY_H_
