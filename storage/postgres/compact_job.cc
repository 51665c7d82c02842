#include "storage/postgres/compact_job.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace proverlog::postgres {
namespace {

bool FitsColumn(const Fact& fact) {
  return !fact.will_retry && fact.detail.empty() &&
         std::any_of(kCompactKinds.begin(), kCompactKinds.end(), [&](const CompactKind& compact) {
           return compact.kind == fact.kind && compact.attempt == fact.attempt;
         });
}

}  // namespace

bool IsCompact(const std::vector<Fact>& facts) {
  for (size_t i = 0; i < facts.size(); ++i) {
    if (!FitsColumn(facts[i])) return false;
    for (size_t j = 0; j < i; ++j) {
      if (facts[j].kind == facts[i].kind) return false;
    }
  }
  return true;
}

const std::string& CompactColumns() {
  static const auto* const kColumns = [] {
    auto* columns = new std::string;
    for (const CompactKind& compact : kCompactKinds) {
      const absl::string_view name = FactKindName(compact.kind);
      absl::StrAppend(columns, columns->empty() ? "" : ", ", name, "_at, ", name, "_offset, ", name,
                      "_writer");
    }
    return columns;
  }();
  return *kColumns;
}

}  // namespace proverlog::postgres
