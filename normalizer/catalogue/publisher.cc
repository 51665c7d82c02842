#include "normalizer/catalogue/catalogue.h"

namespace proverlog::catalogue {

// prover-node:l1-tx-publisher: an epoch's proof on its way to the L1 contract
std::vector<MessageSpec> PublisherMessages() {
  using enum Writer;
  // A table: one entry a message reads better than one field a line.
  // clang-format off
  return {
      {kNode, "0.87-5.2", "Submitting epoch proof to L1 rollup contract",
       "Submitting epoch proof to L1 rollup contract", {}, "l1.submitting",
       {"proofSize", "fromBlock", "toBlock", "fromCheckpoint", "toCheckpoint"}},
      {kNode, "0.87-5.2", "Published epoch proof to L1 rollup contract",
       "Published epoch proof to L1 rollup contract", {}, "l1.published",
       {"transactionHash", "gasUsed", "gasPrice", "calldataGas", "calldataSize", "blobGasUsed",
        "blobDataGas", "sender", "epochNumber", "fromBlock", "toBlock", "fromCheckpoint",
        "toCheckpoint"}},
      {kNode, "5.2", "Estimated epoch proof submission cost (not submitted)",
       "Estimated epoch proof submission cost (not submitted)", {}, "l1.estimated",
       {"epochNumber", "fromCheckpoint", "toCheckpoint", "gasLimit", "baseFeePerGas",
        "maxPriorityFeePerGas", "estimatedTotalFeeEth"}},
      {kNode, "4.1-5.2", "Rollup submitEpochProof tx reverted {tx}",
       "Rollup submitEpochProof tx reverted 0xe64fe8e1", {}, "l1.reverted",
       {"epochNumber", "fromCheckpoint", "toCheckpoint"}},
      {kNode, "0.87-2.0", "Rollup.submitEpochProof tx status failed {tx}",
       "Rollup.submitEpochProof tx status failed 0xe64fe8e1", {}, "l1.reverted",
       {"epochNumber", "fromBlock", "toBlock"}},
      {kNode, "4.1-5.2", "Rollup submit epoch proof tx reverted with {error...}",
       "Rollup submit epoch proof tx reverted with Rollup__StartAndEndNotSameEpoch", {},
       "l1.reverted"},
      {kNode, "0.87-2.0", "Rollup submit epoch proof tx reverted. {error...}",
       "Rollup submit epoch proof tx reverted. Rollup__StartAndEndNotSameEpoch", {},
       "l1.reverted"},
      {kNode, "0.87-5.2", "Rollup submit epoch proof failed: {error...}",
       "Rollup submit epoch proof failed: Error: insufficient funds for gas * price + value", {},
       "l1.failed"},
      {kNode, "4.1-5.2", "Failed to mine submitEpochProof tx", "Failed to mine submitEpochProof tx",
       {}, "l1.failed", {"epochNumber", "fromCheckpoint", "toCheckpoint"}},
      {kNode, "5.2", "Root rollup public inputs mismatch", "Root rollup public inputs mismatch", {},
       "l1.mismatch", {"fromCheckpoint", "toCheckpoint", "numDiffs"}},
      {kNode, "0.87-5.2", "Failed to record the ETH balance of the prover node: {any...}",
       "Failed to record the ETH balance of the prover node: Error: fetch failed"},
      {kNode, "4.1", "Checkpoint data syncing interrupted", "Checkpoint data syncing interrupted"},
      {kNode, "0.87-2.0", "L2 block data syncing interrupted", "L2 block data syncing interrupted"},
  };
  // clang-format on
}

}  // namespace proverlog::catalogue
