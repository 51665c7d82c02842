#include "server/query/find_prover.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "rpc/near_names.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

// Among so many a name that was meant is looked for.
constexpr int kMaxNamesCompared = 1000;

}  // namespace

absl::StatusOr<ProverRef> FindProver(QueryStore& store, const std::string& name) {
  const bool is_named = !name.empty();
  if (is_named) {
    auto prover = store.FindProver(name);
    if (!absl::IsNotFound(prover.status())) return prover;
  }
  auto provers = store.ListProvers(is_named ? kMaxNamesCompared : 2);
  if (!provers.ok()) return provers.status();
  if (is_named) {
    std::vector<std::string> names;
    for (const ProverRef& prover : *provers) names.push_back(prover.name);
    return absl::NotFoundError(
        absl::StrCat("there is no prover \"", name, "\"", DidYouMean(name, names)));
  }
  if (provers->empty()) {
    return absl::NotFoundError("there is no prover yet; import a log, or ship one");
  }
  if (provers->size() == 1) return provers->front();
  return InvalidField("prover", absl::StrCat("there are several, name one, such as \"",
                                             provers->front().name, "\""));
}

}  // namespace proverlog
