#include "model/job_purpose.h"

#include "absl/container/flat_hash_map.h"

namespace proverlog {

absl::string_view PurposeOf(absl::string_view type) {
  constexpr absl::string_view kParityBase = "proves a part of the messages from L1";
  constexpr absl::string_view kParityRoot = "merges the proofs of the messages from L1";
  constexpr absl::string_view kPrivateBase =
      "verifies a private transaction's proof and applies its effects";
  constexpr absl::string_view kPublicBase =
      "verifies a public transaction's proofs (client and AVM) and applies its effects";
  constexpr absl::string_view kClientProof =
      "compresses the client's proof of a transaction, so that a rollup circuit can verify it";
  constexpr absl::string_view kMerge = "merges the proofs of two groups of transactions";
  constexpr absl::string_view kBlock = "proves a block from its merged transactions";
  constexpr absl::string_view kOneTxBlock = "proves a block that has one transaction";
  constexpr absl::string_view kEmptyBlock = "proves a block without transactions";
  static const auto* const kPurposes =
      new absl::flat_hash_map<absl::string_view, absl::string_view>{
          {"PUBLIC_VM", "proves the execution of a transaction's public part (AVM circuit)"},
          {"TUBE_PROOF", kClientProof},
          {"PUBLIC_TUBE", kClientProof},
          {"PUBLIC_CHONK_VERIFIER", kClientProof},
          {"BASE_PARITY", kParityBase},
          {"PARITY_BASE", kParityBase},
          {"ROOT_PARITY", kParityRoot},
          {"PARITY_ROOT", kParityRoot},
          {"INBOX_PARITY", "proves the messages from L1"},
          {"PRIVATE_BASE_ROLLUP", kPrivateBase},
          {"PRIVATE_TX_BASE_ROLLUP", kPrivateBase},
          {"PUBLIC_BASE_ROLLUP", kPublicBase},
          {"PUBLIC_TX_BASE_ROLLUP", kPublicBase},
          {"MERGE_ROLLUP", kMerge},
          {"TX_MERGE_ROLLUP", kMerge},
          {"BLOCK_ROOT_ROLLUP", kBlock},
          {"BLOCK_ROOT_FIRST_ROLLUP", "proves the first block of a checkpoint"},
          {"BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP",
           "proves the first block of a checkpoint, which has one transaction"},
          {"BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP",
           "proves the first block of a checkpoint, which has no transactions"},
          {"BLOCK_ROOT_SINGLE_TX_ROLLUP", kOneTxBlock},
          {"SINGLE_TX_BLOCK_ROOT_ROLLUP", kOneTxBlock},
          {"EMPTY_BLOCK_ROOT_ROLLUP", kEmptyBlock},
          {"BLOCK_ROOT_NO_TXS_ROLLUP", kEmptyBlock},
          {"PADDING_BLOCK_ROOT_ROLLUP", "stands for a block where the epoch has too few"},
          {"BLOCK_MERGE_ROLLUP", "merges the proofs of two groups of blocks"},
          {"CHECKPOINT_ROOT_ROLLUP", "proves a checkpoint from its merged blocks"},
          {"CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", "proves a checkpoint that has one block"},
          {"CHECKPOINT_PADDING_ROLLUP", "stands for a checkpoint where the epoch has too few"},
          {"CHECKPOINT_MERGE_ROLLUP", "merges the proofs of two groups of checkpoints"},
          {"ROOT_ROLLUP", "proves the epoch; its proof goes to L1"}};
  const auto purpose = kPurposes->find(type);
  return purpose == kPurposes->end() ? "" : purpose->second;
}

}  // namespace proverlog
