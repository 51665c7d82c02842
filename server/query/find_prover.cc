#include "server/query/find_prover.h"

#include "absl/strings/str_cat.h"
#include "rpc/status.h"

namespace proverlog {

absl::StatusOr<ProverRef> FindProver(QueryStore& store, const std::string& name) {
  if (!name.empty()) return store.FindProver(name);
  auto provers = store.ListProvers(2);
  if (!provers.ok()) return provers.status();
  if (provers->empty()) {
    return absl::NotFoundError("there is no prover yet; import a log, or ship one");
  }
  if (provers->size() == 1) return provers->front();
  return InvalidField("prover", absl::StrCat("there are several, name one, such as \"",
                                             provers->front().name, "\""));
}

}  // namespace proverlog
