#include "server/query/known_type.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "model/proving_graph.h"
#include "rpc/near_names.h"
#include "rpc/status.h"

namespace proverlog {

absl::Status CheckTypes(QueryStore& store, const ProverRef& prover, const std::string& field,
                        const std::vector<std::string>& types, const std::vector<int32_t>& epochs) {
  constexpr size_t kShown = 256;
  std::set<std::string> known;
  for (const ProvingEra& era : ProvingEras()) {
    for (const TypeFeeds& type : era.types) known.insert(std::string(type.type));
  }
  const auto unknown = [&] {
    return std::find_if(types.begin(), types.end(),
                        [&](const std::string& type) { return !known.contains(type); });
  };
  if (unknown() == types.end()) return absl::OkStatus();
  const auto of_epochs = store.ListJobTypes(prover, epochs);
  if (!of_epochs.ok()) return of_epochs.status();
  known.insert(of_epochs->begin(), of_epochs->end());
  const auto type = unknown();
  if (type == types.end()) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("there is no job type \"", type->substr(0, kShown), "\"",
                                          DidYouMean(*type, {known.begin(), known.end()})));
}

}  // namespace proverlog
