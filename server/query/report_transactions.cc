#include "server/query/report_transactions.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/query/line_window.h"
#include "server/query/log_reading.h"
#include "server/query/transactions.h"

namespace proverlog {
namespace {

constexpr int kTransactionsShown = 20;
constexpr int kMaxBegun = 100;
// Of all epochs: some seconds of reading.
constexpr int64_t kMaxBytesForBegun = int64_t{256} << 20;
constexpr absl::string_view kPublicVm = "PUBLIC_VM";
// How an agent's lines begin and end the proof of a transaction's public part, 0.87 to 5.2.
constexpr absl::string_view kBegins = "Proving avm-circuit for TX ";
constexpr absl::string_view kEnds = "Generated proof for avm-circuit(";
// What names a job that is started; "Aborting job id=A to start new job id=B" has it too.
constexpr absl::string_view kStarts = "Starting job id=";
constexpr absl::string_view kStartsInstead = "to start new job id=";

bool HasOpenAvmJobs(const EpochSummary& epoch) {
  return std::any_of(
      epoch.job_types.begin(), epoch.job_types.end(), [](const JobTypeSummary& type) {
        return type.type == kPublicVm && type.counts.in_flight + type.counts.abandoned > 0;
      });
}

// What stands behind `key`; empty where the line does not have it.
absl::string_view Behind(absl::string_view line, absl::string_view key) {
  const size_t at = line.find(key);
  return at == absl::string_view::npos ? absl::string_view() : line.substr(at + key.size());
}

std::string HashAt(absl::string_view text) {
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c); });
  return {text.begin(), end};
}

// Which of an epoch's transactions have a proof that was begun, and which a finished one, by the
// lines of its time. A proof is of the epoch of the last PUBLIC_VM job that its log shows to be
// started before it.
class BegunProofs : public LogListener {
 public:
  BegunProofs(int32_t epoch, const EpochWindow& window, std::set<std::string> finished,
              int64_t* bytes_left)
      : epoch_(absl::StrCat(epoch, ":")),
        window_(window),
        finished_(std::move(finished)),
        bytes_left_(bytes_left) {}

  void Begin() {
    window_.Begin();
    is_of_epoch_ = true;
  }

  void OnLine(const DatedLine& line) override {
    const absl::string_view text = line.line.text;
    *bytes_left_ -= static_cast<int64_t>(text.size()) + 1;
    for (const absl::string_view key : {kStarts, kStartsInstead}) {
      const absl::string_view job = Behind(text, key);
      if (absl::StrContains(job, kPublicVm)) is_of_epoch_ = absl::StartsWith(job, epoch_);
    }
    std::string ended = HashAt(Behind(text, kEnds));
    if (!ended.empty()) finished_.insert(std::move(ended));
    std::string begun = HashAt(Behind(text, kBegins));
    if (!begun.empty() && is_of_epoch_ && window_.Has(line.at)) begun_.push_back(std::move(begun));
    window_.Look(line);
  }
  void OnGap(const Gap& /*gap*/) override {}

  // Whether nothing more of the log counts.
  bool IsDone() const { return window_.is_past() || *bytes_left_ <= 0; }

  void AddTo(v1::ReportTransactions& transactions) {
    for (const std::string& hash : begun_) {
      if (!finished_.insert(hash).second) continue;
      if (transactions.begun_size() == kMaxBegun) {
        transactions.set_more_begun(true);
        return;
      }
      transactions.add_begun(hash);
    }
  }

 private:
  const std::string epoch_;
  LineWindow window_;
  std::set<std::string> finished_;
  std::vector<std::string> begun_;  // as the logs have them
  int64_t* bytes_left_;
  bool is_of_epoch_ = true;
};

// The logs that show an attempt of the epoch's jobs.
std::vector<int64_t> LogsOf(const std::vector<Job>& jobs) {
  std::set<int64_t> ids;
  for (const Job& job : jobs) {
    for (const Attempt& attempt : job.attempts) ids.insert(attempt.origin.stream_id);
  }
  return {ids.begin(), ids.end()};
}

absl::Status AddBegun(QueryStore& store, const ProverRef& prover, const LoadedEpoch& epoch,
                      int64_t& bytes_left, v1::ReportTransactions& transactions) {
  const auto runs = store.LoadTransactionRuns(prover, epoch.summary.epoch);
  if (!runs.ok()) return runs.status();
  if (runs->more) {
    transactions.set_more_begun(true);
    return absl::OkStatus();
  }
  std::set<std::string> finished;
  for (const CircuitRun& run : runs->runs) finished.insert(run.tx);
  const EpochWindow window{*epoch.summary.first_at, *epoch.summary.last_at + 1};
  const auto streams = store.LoadStreams(prover, LogsOf(epoch.state.jobs));
  if (!streams.ok()) return streams.status();
  BegunProofs proofs(epoch.summary.epoch, window, std::move(finished), &bytes_left);
  for (const StreamStatus& stream : *streams) {
    auto reading = LogReading::Open(&store, prover, stream, LinePosition{*window.begin, -1});
    if (!reading.ok()) return reading.status();
    proofs.Begin();
    while (!reading->at_end() && !proofs.IsDone()) {
      if (absl::Status status = reading->ReadOn(proofs); !status.ok()) return status;
    }
  }
  if (bytes_left <= 0) transactions.set_more_begun(true);
  proofs.AddTo(transactions);
  return absl::OkStatus();
}

}  // namespace

absl::Status AddTransactions(QueryStore& store, const ProverRef& prover,
                             const std::vector<LoadedEpoch>& epochs, absl::Time now,
                             v1::GetReportResponse& report) {
  int64_t bytes_left = kMaxBytesForBegun;
  for (const LoadedEpoch& epoch : epochs) {
    v1::ListTransactionsRequest request;
    request.set_epoch(epoch.summary.epoch);
    request.set_page_size(kTransactionsShown);
    auto finished = ListTransactions(store, prover, request, now);
    if (!finished.ok()) return finished.status();
    v1::ReportTransactions& transactions = *report.add_transactions();
    *transactions.mutable_finished() = *std::move(finished);
    transactions.mutable_finished()->clear_completeness();
    if (!HasOpenAvmJobs(epoch.summary) || !epoch.summary.first_at) continue;
    absl::Status status = AddBegun(store, prover, epoch, bytes_left, transactions);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace proverlog
