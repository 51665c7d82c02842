#include "server/query/known_machine.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "rpc/near_names.h"

namespace proverlog {
namespace {

// Among the machines of so many logs one that was meant is looked for.
constexpr int kMaxLogsCompared = 1000;

}  // namespace

absl::Status CheckMachine(QueryStore& store, const ProverRef& prover, const std::string& machine) {
  LogFilter filter;
  filter.machine = machine;
  const auto found = store.FindStreams(prover, filter, 1);
  if (!found.ok()) return found.status();
  if (!found->empty()) return absl::OkStatus();
  const auto streams = store.ListStreams(prover, kMaxLogsCompared);
  if (!streams.ok()) return streams.status();
  std::set<std::string> names;
  for (const StreamStatus& stream : *streams) names.insert(stream.machine);
  return absl::NotFoundError(absl::StrCat("prover \"", prover.name, "\" has no machine \"", machine,
                                          "\"", DidYouMean(machine, {names.begin(), names.end()}),
                                          "; `proverlog machines` lists them"));
}

absl::Status NoSuchLog(QueryStore& store, const ProverRef& prover, const std::string& machine,
                       const std::string& source, int64_t stream_id) {
  if (!machine.empty()) {
    if (auto status = CheckMachine(store, prover, machine); !status.ok()) return status;
  }
  const auto with = [](const char* what, const std::string& name) {
    return name.empty() ? "" : absl::StrCat(what, "\"", name, "\"");
  };
  return absl::NotFoundError(absl::StrCat(
      "prover \"", prover.name, "\" has no log", with(" of machine ", machine),
      with(" named ", source), stream_id == 0 ? "" : absl::StrCat(" with number ", stream_id),
      "; `proverlog machines` lists them"));
}

}  // namespace proverlog
