#include "bench/generator/epoch_plan.h"

#include <cstdlib>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"

namespace proverlog::generator {
namespace {

constexpr JobKind kOldKinds[] = {
    {"PUBLIC_VM", 0, "avm-circuit", 30000},
    {"PRIVATE_BASE_ROLLUP", 1, "private-base-rollup", 7000},
    {"PUBLIC_BASE_ROLLUP", 2, "public-base-rollup", 12000},
    {"MERGE_ROLLUP", 3, "merge-rollup", 9000},
    {"PADDING_BLOCK_ROOT_ROLLUP", 5, "padding-block-root-rollup", 3000},
    {"BLOCK_ROOT_ROLLUP", 6, "block-root-rollup", 8000},
    {"SINGLE_TX_BLOCK_ROOT_ROLLUP", 7, "single-tx-block-root-rollup", 7500},
    {"BLOCK_MERGE_ROLLUP", 8, "block-merge-rollup", 9500},
    {"ROOT_ROLLUP", 9, "root-rollup", 12000},
    {"BASE_PARITY", 10, "base-parity", 6000},
    {"ROOT_PARITY", 11, "root-parity", 9000},
    {"TUBE_PROOF", 12, "tube-circuit", 2000},
};

constexpr JobKind kNewKinds[] = {
    {"PUBLIC_VM", 0, "avm-circuit", 30000},
    {"PUBLIC_CHONK_VERIFIER", 1, "chonk-verifier-public", 2500},
    {"PRIVATE_TX_BASE_ROLLUP", 2, "rollup-tx-base-private", 7000},
    {"PUBLIC_TX_BASE_ROLLUP", 3, "rollup-tx-base-public", 12000},
    {"TX_MERGE_ROLLUP", 4, "rollup-tx-merge", 9000},
    {"BLOCK_ROOT_FIRST_ROLLUP", 5, "rollup-block-root-first", 8000},
    {"BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP", 6, "rollup-block-root-first-single-tx", 7500},
    {"BLOCK_ROOT_ROLLUP", 8, "rollup-block-root", 7000},
    {"BLOCK_ROOT_SINGLE_TX_ROLLUP", 9, "rollup-block-root-single-tx", 6500},
    {"BLOCK_MERGE_ROLLUP", 10, "rollup-block-merge", 9500},
    {"CHECKPOINT_ROOT_ROLLUP", 11, "rollup-checkpoint-root", 14000},
    {"CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", 12, "rollup-checkpoint-root-single-block", 13000},
    {"CHECKPOINT_PADDING_ROLLUP", 13, "rollup-checkpoint-padding", 3000},
    {"CHECKPOINT_MERGE_ROLLUP", 14, "rollup-checkpoint-merge", 9500},
    {"ROOT_ROLLUP", 15, "rollup-root", 12000},
    {"PARITY_BASE", 16, "parity-base", 6000},
    {"PARITY_ROOT", 17, "parity-root", 9000},
};

using Jobs = std::vector<size_t>;

class Planner {
 public:
  Planner(Release release, Random& random)
      : old_(release == Release::k1_1),
        kinds_(old_ ? absl::Span<const JobKind>(kOldKinds) : absl::Span<const JobKind>(kNewKinds)),
        random_(random) {}

  EpochPlan Plan(int jobs) {
    Jobs roots;  // of the blocks, or of the checkpoints
    while (plan_.jobs.size() < static_cast<size_t>(jobs)) {
      roots.push_back(old_ ? Block(/*first=*/true) : Checkpoint());
    }
    if (roots.size() == 1) {
      roots.push_back(Add(old_ ? "PADDING_BLOCK_ROOT_ROLLUP" : "CHECKPOINT_PADDING_ROLLUP", {}));
    }
    Add("ROOT_ROLLUP", MergeToTwo(roots, old_ ? "BLOCK_MERGE_ROLLUP" : "CHECKPOINT_MERGE_ROLLUP"));
    return std::move(plan_);
  }

 private:
  size_t Add(absl::string_view type, const Jobs& children) {
    PlannedJob job;
    for (const JobKind& kind : kinds_) {
      if (kind.type == type) job.kind = &kind;
    }
    if (job.kind == nullptr) std::abort();
    job.children = static_cast<int>(children.size());
    for (const size_t child : children) plan_.jobs[child].parent = plan_.jobs.size();
    plan_.jobs.push_back(job);
    return plan_.jobs.size() - 1;
  }

  // A rollup takes two proofs: pairs are merged until no more are left.
  Jobs MergeToTwo(Jobs level, absl::string_view merge) {
    while (level.size() > 2) {
      Jobs next;
      for (size_t i = 0; i + 1 < level.size(); i += 2) {
        next.push_back(Add(merge, {level[i], level[i + 1]}));
      }
      if (level.size() % 2 == 1) next.push_back(level.back());
      level = std::move(next);
    }
    return level;
  }

  size_t Transaction() {
    const bool is_public = random_.Chance(0.5);
    if (old_) {
      const size_t tube = Add("TUBE_PROOF", {});
      if (!is_public) return Add("PRIVATE_BASE_ROLLUP", {tube});
      return Add("PUBLIC_BASE_ROLLUP", {tube, Add("PUBLIC_VM", {})});
    }
    if (!is_public) return Add("PRIVATE_TX_BASE_ROLLUP", {});
    return Add("PUBLIC_TX_BASE_ROLLUP", {Add("PUBLIC_CHONK_VERIFIER", {}), Add("PUBLIC_VM", {})});
  }

  size_t Parity() {
    Jobs bases;
    for (int i = 0; i < 4; ++i) bases.push_back(Add(old_ ? "BASE_PARITY" : "PARITY_BASE", {}));
    return Add(old_ ? "ROOT_PARITY" : "PARITY_ROOT", bases);
  }

  // `first`: it takes the messages' parity.
  size_t Block(bool first) {
    const int txs = 1 + static_cast<int>(random_.Below(8));
    plan_.block_txs.push_back(txs);
    Jobs inputs;
    for (int i = 0; i < txs; ++i) inputs.push_back(Transaction());
    inputs = MergeToTwo(std::move(inputs), old_ ? "MERGE_ROLLUP" : "TX_MERGE_ROLLUP");
    if (first) inputs.push_back(Parity());
    if (old_) return Add(txs == 1 ? "SINGLE_TX_BLOCK_ROOT_ROLLUP" : "BLOCK_ROOT_ROLLUP", inputs);
    if (first) {
      return Add(txs == 1 ? "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP" : "BLOCK_ROOT_FIRST_ROLLUP",
                 inputs);
    }
    return Add(txs == 1 ? "BLOCK_ROOT_SINGLE_TX_ROLLUP" : "BLOCK_ROOT_ROLLUP", inputs);
  }

  size_t Checkpoint() {
    const int blocks = 1 + static_cast<int>(random_.Below(4));
    Jobs inputs;
    for (int i = 0; i < blocks; ++i) inputs.push_back(Block(/*first=*/i == 0));
    inputs = MergeToTwo(std::move(inputs), "BLOCK_MERGE_ROLLUP");
    return Add(blocks == 1 ? "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP" : "CHECKPOINT_ROOT_ROLLUP",
               inputs);
  }

  bool old_;
  absl::Span<const JobKind> kinds_;
  Random& random_;
  EpochPlan plan_;
};

}  // namespace

std::string JobKind::artifact() const {
  std::string name;
  bool upper = true;
  for (const char c : type) {
    if (c != '_') name.push_back(upper ? c : absl::ascii_tolower(c));
    upper = c == '_';
  }
  return name + "Artifact";
}

EpochPlan PlanEpoch(Release release, int jobs, Random& random) {
  return Planner(release, random).Plan(jobs);
}

}  // namespace proverlog::generator
