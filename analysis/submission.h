#ifndef PROVERLOG_ANALYSIS_SUBMISSION_H_
#define PROVERLOG_ANALYSIS_SUBMISSION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "model/epoch_context.h"
#include "model/event.h"
#include "model/time.h"

namespace proverlog {

// A transaction on L1 as the log has it.
struct L1Transaction {
  std::string hash;
  UnixMillis at = 0;
  bool reverted = false;
  std::optional<uint64_t> gas_used;
  std::optional<uint64_t> gas_price;  // wei
  std::optional<absl::uint128> fee;   // wei
  int64_t calldata_bytes = 0;
  int64_t calldata_gas = 0;
  std::string sender;
};

struct SubmissionError {
  UnixMillis at = 0;
  std::string kind;  // of the event
  std::string words;
};

// Who moved L1's proven tip, where it was not this proof.
enum class TipAdvance : uint8_t {
  kUnknown,
  kAnotherProver,  // L1 had a proof of later blocks already
  kLongerProof,    // this prover's or another's
};

// What became of an epoch's proof on L1.
struct Submission {
  std::optional<UnixMillis> proof_ready_at;  // of the best session
  std::optional<UnixMillis> submitted_at;    // for the first time
  std::optional<UnixMillis> published_at;
  int32_t tries = 0;
  std::vector<L1Transaction> transactions;  // in order of time
  std::optional<absl::uint128> fee;         // wei; the sum of those that are known
  std::string estimated_fee;                // ETH, as it is printed
  std::vector<SubmissionError> errors;      // in order of time
  std::optional<UnixMillis> waiting_since;
  TipAdvance tip_advance = TipAdvance::kUnknown;
};

// The kinds of events that SubmissionOf reads.
const std::vector<std::string>& SubmissionEventKinds();

// `events` are those of the epoch, in any order. docs/queries.md, "Submissions", has the rules.
Submission SubmissionOf(const EpochContext& context, std::vector<Event> events);

// Of events that name no epoch, those that belong to one: where exactly one session on the event's
// machine had a proof then and had not ended.
std::map<int32_t, std::vector<Event>> JoinToEpochs(const std::vector<Event>& events,
                                                   const std::map<int32_t, EpochContext>& contexts);

// An amount of wei in ETH, with all its digits: "0.00492648153284321".
std::string WeiToEth(absl::uint128 wei);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_SUBMISSION_H_
