#include "server/query/transactions.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "analysis/transactions.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/fact_lines.h"
#include "server/query/known_epoch.h"
#include "server/query/page_token.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr int kDefaultTransactions = 100;
constexpr int kMaxTransactions = 1000;
constexpr size_t kMaxProofs = 20;
constexpr int kEpochsSearched = 50;
constexpr size_t kLeastDigits = 4;
constexpr size_t kMostDigits = 64;

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(timestamp.seconds()))));
  return timestamp;
}

v1::Transaction ToProto(const Transaction& transaction) {
  v1::Transaction proto;
  proto.set_hash(transaction.hash);
  for (const CircuitRun& run : transaction.proofs) {
    if (static_cast<size_t>(proto.proofs_size()) == kMaxProofs) break;
    v1::AvmProof& proof = *proto.add_proofs();
    *proof.mutable_run() = ToProto(run);
    if (run.job) proof.set_job(run.job->ToString());
    if (run.epoch) proof.set_epoch(*run.epoch);
  }
  return proto;
}

v1::ListTransactionsResponse ToProto(const TransactionSummary& summary) {
  v1::ListTransactionsResponse response;
  response.set_transaction_count(static_cast<int32_t>(summary.transactions.size()));
  response.set_proof_count(summary.proofs);
  response.set_joined_count(summary.joined);
  if (summary.first) {
    *response.mutable_first_time() = ToTimestamp(*summary.first);
    *response.mutable_last_time() = ToTimestamp(*summary.last);
  }
  if (summary.per_second) response.set_per_second(*summary.per_second);
  response.set_max_parallel(summary.max_parallel);
  return response;
}

// By the end of the first proof, then by hash.
using TransactionPosition = std::pair<UnixMillis, std::string>;
TransactionPosition PositionOf(const Transaction& transaction) {
  return {transaction.proofs.front().at, transaction.hash};
}

absl::StatusOr<std::optional<TransactionPosition>> ParseTransactionPosition(
    const std::string& token, const std::string& this_request) {
  if (token.empty()) return std::optional<TransactionPosition>();
  const auto parts = ParsePageToken(token, this_request, 2);
  if (!parts.ok()) return parts.status();
  TransactionPosition position{0, (*parts)[1]};
  if (!absl::SimpleAtoi((*parts)[0], &position.first)) {
    return DamagedToken(token);
  }
  return std::optional<TransactionPosition>(std::move(position));
}

// As the logs print it: "0x" and lower-case digits.
absl::StatusOr<std::string> ParseHash(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  const absl::string_view digits = absl::StripPrefix(lower, "0x");
  const bool is_hex = std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit);
  if (!is_hex || digits.size() < kLeastDigits || digits.size() > kMostDigits) {
    return InvalidField("hash", absl::StrCat("\"", text.substr(0, 256), "\" is not ", kLeastDigits,
                                             " to ", kMostDigits, " hexadecimal digits"));
  }
  return absl::StrCat("0x", digits);
}

// The epochs to look through, ascending.
absl::StatusOr<std::vector<int32_t>> EpochsOf(QueryStore& store, const ProverRef& prover,
                                              const v1::GetTransactionRequest& request) {
  std::vector<int32_t> epochs;
  if (request.has_epoch()) {
    if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
    const auto known = store.LoadEpochWindows(prover, {request.epoch()});
    if (!known.ok()) return known.status();
    if (known->empty()) return NoSuchEpoch(store, prover, request.epoch());
    return std::vector<int32_t>{request.epoch()};
  }
  const auto latest = store.FindEpochs(prover, {}, kEpochsSearched);
  if (!latest.ok()) return latest.status();
  for (const EpochRevision& epoch : *latest) epochs.push_back(epoch.epoch);
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

// The only transaction whose hash begins so.
absl::StatusOr<Transaction> OnlyOne(std::vector<CircuitRun> runs, const std::string& hash,
                                    const std::vector<int32_t>& epochs) {
  TransactionSummary found = SummarizeTransactions(std::move(runs));
  if (found.transactions.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no AVM proof of a transaction ", hash, " is in the logs of ",
                     epochs.size() == 1 ? absl::StrCat("epoch ", epochs.front())
                                        : absl::StrCat("the latest ", epochs.size(), " epochs"),
                     "; a transaction without a public part is not named by logs"));
  }
  if (found.transactions.size() > 1) {
    return InvalidField(
        "hash", absl::StrCat(hash, " is the beginning of several, such as ",
                             found.transactions[0].hash, " and ", found.transactions[1].hash));
  }
  return std::move(found.transactions.front());
}

absl::Status AddLogLines(QueryStore& store, const ProverRef& prover, const Transaction& transaction,
                         v1::Transaction& proto) {
  std::set<int64_t> ids;
  for (const CircuitRun& run : transaction.proofs) ids.insert(run.origin.stream_id);
  const auto streams = store.LoadStreams(prover, {ids.begin(), ids.end()});
  if (!streams.ok()) return streams.status();
  std::map<int64_t, std::string> sources;
  for (const StreamStatus& stream : *streams) sources[stream.key.stream_id] = stream.source;
  for (int i = 0; i < proto.proofs_size(); ++i) {
    const Origin& origin = transaction.proofs[static_cast<size_t>(i)].origin;
    v1::AvmProof& proof = *proto.mutable_proofs(i);
    proof.set_source(sources[origin.stream_id]);
    const auto added = AddLines(store, prover, origin, kLinesAround, proof);
    if (!added.ok()) return added.status();
  }
  return absl::OkStatus();
}

absl::Status AddJobs(QueryStore& store, const ProverRef& prover, const Transaction& transaction,
                     v1::GetTransactionResponse& response) {
  std::set<JobId> ids;
  for (const CircuitRun& run : transaction.proofs) {
    if (run.job && ids.size() < kMaxProofs) ids.insert(*run.job);
  }
  for (const JobId& id : ids) {
    const auto job = store.LoadJob(prover, id);
    if (!job.ok()) return job.status();
    *response.add_jobs() = ToProto(*job);
  }
  return absl::OkStatus();
}

// Of the time from the first proof's beginning to the last one's end.
EpochWindow WindowOf(const Transaction& transaction) {
  EpochWindow window;
  for (const CircuitRun& run : transaction.proofs) {
    const UnixMillis begin = absl::ToUnixMillis(BeginOf(run));
    window.begin = std::min(begin, window.begin.value_or(begin));
    window.end = std::max(run.at + 1, window.end.value_or(run.at + 1));
  }
  return window;
}

}  // namespace

absl::StatusOr<v1::ListTransactionsResponse> ListTransactions(
    QueryStore& store, const ProverRef& prover, const v1::ListTransactionsRequest& request,
    absl::Time now) {
  const auto page_size = PageSize(request.page_size(), kDefaultTransactions, kMaxTransactions);
  if (!page_size.ok()) return page_size.status();
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  const std::string this_request = absl::StrCat("transactions ", prover.name, " ", request.epoch());
  const auto after = ParseTransactionPosition(request.page_token(), this_request);
  if (!after.ok()) return after.status();
  const auto windows = store.LoadEpochWindows(prover, {request.epoch()});
  if (!windows.ok()) return windows.status();
  if (windows->empty()) return NoSuchEpoch(store, prover, request.epoch());
  auto completeness = CompletenessOf(store, prover, *windows, now);
  if (!completeness.ok()) return completeness.status();
  auto runs = store.LoadTransactionRuns(prover, request.epoch());
  if (!runs.ok()) return runs.status();

  const TransactionSummary summary = SummarizeTransactions(std::move(runs->runs));
  v1::ListTransactionsResponse response = ToProto(summary);
  response.set_prover(prover.name);
  response.set_epoch(request.epoch());
  response.set_more_runs(runs->more);
  *response.mutable_completeness() = *std::move(completeness);
  TransactionPosition last;
  for (const Transaction& transaction : summary.transactions) {
    if (*after && PositionOf(transaction) <= **after) continue;
    if (response.transactions_size() == *page_size) {
      response.set_next_page_token(
          MakePageToken(this_request, {absl::StrCat(last.first), last.second}));
      break;
    }
    *response.add_transactions() = ToProto(transaction);
    last = PositionOf(transaction);
  }
  return response;
}

absl::StatusOr<v1::GetTransactionResponse> GetTransaction(QueryStore& store,
                                                          const ProverRef& prover,
                                                          const v1::GetTransactionRequest& request,
                                                          absl::Time now) {
  const auto hash = ParseHash(request.hash());
  if (!hash.ok()) return hash.status();
  const auto epochs = EpochsOf(store, prover, request);
  if (!epochs.ok()) return epochs.status();
  auto runs = store.FindTransactionRuns(prover, *epochs, *hash);
  if (!runs.ok()) return runs.status();
  const auto transaction = OnlyOne(*std::move(runs), *hash, *epochs);
  if (!transaction.ok()) return transaction.status();
  auto completeness = CompletenessOf(store, prover, WindowOf(*transaction), now);
  if (!completeness.ok()) return completeness.status();

  v1::GetTransactionResponse response;
  response.set_prover(prover.name);
  response.set_epochs_searched(static_cast<int32_t>(epochs->size()));
  if (!epochs->empty()) response.set_earliest_epoch(epochs->front());
  *response.mutable_completeness() = *std::move(completeness);
  *response.mutable_transaction() = ToProto(*transaction);
  auto status = AddLogLines(store, prover, *transaction, *response.mutable_transaction());
  if (status.ok()) status = AddJobs(store, prover, *transaction, response);
  if (!status.ok()) return status;
  return response;
}

}  // namespace proverlog
