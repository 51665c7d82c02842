#include "model/proving_graph.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace proverlog {
namespace {

// 3.x proves PUBLIC_TUBE where later versions prove PUBLIC_CHONK_VERIFIER. The first block of a
// checkpoint takes the parity of its L1 messages.
ProvingEra Era3() {
  return {
      "3.0-5.2",
      {{"PUBLIC_VM", {"PUBLIC_TX_BASE_ROLLUP"}},
       {"PUBLIC_TUBE", {"PUBLIC_TX_BASE_ROLLUP"}},
       {"PUBLIC_CHONK_VERIFIER", {"PUBLIC_TX_BASE_ROLLUP"}},
       {"PARITY_BASE", {"PARITY_ROOT"}},
       {"PARITY_ROOT",
        {"BLOCK_ROOT_FIRST_ROLLUP", "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP",
         "BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP"}},
       {"PRIVATE_TX_BASE_ROLLUP",
        {"TX_MERGE_ROLLUP", "BLOCK_ROOT_FIRST_ROLLUP", "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP",
         "BLOCK_ROOT_ROLLUP", "BLOCK_ROOT_SINGLE_TX_ROLLUP"}},
       {"PUBLIC_TX_BASE_ROLLUP",
        {"TX_MERGE_ROLLUP", "BLOCK_ROOT_FIRST_ROLLUP", "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP",
         "BLOCK_ROOT_ROLLUP", "BLOCK_ROOT_SINGLE_TX_ROLLUP"}},
       {"TX_MERGE_ROLLUP", {"TX_MERGE_ROLLUP", "BLOCK_ROOT_FIRST_ROLLUP", "BLOCK_ROOT_ROLLUP"}},
       {"BLOCK_ROOT_FIRST_ROLLUP",
        {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP", "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP"}},
       {"BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP",
        {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP", "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP"}},
       {"BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP",
        {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP", "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP"}},
       {"BLOCK_ROOT_ROLLUP", {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP"}},
       {"BLOCK_ROOT_SINGLE_TX_ROLLUP", {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP"}},
       {"BLOCK_MERGE_ROLLUP", {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP"}},
       {"CHECKPOINT_ROOT_ROLLUP", {"CHECKPOINT_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", {"CHECKPOINT_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"CHECKPOINT_PADDING_ROLLUP", {"ROOT_ROLLUP"}},
       {"CHECKPOINT_MERGE_ROLLUP", {"CHECKPOINT_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"ROOT_ROLLUP", {}}}};
}

// Known by the names of its types only: what the two new ones feed is not, and the others are taken
// to feed what they fed before.
ProvingEra EraAfter5() {
  return {
      "after 5.2",
      {{"PUBLIC_VM", {"PUBLIC_TX_BASE_ROLLUP"}},
       {"PUBLIC_CHONK_VERIFIER", {"PUBLIC_TX_BASE_ROLLUP"}},
       {"INBOX_PARITY", {}},
       {"PRIVATE_TX_BASE_ROLLUP",
        {"TX_MERGE_ROLLUP", "BLOCK_ROOT_ROLLUP", "BLOCK_ROOT_SINGLE_TX_ROLLUP"}},
       {"PUBLIC_TX_BASE_ROLLUP",
        {"TX_MERGE_ROLLUP", "BLOCK_ROOT_ROLLUP", "BLOCK_ROOT_SINGLE_TX_ROLLUP"}},
       {"TX_MERGE_ROLLUP", {"TX_MERGE_ROLLUP", "BLOCK_ROOT_ROLLUP"}},
       {"BLOCK_ROOT_ROLLUP",
        {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP", "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP"}},
       {"BLOCK_ROOT_SINGLE_TX_ROLLUP",
        {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP", "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP"}},
       {"BLOCK_ROOT_NO_TXS_ROLLUP", {}},
       {"BLOCK_MERGE_ROLLUP", {"BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP"}},
       {"CHECKPOINT_ROOT_ROLLUP", {"CHECKPOINT_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", {"CHECKPOINT_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"CHECKPOINT_PADDING_ROLLUP", {"ROOT_ROLLUP"}},
       {"CHECKPOINT_MERGE_ROLLUP", {"CHECKPOINT_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"ROOT_ROLLUP", {}}}};
}

// PUBLIC_VM and TUBE_PROOF are both leaves.
ProvingEra Era1() {
  return {
      "0.87-2.0",
      {{"PUBLIC_VM", {"PUBLIC_BASE_ROLLUP"}},
       {"TUBE_PROOF", {"PRIVATE_BASE_ROLLUP", "PUBLIC_BASE_ROLLUP"}},
       {"BASE_PARITY", {"ROOT_PARITY"}},
       {"ROOT_PARITY",
        {"BLOCK_ROOT_ROLLUP", "SINGLE_TX_BLOCK_ROOT_ROLLUP", "EMPTY_BLOCK_ROOT_ROLLUP"}},
       {"PRIVATE_BASE_ROLLUP",
        {"MERGE_ROLLUP", "BLOCK_ROOT_ROLLUP", "SINGLE_TX_BLOCK_ROOT_ROLLUP"}},
       {"PUBLIC_BASE_ROLLUP", {"MERGE_ROLLUP", "BLOCK_ROOT_ROLLUP", "SINGLE_TX_BLOCK_ROOT_ROLLUP"}},
       {"MERGE_ROLLUP", {"MERGE_ROLLUP", "BLOCK_ROOT_ROLLUP"}},
       {"BLOCK_ROOT_ROLLUP", {"BLOCK_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"SINGLE_TX_BLOCK_ROOT_ROLLUP", {"BLOCK_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"EMPTY_BLOCK_ROOT_ROLLUP", {"BLOCK_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"PADDING_BLOCK_ROOT_ROLLUP", {"ROOT_ROLLUP"}},
       {"BLOCK_MERGE_ROLLUP", {"BLOCK_MERGE_ROLLUP", "ROOT_ROLLUP"}},
       {"ROOT_ROLLUP", {}}}};
}

// Known by the names of its types only.
ProvingEra Era2024() {
  return {"2024",
          {{"PRIVATE_KERNEL_EMPTY", {}},
           {"PUBLIC_KERNEL_NON_TAIL", {}},
           {"PUBLIC_KERNEL_TAIL", {}},
           {"BASE_ROLLUP", {}}}};
}

const ProvingEra* EraOf(const std::set<std::string>& types) {
  const ProvingEra* best = nullptr;
  std::ptrdiff_t most = 0;
  for (const ProvingEra& era : ProvingEras()) {
    const auto known = std::count_if(era.types.begin(), era.types.end(), [&](const TypeFeeds& t) {
      return types.count(std::string(t.type)) > 0;
    });
    if (known > most) {
      most = known;
      best = &era;
    }
  }
  return best;
}

// What feeds each of the era's types, but for itself.
std::map<absl::string_view, std::set<std::string>> FeedersIn(const ProvingEra& era) {
  std::map<absl::string_view, std::set<std::string>> feeders;
  for (const auto& [type, feeds] : era.types) {
    for (const absl::string_view fed : feeds) {
      if (fed != type) feeders[fed].insert(std::string(type));
    }
  }
  return feeders;
}

// An epoch's types by what an era knows of them; the root, which feeds nothing, is in none.
struct Roles {
  std::set<std::string> leaves;
  std::set<std::string> others;   // that take proofs
  std::set<std::string> unknown;  // neither what they feed is known nor what feeds them
};

Roles RolesIn(const ProvingEra& era, const std::set<std::string>& types) {
  Roles roles;
  roles.unknown = types;
  const auto feeders = FeedersIn(era);
  for (const auto& [type, feeds] : era.types) {
    const bool takes = feeders.count(type) > 0;
    if ((feeds.empty() && !takes) || roles.unknown.erase(std::string(type)) == 0) continue;
    if (!feeds.empty()) (takes ? roles.others : roles.leaves).insert(std::string(type));
  }
  return roles;
}

// CircuitName in stdlib, of 0.87 to 2.0 and of 3.0 to 5.2.
const absl::flat_hash_map<absl::string_view, absl::string_view>& TypesByCircuit() {
  static const auto* const kTypes = new absl::flat_hash_map<absl::string_view, absl::string_view>{
      {"avm-circuit", "PUBLIC_VM"},
      {"tube-circuit", "TUBE_PROOF"},
      {"tubeCircuit", "TUBE_PROOF"},  // where the message names it and the data does not
      {"base-parity", "BASE_PARITY"},
      {"root-parity", "ROOT_PARITY"},
      {"private-base-rollup", "PRIVATE_BASE_ROLLUP"},
      {"public-base-rollup", "PUBLIC_BASE_ROLLUP"},
      {"merge-rollup", "MERGE_ROLLUP"},
      {"block-root-rollup", "BLOCK_ROOT_ROLLUP"},
      {"single-tx-block-root-rollup", "SINGLE_TX_BLOCK_ROOT_ROLLUP"},
      {"empty-block-root-rollup", "EMPTY_BLOCK_ROOT_ROLLUP"},
      {"padding-block-root-rollup", "PADDING_BLOCK_ROOT_ROLLUP"},
      {"block-merge-rollup", "BLOCK_MERGE_ROLLUP"},
      {"root-rollup", "ROOT_ROLLUP"},

      {"tube-public", "PUBLIC_TUBE"},
      {"chonk-verifier-public", "PUBLIC_CHONK_VERIFIER"},
      {"parity-base", "PARITY_BASE"},
      {"parity-root", "PARITY_ROOT"},
      {"rollup-tx-base-private", "PRIVATE_TX_BASE_ROLLUP"},
      {"rollup-tx-base-public", "PUBLIC_TX_BASE_ROLLUP"},
      {"rollup-tx-merge", "TX_MERGE_ROLLUP"},
      {"rollup-block-root-first", "BLOCK_ROOT_FIRST_ROLLUP"},
      {"rollup-block-root-first-single-tx", "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP"},
      {"rollup-block-root-first-empty-tx", "BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP"},
      {"rollup-block-root", "BLOCK_ROOT_ROLLUP"},
      {"rollup-block-root-single-tx", "BLOCK_ROOT_SINGLE_TX_ROLLUP"},
      {"rollup-block-merge", "BLOCK_MERGE_ROLLUP"},
      {"rollup-checkpoint-root", "CHECKPOINT_ROOT_ROLLUP"},
      {"rollup-checkpoint-root-single-block", "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP"},
      {"rollup-checkpoint-padding", "CHECKPOINT_PADDING_ROLLUP"},
      {"rollup-checkpoint-merge", "CHECKPOINT_MERGE_ROLLUP"},
      {"rollup-root", "ROOT_ROLLUP"},
  };
  return *kTypes;
}

}  // namespace

const std::vector<ProvingEra>& ProvingEras() {
  static const auto* const kEras =
      new std::vector<ProvingEra>{Era3(), EraAfter5(), Era1(), Era2024()};
  return *kEras;
}

std::map<std::string, std::vector<std::string>> FeedsWithin(const std::set<std::string>& types) {
  std::map<std::string, std::vector<std::string>> feeds_within;
  const ProvingEra* const era = EraOf(types);
  if (era == nullptr) return feeds_within;
  for (const auto& [type, feeds] : era->types) {
    if (types.count(std::string(type)) == 0) continue;
    for (const absl::string_view fed : feeds) {
      if (types.count(std::string(fed)) == 0) continue;
      feeds_within[std::string(type)].emplace_back(fed);
    }
  }
  return feeds_within;
}

std::set<std::string> LeavesWithin(const std::set<std::string>& types) {
  const ProvingEra* const era = EraOf(types);
  if (era == nullptr) return types;
  Roles roles = RolesIn(*era, types);
  return roles.leaves.empty() ? std::move(roles.unknown) : std::move(roles.leaves);
}

bool LacksInputs(const std::set<std::string>& types) {
  const ProvingEra* const era = EraOf(types);
  if (era == nullptr) return false;
  const Roles roles = RolesIn(*era, types);
  if (!roles.unknown.empty()) return false;
  const auto feeders = FeedersIn(*era);
  return std::any_of(roles.others.begin(), roles.others.end(), [&](const std::string& type) {
    const std::set<std::string>& of_it = feeders.at(type);
    return std::none_of(of_it.begin(), of_it.end(),
                        [&](const std::string& feeder) { return types.count(feeder) > 0; });
  });
}

absl::string_view JobTypeOfCircuit(absl::string_view circuit) {
  const auto& types = TypesByCircuit();
  const auto found = types.find(circuit);
  return found == types.end() ? absl::string_view() : found->second;
}

}  // namespace proverlog
