#include "server/config/conninfo.h"

#include <libpq-fe.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace proverlog {

std::optional<std::string> WithoutSecrets(const std::string& conninfo) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree);
  if (parsed == nullptr) return std::nullopt;
  std::vector<std::string> pairs;
  for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o) {
    if (o->val == nullptr) continue;
    const bool is_password = absl::string_view(o->dispchar) == "*";
    pairs.push_back(absl::StrCat(o->keyword, "=", is_password ? "***" : o->val));
  }
  return absl::StrJoin(pairs, " ");
}

}  // namespace proverlog
