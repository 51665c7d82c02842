#include "storage/postgres/hash_key.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "model/job_id.h"

namespace proverlog::postgres {
namespace {

constexpr size_t kPackedLength = 32;

}  // namespace

std::string EncodeHash(absl::string_view hash) {
  if (IsFullHash(hash)) return absl::HexStringToBytes(hash);
  const size_t nuls = hash.size() + 1 == kPackedLength ? 2 : 1;
  return absl::StrCat(std::string(nuls, '\0'), hash);
}

std::string DecodeHash(absl::string_view bytes) {
  if (bytes.size() == kPackedLength) return absl::BytesToHexString(bytes);
  while (!bytes.empty() && bytes.front() == '\0') bytes.remove_prefix(1);
  return std::string(bytes);
}

std::string ReadHash(absl::string_view hex) {
  hex.remove_prefix(2);
  if (hex.size() == 2 * kPackedLength) return std::string(hex);
  return DecodeHash(absl::HexStringToBytes(hex));
}

}  // namespace proverlog::postgres
