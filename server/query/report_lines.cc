#include "server/query/report_lines.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "model/log_level.h"
#include "rpc/convert.h"
#include "server/query/list_lines.h"
#include "server/query/transactions.h"
#include "server/query/trouble_lines.h"

namespace proverlog {
namespace {

constexpr int kTransactionsShown = 20;
constexpr int kMaxBegun = 100;
constexpr size_t kMaxTroublesShown = 50;
// Of 64 MiB of log each.
constexpr int kMaxPages = 8;
constexpr int kLinesAPage = 1000;
// The line with which an agent begins to prove a transaction's public part, 0.87 to 5.2.
constexpr char kAvmBegins[] = "Proving avm-circuit for TX ";
constexpr char kPublicVm[] = "PUBLIC_VM";

bool HasOpenAvmJobs(const v1::GetEpochSummaryResponse& epoch) {
  return std::any_of(epoch.job_types().begin(), epoch.job_types().end(),
                     [](const v1::JobTypeSummary& type) {
                       return type.type() == kPublicVm && type.in_flight() + type.abandoned() > 0;
                     });
}

// The hash that stands behind kAvmBegins; empty where the line is another.
std::string HashIn(absl::string_view line) {
  const size_t begin = line.find(kAvmBegins);
  if (begin == absl::string_view::npos) return "";
  const absl::string_view rest = line.substr(begin + sizeof(kAvmBegins) - 1);
  const auto end =
      std::find_if_not(rest.begin(), rest.end(), [](char c) { return absl::ascii_isalnum(c); });
  return {rest.begin(), end};
}

// Reads the epoch's lines of one machine for transactions that were begun.
absl::Status FindBegun(QueryStore& store, const ProverRef& prover,
                       const v1::GetEpochSummaryResponse& epoch, const std::string& machine,
                       std::set<std::string>& known, v1::ReportTransactions& transactions) {
  v1::ListLinesRequest request;
  request.set_machine(machine);
  request.set_text(kAvmBegins);
  request.set_page_size(kLinesAPage);
  *request.mutable_start_time() = epoch.first_time();
  *request.mutable_end_time() = ToProtoTimestamp(FromProtoTimestamp(epoch.last_time()) + 1);
  for (int page = 0; page < kMaxPages; ++page) {
    const auto lines = ListLines(store, prover, request);
    if (!lines.ok()) return lines.status();
    for (const v1::DatedLine& line : lines->lines()) {
      std::string hash = HashIn(line.text());
      if (hash.empty() || !known.insert(hash).second) continue;
      if (transactions.begun_size() == kMaxBegun) {
        transactions.set_more_begun(true);
        return absl::OkStatus();
      }
      transactions.add_begun(std::move(hash));
    }
    if (lines->next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(lines->next_page_token());
  }
  transactions.set_more_begun(true);
  return absl::OkStatus();
}

absl::Status AddTransactions(QueryStore& store, const ProverRef& prover,
                             const v1::GetEpochSummaryResponse& epoch, absl::Time now,
                             v1::GetReportResponse& report) {
  v1::ListTransactionsRequest request;
  request.set_epoch(epoch.epoch());
  request.set_page_size(kTransactionsShown);
  auto finished = ListTransactions(store, prover, request, now);
  if (!finished.ok()) return finished.status();
  v1::ReportTransactions& transactions = *report.add_transactions();
  *transactions.mutable_finished() = *std::move(finished);
  transactions.mutable_finished()->clear_completeness();
  if (!HasOpenAvmJobs(epoch)) return absl::OkStatus();
  std::set<std::string> known;
  for (const v1::Transaction& transaction : transactions.finished().transactions()) {
    known.insert(transaction.hash());
  }
  for (const v1::MachineShare& machine : epoch.machines()) {
    absl::Status status = FindBegun(store, prover, epoch, machine.machine(), known, transactions);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

v1::ReportTrouble ToProto(const Trouble& trouble) {
  v1::ReportTrouble proto;
  proto.set_level(absl::AsciiStrToUpper(LogLevelName(trouble.level)));
  proto.set_module(trouble.module);
  proto.set_message_template(trouble.message_template);
  proto.set_count(trouble.count);
  if (trouble.first_at) *proto.mutable_first_time() = ToProtoTimestamp(*trouble.first_at);
  proto.set_machine(trouble.example.machine);
  proto.set_source(trouble.example.source);
  proto.set_stream_id(trouble.example.stream_id);
  proto.set_offset(trouble.example.offset);
  return proto;
}

}  // namespace

absl::Status AddLinesToReport(QueryStore& store, const ProverRef& prover, const EpochWindow& span,
                              absl::Time now, v1::GetReportResponse& report) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    absl::Status status = AddTransactions(store, prover, epoch, now, report);
    if (!status.ok()) return status;
  }
  const auto lines = TroubleLinesOf(store, prover, span);
  if (!lines.ok()) return lines.status();
  v1::ReportTroubles& troubles = *report.mutable_troubles();
  troubles.set_kinds(static_cast<int32_t>(lines->troubles.size()));
  troubles.set_records(lines->records);
  troubles.set_all_read(!lines->stopped_at && !lines->more_logs && !lines->more_troubles);
  for (size_t i = 0; i < lines->troubles.size() && i < kMaxTroublesShown; ++i) {
    *troubles.add_troubles() = ToProto(lines->troubles[i]);
  }
  return absl::OkStatus();
}

}  // namespace proverlog
