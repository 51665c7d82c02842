#include "alerts/fingerprint.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "codec/sha256.h"

namespace proverlog {
namespace {

constexpr size_t kBytes = 8;

// With its length, so that no two lists of texts make one.
void Append(const std::string& text, std::string& all) {
  absl::StrAppend(&all, text.size(), ":", text);
}

}  // namespace

std::string FingerprintOf(const std::string& prover, const std::string& rule,
                          const Labels& labels) {
  std::string all;
  Append(prover, all);
  Append(rule, all);
  for (const auto& [name, value] : labels) {
    Append(name, all);
    Append(value, all);
  }
  return absl::BytesToHexString(Sha256(all).substr(0, kBytes));
}

}  // namespace proverlog
