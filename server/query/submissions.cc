#include "server/query/submissions.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "analysis/epoch_outcome.h"
#include "analysis/submission.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/deadlines.h"
#include "server/query/page_token.h"

namespace proverlog {
namespace {

constexpr int kDefaultSubmissions = 20;
constexpr int kMaxSubmissions = 100;
constexpr int kMaxListed = 10;  // transactions and errors of an epoch
// Of the events of one epoch's sessions that name no epoch; a submission has some three.
constexpr int kMaxNameless = 200;

// The epochs of a page, and those beside it.
struct Page {
  std::vector<EpochRow> rows;  // of the page
  std::map<int32_t, EpochContext> contexts;
  bool more = false;
};

absl::StatusOr<Page> LoadPage(QueryStore& store, const ProverRef& prover,
                              std::optional<int32_t> before, int size) {
  // From the epoch before the page's to that after it: sessions of neighbours overlap, and the
  // times of one tell of the others.
  std::optional<int32_t> from;
  if (before && *before < std::numeric_limits<int32_t>::max()) from = *before + 1;
  auto rows = store.ListEpochs(prover, from, size + 2);
  if (!rows.ok()) return rows.status();
  Page page;
  for (EpochRow& row : *rows) {
    page.contexts[row.epoch] = row.context;
    if (before && row.epoch >= *before) continue;
    if (page.rows.size() == static_cast<size_t>(size)) {
      page.more = true;
      continue;
    }
    page.rows.push_back(std::move(row));
  }
  return page;
}

// Between which instants the epoch's sessions had a proof that was not settled; nothing where they
// never had one.
std::optional<EpochWindow> WithProof(const EpochContext& context, UnixMillis now) {
  std::optional<EpochWindow> window;
  for (const EpochSession& session : context.sessions) {
    if (!session.proof_ready_at) continue;
    const UnixMillis begin = *session.proof_ready_at;
    const UnixMillis end = session.ended_at.value_or(now) + 1;
    if (!window) window = EpochWindow{begin, end};
    window->begin = std::min(*window->begin, begin);
    window->end = std::max(*window->end, end);
  }
  return window;
}

using EventsByEpoch = std::map<int32_t, std::vector<Event>>;

// Adds the events that name no epoch and belong to one of the page's.
absl::Status AddNameless(QueryStore& store, const ProverRef& prover, const Page& page,
                         UnixMillis now, EventsByEpoch& events) {
  for (const EpochRow& row : page.rows) {
    const auto window = WithProof(row.context, now);
    if (!window) continue;
    EventFilter filter;
    filter.kind = "l1.";
    filter.after = EventPosition{*window->begin - 1, "~", "ffffffff-ffff-ffff-ffff-ffffffffffff"};
    filter.before = window->end;
    const auto found = store.ListEvents(prover, filter, kMaxNameless);
    if (!found.ok()) return found.status();
    std::vector<Event> nameless;
    for (const EventRow& event : *found) nameless.push_back(event.event);
    EventsByEpoch joined = JoinToEpochs(nameless, page.contexts);
    std::vector<Event>& own = events[row.epoch];
    for (Event& event : joined[row.epoch]) own.push_back(std::move(event));
  }
  return absl::OkStatus();
}

absl::StatusOr<EventsByEpoch> LoadEvents(QueryStore& store, const ProverRef& prover,
                                         const Page& page, UnixMillis now) {
  std::vector<int32_t> epochs;
  for (const EpochRow& row : page.rows) epochs.push_back(row.epoch);
  auto events = store.LoadEvents(prover, epochs, SubmissionEventKinds());
  if (!events.ok()) return events.status();
  if (auto status = AddNameless(store, prover, page, now, *events); !status.ok()) return status;
  return events;
}

v1::L1Transaction ToProto(const L1Transaction& transaction) {
  v1::L1Transaction proto;
  proto.set_hash(transaction.hash);
  *proto.mutable_time() = ToProtoTimestamp(transaction.at);
  proto.set_reverted(transaction.reverted);
  if (transaction.gas_used) proto.set_gas_used(static_cast<int64_t>(*transaction.gas_used));
  if (transaction.gas_price) proto.set_gas_price_wei(absl::StrCat(*transaction.gas_price));
  if (transaction.fee) proto.set_fee_eth(WeiToEth(*transaction.fee));
  proto.set_calldata_bytes(transaction.calldata_bytes);
  proto.set_calldata_gas(transaction.calldata_gas);
  proto.set_sender(transaction.sender);
  return proto;
}

void AddTimes(const Submission& submission, v1::Submission& proto) {
  if (submission.proof_ready_at) {
    *proto.mutable_proof_ready_time() = ToProtoTimestamp(*submission.proof_ready_at);
  }
  if (submission.submitted_at) {
    *proto.mutable_submit_time() = ToProtoTimestamp(*submission.submitted_at);
  }
  if (submission.published_at) {
    *proto.mutable_publish_time() = ToProtoTimestamp(*submission.published_at);
  }
  if (submission.waiting_since) {
    *proto.mutable_waiting_since_time() = ToProtoTimestamp(*submission.waiting_since);
  }
}

v1::Submission ToProto(const Submission& submission) {
  v1::Submission proto;
  AddTimes(submission, proto);
  proto.set_tries(submission.tries);
  for (const L1Transaction& transaction : submission.transactions) {
    if (proto.transactions_size() == kMaxListed) break;
    *proto.add_transactions() = ToProto(transaction);
  }
  if (submission.fee) proto.set_fee_eth(WeiToEth(*submission.fee));
  proto.set_estimated_fee_eth(submission.estimated_fee);
  for (const SubmissionError& error : submission.errors) {
    if (proto.errors_size() == kMaxListed) break;
    v1::SubmissionError& added = *proto.add_errors();
    *added.mutable_time() = ToProtoTimestamp(error.at);
    added.set_kind(error.kind);
    added.set_words(error.words);
  }
  // In the order of the message's numbers.
  proto.set_tip_advance(static_cast<v1::TipAdvance>(submission.tip_advance));
  return proto;
}

void AddDeadline(const ProofDeadline& deadline, v1::Submission& proto) {
  *proto.mutable_deadline() = ToProto(deadline);
  if (!proto.has_publish_time()) return;
  *proto.mutable_margin() =
      MillisToProto(static_cast<double>(deadline.at - FromProtoTimestamp(proto.publish_time())));
}

absl::Status AddCompleteness(QueryStore& store, const ProverRef& prover, const Page& page,
                             bool is_latest, absl::Time now,
                             v1::ListSubmissionsResponse& response) {
  EpochWindow window;
  for (const EpochRow& row : page.rows) {
    if (row.first_at) window.begin = std::min(*row.first_at, window.begin.value_or(*row.first_at));
    if (row.last_at && !is_latest) window.end = std::max(*row.last_at + 1, window.end.value_or(0));
  }
  auto completeness = CompletenessOf(store, prover, window, now);
  if (!completeness.ok()) return completeness.status();
  *response.mutable_completeness() = *std::move(completeness);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<int32_t>> ReadPosition(const std::string& token,
                                                    const std::string& request) {
  if (token.empty()) return std::optional<int32_t>();
  const auto position = ParsePageToken(token, request, 1);
  if (!position.ok()) return position.status();
  int32_t epoch = 0;
  if (!absl::SimpleAtoi(position->front(), &epoch) || epoch < 0) {
    return DamagedToken(token);
  }
  return epoch;
}

}  // namespace

absl::StatusOr<v1::ListSubmissionsResponse> ListSubmissions(
    QueryStore& store, const ProverRef& prover, const v1::ListSubmissionsRequest& request,
    absl::Time now) {
  const auto page_size = PageSize(request.page_size(), kDefaultSubmissions, kMaxSubmissions);
  if (!page_size.ok()) return page_size.status();
  const auto asked = ReadTiming(request.has_timing(), request.timing());
  if (!asked.ok()) return asked.status();
  const std::string this_request = absl::StrCat("submissions ", prover.name);
  const auto before = ReadPosition(request.page_token(), this_request);
  if (!before.ok()) return before.status();
  const auto page = LoadPage(store, prover, *before, *page_size);
  if (!page.ok()) return page.status();
  const auto timing = KnownTimingOf(store, prover, *asked);
  if (!timing.ok()) return timing.status();
  auto events = LoadEvents(store, prover, *page, absl::ToUnixMillis(now));
  if (!events.ok()) return events.status();

  v1::ListSubmissionsResponse response;
  response.set_prover(prover.name);
  for (const EpochRow& row : page->rows) {
    v1::Submission& proto = *response.add_submissions();
    proto = ToProto(SubmissionOf(row.context, std::move((*events)[row.epoch])));
    proto.set_epoch(row.epoch);
    proto.set_outcome(ToProto(OutcomeOf(row.totals, row.root_completed, row.context.sessions)));
    const auto deadline = DeadlineOf(row.epoch, page->contexts, *timing);
    if (deadline) AddDeadline(*deadline, proto);
  }
  if (page->more) {
    response.set_next_page_token(
        MakePageToken(this_request, {absl::StrCat(page->rows.back().epoch)}));
  }
  const auto status = AddCompleteness(store, prover, *page, !before->has_value(), now, response);
  if (!status.ok()) return status;
  return response;
}

}  // namespace proverlog
