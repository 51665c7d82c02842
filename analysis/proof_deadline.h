#ifndef PROVERLOG_ANALYSIS_PROOF_DEADLINE_H_
#define PROVERLOG_ANALYSIS_PROOF_DEADLINE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/epoch_context.h"
#include "model/time.h"

namespace proverlog {

// A rollup's times. An epoch's proof is taken until `window` epochs after its end.
struct EpochTiming {
  Millis slot = 0;
  int32_t slots = 0;   // of an epoch
  int32_t window = 1;  // epochs

  Millis length() const { return slot * slots; }
};

// The times of a rollup that is known.
struct TimingPreset {
  int64_t l1_chain_id = 0;
  absl::string_view rollup;  // its address on L1 in lower case; empty: each of the chain
  absl::string_view network;
  EpochTiming timing;
};

// Null where nothing is known of the rollup. A testnet's chain has several rollups with several
// times, so that the chain alone does not tell.
const TimingPreset* FindTimingPreset(int64_t l1_chain_id, absl::string_view rollup);

// What is known of the times beside the logs.
struct KnownTiming {
  std::optional<EpochTiming> asked;  // whoever asks says so
  const TimingPreset* preset = nullptr;
};

enum class DeadlineSource : uint8_t {
  kLog,         // a line of the epoch's prints it
  kOtherEpoch,  // one of another epoch's does, and it is so many epochs away
  kPreset,      // counted from a session's start
  kAsked,       // the same, with the times of whoever asks
};

// Until when an epoch's proof must be on L1.
struct ProofDeadline {
  UnixMillis at = 0;
  DeadlineSource source = DeadlineSource::kLog;
  int32_t from_epoch = 0;      // of all but kLog: whose line it is counted from
  Millis epoch_length = 0;     // with it
  absl::string_view network;   // whose preset that length is; empty where it is none
  bool at_the_latest = false;  // a session starts at its epoch's end or later
};

// The deadline of an epoch, learnt from what `contexts` have of it and of others; nothing where
// nothing tells. The rule is the rollup's: genesis + (epoch + 1 + window) * length
// (getProofSubmissionDeadlineTimestamp in Aztec's stdlib/epoch-helpers).
std::optional<ProofDeadline> DeadlineOf(int32_t epoch,
                                        const std::map<int32_t, EpochContext>& contexts,
                                        const KnownTiming& known);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_PROOF_DEADLINE_H_
