#include "analysis/submission.h"

#include <algorithm>
#include <sstream>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace proverlog {
namespace {

constexpr absl::string_view kSubmitting = "l1.submitting";
constexpr absl::string_view kPublishing = "candidate.publishing";
constexpr absl::string_view kPublished = "l1.published";
constexpr absl::string_view kReverted = "l1.reverted";
constexpr absl::string_view kEstimated = "l1.estimated";
constexpr size_t kWeiDigits = 18;

// A number, as it is or in quotes or as a bigint ("3284321n").
std::optional<uint64_t> Number(const Event& event, absl::string_view name) {
  absl::string_view text = event.field(name);
  absl::ConsumeSuffix(&text, "n");
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

int64_t SmallNumber(const Event& event, absl::string_view name) {
  int64_t value = 0;
  return absl::SimpleAtoi(event.field(name), &value) && value >= 0 ? value : 0;
}

L1Transaction TransactionOf(const Event& event) {
  L1Transaction transaction;
  transaction.at = event.at;
  transaction.reverted = event.kind == kReverted;
  transaction.hash = std::string(event.field(transaction.reverted ? "tx" : "transactionHash"));
  transaction.gas_used = Number(event, "gasUsed");
  transaction.gas_price = Number(event, "gasPrice");
  if (transaction.gas_used && transaction.gas_price) {
    // What calldata costs is part of gasUsed; blobs have a gas and a price of their own.
    transaction.fee = absl::uint128(*transaction.gas_used) * *transaction.gas_price +
                      absl::uint128(Number(event, "blobGasUsed").value_or(0)) *
                          Number(event, "blobDataGas").value_or(0);
  }
  transaction.calldata_bytes = SmallNumber(event, "calldataSize");
  transaction.calldata_gas = SmallNumber(event, "calldataGas");
  transaction.sender = std::string(event.field("sender"));
  return transaction;
}

bool IsError(const Event& event) {
  return event.kind == kReverted || event.kind == "l1.failed" || event.kind == "l1.mismatch" ||
         event.kind == "candidate.failed" || event.kind == "candidate.delayed" ||
         event.kind == "candidate.expired";
}

// "Cannot submit epoch proof for 33-64 as proven checkpoint is 96": up to 2.x it says block.
bool SaysThatTipIsBeyond(absl::string_view words) {
  return absl::StrContains(words, "as proven checkpoint is") ||
         absl::StrContains(words, "as proven block is");
}

TipAdvance TipAdvanceOf(const EpochSession* best, const std::vector<SubmissionError>& errors) {
  const bool beyond = std::any_of(errors.begin(), errors.end(), [](const SubmissionError& error) {
    return SaysThatTipIsBeyond(error.words);
  });
  if (beyond || (best != nullptr && SaysThatTipIsBeyond(best->reason))) {
    return TipAdvance::kAnotherProver;
  }
  if (best != nullptr && best->state == SessionState::kSuperseded) return TipAdvance::kLongerProof;
  return TipAdvance::kUnknown;
}

void TakeSession(const EpochSession& best, Submission& submission) {
  submission.proof_ready_at = best.proof_ready_at;
  submission.published_at = best.published_at;
  if (best.proof_ready_at && best.state == SessionState::kOpen) {
    submission.waiting_since = best.proof_ready_at;
  }
}

}  // namespace

const std::vector<std::string>& SubmissionEventKinds() {
  static const auto* const kKinds =
      new std::vector<std::string>{"candidate.delayed",     "candidate.expired",
                                   "candidate.failed",      std::string(kPublishing),
                                   std::string(kEstimated), "l1.failed",
                                   "l1.mismatch",           std::string(kPublished),
                                   std::string(kReverted),  std::string(kSubmitting)};
  return *kKinds;
}

Submission SubmissionOf(const EpochContext& context, std::vector<Event> events) {
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.at, a.kind, a.fields) < std::tie(b.at, b.kind, b.fields);
  });
  Submission submission;
  const EpochSession* best = BestSession(context.sessions);
  if (best != nullptr) TakeSession(*best, submission);
  int32_t submitting = 0;
  int32_t publishing = 0;
  for (const Event& event : events) {
    submitting += event.kind == kSubmitting ? 1 : 0;
    publishing += event.kind == kPublishing ? 1 : 0;
    const bool is_sent = event.kind == kSubmitting || event.kind == kPublishing;
    if (is_sent && !submission.submitted_at) submission.submitted_at = event.at;
    if (event.kind == kPublished || !event.field("tx").empty()) {
      submission.transactions.push_back(TransactionOf(event));
    }
    if (event.kind == kEstimated) {
      submission.estimated_fee = std::string(event.field("estimatedTotalFeeEth"));
    }
    if (IsError(event)) {
      submission.errors.push_back({event.at, event.kind, std::string(event.field("error"))});
    }
  }
  // Two lines of 5.x tell of each time; a level that hides the ones may show the others.
  submission.tries =
      std::max({submitting, publishing, static_cast<int32_t>(submission.transactions.size())});
  for (const L1Transaction& transaction : submission.transactions) {
    if (transaction.fee) submission.fee = submission.fee.value_or(0) + *transaction.fee;
  }
  submission.tip_advance = TipAdvanceOf(best, submission.errors);
  return submission;
}

std::map<int32_t, std::vector<Event>> JoinToEpochs(
    const std::vector<Event>& events, const std::map<int32_t, EpochContext>& contexts) {
  std::map<int32_t, std::vector<Event>> joined;
  for (const Event& event : events) {
    std::vector<int32_t> had_a_proof;
    for (const auto& [epoch, context] : contexts) {
      for (const EpochSession& session : context.sessions) {
        const bool had_proof = session.machine == event.origin.machine && session.proof_ready_at &&
                               *session.proof_ready_at <= event.at &&
                               event.at <= session.ended_at.value_or(event.at);
        if (had_proof) had_a_proof.push_back(epoch);
      }
    }
    if (had_a_proof.size() == 1) joined[had_a_proof.front()].push_back(event);
  }
  return joined;
}

std::string WeiToEth(absl::uint128 wei) {
  std::ostringstream stream;
  stream << wei;
  std::string digits = stream.str();
  if (digits.size() <= kWeiDigits) digits.insert(0, kWeiDigits + 1 - digits.size(), '0');
  digits.insert(digits.size() - kWeiDigits, ".");
  digits.erase(digits.find_last_not_of('0') + 1);
  return std::string(absl::StripSuffix(digits, "."));
}

}  // namespace proverlog
