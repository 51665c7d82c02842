#include "server/query/epochs.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/computed_epoch.h"
#include "server/query/known_epoch.h"
#include "server/query/page_token.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr int kDefaultEpochsListed = 50;
constexpr int kMaxEpochsListed = 200;

}  // namespace

absl::StatusOr<v1::ListEpochsResponse> ListEpochs(QueryStore& store, const ProverRef& prover,
                                                  const v1::ListEpochsRequest& request,
                                                  absl::Time now) {
  const auto page_size = PageSize(request.page_size(), kDefaultEpochsListed, kMaxEpochsListed);
  if (!page_size.ok()) return page_size.status();
  const std::string this_request = absl::StrCat("epochs ", prover.name);
  std::optional<int32_t> before;
  if (!request.page_token().empty()) {
    const auto position = ParsePageToken(request.page_token(), this_request, 1);
    if (!position.ok()) return position.status();
    int32_t epoch = 0;
    if (!absl::SimpleAtoi(position->front(), &epoch) || epoch < 0) {
      return DamagedToken(request.page_token());
    }
    before = epoch;
  }

  // One more than asked for tells whether there is a next page.
  auto rows = store.ListEpochs(prover, before, *page_size + 1);
  if (!rows.ok()) return rows.status();
  v1::ListEpochsResponse response;
  if (rows->size() > static_cast<size_t>(*page_size)) {
    rows->pop_back();
    response.set_next_page_token(MakePageToken(this_request, {absl::StrCat(rows->back().epoch)}));
  }
  EpochWindow window;
  for (const EpochRow& row : *rows) {
    *response.add_epochs() = ToProto(row);
    const bool is_open = response.epochs().rbegin()->outcome() == v1::EPOCH_OUTCOME_IN_PROGRESS;
    Widen(row.first_at, is_open ? absl::ToUnixMillis(now) : row.last_at, window);
  }
  response.mutable_completeness()->set_complete(true);
  if (!window.begin) return response;
  auto completeness = CompletenessOf(store, prover, window, now);
  if (!completeness.ok()) return completeness.status();
  *response.mutable_completeness() = *std::move(completeness);
  return response;
}

absl::StatusOr<v1::GetEpochSummaryResponse> GetEpochSummary(
    QueryStore& store, EpochCache* cache, const ProverRef& prover,
    const v1::GetEpochSummaryRequest& request, absl::Time now) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  std::shared_ptr<const CachedEpoch> epoch;
  const auto state = ComputedEpoch(store, cache, prover, request.epoch(), epoch);
  if (!state.ok()) return state.status();

  v1::GetEpochSummaryResponse response = ToProto(epoch->figures.summary);
  response.set_prover(prover.name);
  *response.mutable_completeness() =
      CompletenessOf(*state, epoch->figures.summary, prover.name, now);
  for (const CircuitSummary& circuit : state->circuits) {
    *response.add_circuits() = ToProto(circuit);
  }
  return response;
}

}  // namespace proverlog
