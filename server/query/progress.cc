#include "server/query/progress.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "analysis/epoch_summary.h"
#include "analysis/progress.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/deadlines.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

// An epoch is measured by at most so many proven ones, of so many before it.
constexpr size_t kMostEarlier = 10;
constexpr int kLookedAt = 20;

// What is known of the epoch and of those before it.
struct Known {
  EpochSummary summary;
  std::map<int32_t, EpochContext> contexts;
  std::vector<int32_t> proven;  // before it, the latest first
};

absl::StatusOr<Known> LoadKnown(QueryStore& store, const ProverRef& prover, int32_t epoch,
                                const EpochState& state) {
  Known known;
  known.summary = SummarizeEpoch(epoch, state.jobs, state.context);
  const auto rows = store.ListEpochs(prover, epoch, kLookedAt);
  if (!rows.ok()) return rows.status();
  for (const EpochRow& row : *rows) {
    known.contexts[row.epoch] = row.context;
    if (row.root_completed && known.proven.size() < kMostEarlier) {
      known.proven.push_back(row.epoch);
    }
  }
  known.contexts[epoch] = state.context;
  return known;
}

// Nothing more happens to it, as far as the logs say: a proof that waits for L1 is not the end, and
// a moment without a job in flight is none either.
bool IsOver(const EpochSummary& summary, const EpochContext& context) {
  switch (summary.outcome) {
    case EpochOutcome::kInProgress:
      return false;
    case EpochOutcome::kIncomplete:
      return ClosedAt(context).has_value();
    case EpochOutcome::kProven:
      return context.sessions.empty() || ClosedAt(context);
    default:
      return true;
  }
}

// How many transactions the prover node said that the epoch has (up to 4.x).
std::optional<int32_t> TransactionsOf(const std::vector<Event>& events) {
  for (const char* field : {"epochSizeTxs", "txs"}) {
    for (const Event& event : events) {
      const auto found = event.fields.find(field);
      int32_t count = 0;
      if (found != event.fields.end() && absl::SimpleAtoi(found->second, &count)) return count;
    }
  }
  return std::nullopt;
}

absl::StatusOr<Progress> Estimate(QueryStore& store, const ProverRef& prover, const Known& known,
                                  EpochState state, UnixMillis as_of) {
  const int32_t epoch = known.summary.epoch;
  const auto jobs = store.LoadCompleted(prover, known.proven, kMaxJobsLoaded);
  if (!jobs.ok()) return jobs.status();
  std::vector<EpochShape> earlier;
  for (const int32_t proven : known.proven) {
    const auto completed = jobs->find(proven);
    if (completed == jobs->end()) continue;
    auto shape = ShapeOf(proven, completed->second, known.contexts.at(proven));
    if (shape) earlier.push_back(*std::move(shape));
  }
  const auto events = store.LoadEvents(prover, {epoch}, {"epoch.started", "epoch.gathered"});
  if (!events.ok()) return events.status();
  const auto told = events->find(epoch);
  EpochSoFar so_far{std::move(state.jobs), std::move(state.context), std::nullopt, as_of};
  if (told != events->end()) so_far.transactions = TransactionsOf(told->second);
  return ProgressOf(so_far, earlier);
}

// Up to when the logs tell. That a sender is connected is no later word: it may still have to send
// what was written an hour ago.
UnixMillis AsOf(const v1::Completeness& completeness, const EpochSummary& summary, absl::Time now) {
  UnixMillis as_of = summary.last_at.value_or(0);
  for (const v1::SourceState& source : completeness.sources()) {
    const v1::LogStream& stream = source.stream();
    if (stream.has_last_record_time()) {
      as_of = std::max(as_of, FromProtoTimestamp(stream.last_record_time()));
    }
  }
  return std::min<UnixMillis>(as_of, absl::ToUnixMillis(now));
}

v1::TypeProgress ToProto(const TypeProgress& type) {
  v1::TypeProgress proto;
  proto.set_type(type.type);
  proto.set_done(type.done);
  proto.set_running(type.running);
  proto.set_queued(type.queued);
  proto.set_given_up(type.given_up);
  if (type.expected) proto.set_expected(*type.expected);
  return proto;
}

v1::EndEstimate ToProto(const EndEstimate& estimate) {
  v1::EndEstimate proto;
  *proto.mutable_time() = ToProtoTimestamp(estimate.at);
  proto.set_to_l1(estimate.to_l1);
  if (estimate.share == 0) return proto;
  *proto.mutable_earliest_time() = ToProtoTimestamp(estimate.earliest);
  *proto.mutable_latest_time() = ToProtoTimestamp(estimate.latest);
  proto.set_share(estimate.share);
  return proto;
}

void AddProgress(const Progress& progress, v1::GetProgressResponse& response) {
  if (progress.last_completed_at) {
    *response.mutable_last_complete_time() = ToProtoTimestamp(*progress.last_completed_at);
  }
  *response.mutable_total() = ToProto(progress.total);
  for (const TypeProgress& type : progress.types) *response.add_types() = ToProto(type);
  // In the order of the message's numbers.
  response.set_expected_basis(static_cast<v1::ExpectedBasis>(progress.basis));
  response.set_transactions(progress.transactions);
  response.mutable_earlier_epochs()->Add(progress.earlier_epochs.begin(),
                                         progress.earlier_epochs.end());
  if (progress.estimate) *response.mutable_estimate() = ToProto(*progress.estimate);
}

void AddTimes(const EpochSummary& summary, v1::GetProgressResponse& response) {
  UnixMillis begin = summary.first_at.value_or(kLastInstant);
  UnixMillis end = summary.last_at.value_or(0);
  for (const EpochSession& session : summary.sessions) {
    begin = std::min(begin, session.started_at.value_or(begin));
    end = std::max(end, session.ended_at.value_or(end));
  }
  if (begin <= end) *response.mutable_start_time() = ToProtoTimestamp(begin);
  if (begin <= end && response.over()) *response.mutable_end_time() = ToProtoTimestamp(end);
  const EpochSession* best = BestSession(summary.sessions);
  if (best == nullptr) return;
  if (best->proof_ready_at) {
    *response.mutable_proof_ready_time() = ToProtoTimestamp(*best->proof_ready_at);
  }
  if (best->published_at) {
    *response.mutable_publish_time() = ToProtoTimestamp(*best->published_at);
  }
}

// Adds the deadline, and what it means for the epoch.
void AddDeadline(const ProofDeadline& deadline, absl::Time now, v1::GetProgressResponse& response) {
  *response.mutable_deadline() = ToProto(deadline);
  const auto margin = [&](const google::protobuf::Timestamp& end) {
    *response.mutable_margin() =
        MillisToProto(static_cast<double>(deadline.at - FromProtoTimestamp(end)));
  };
  if (response.over()) {
    if (response.has_publish_time()) margin(response.publish_time());
    return;
  }
  if (response.has_estimate()) margin(response.estimate().time());
  if (deadline.at <= absl::ToUnixMillis(now)) {
    response.set_verdict(v1::PROGRESS_VERDICT_LATE);
    return;
  }
  if (!response.has_estimate()) return;
  const v1::EndEstimate& estimate = response.estimate();
  const bool has_interval = estimate.has_earliest_time();
  const auto earliest =
      FromProtoTimestamp(has_interval ? estimate.earliest_time() : estimate.time());
  // Since the logs' last word nothing may have happened.
  const UnixMillis untold = absl::ToUnixMillis(now) - FromProtoTimestamp(response.as_of_time());
  const auto latest =
      FromProtoTimestamp(has_interval ? estimate.latest_time() : estimate.time()) + untold;
  response.set_verdict(latest <= deadline.at    ? v1::PROGRESS_VERDICT_ON_TIME
                       : earliest > deadline.at ? v1::PROGRESS_VERDICT_LATE
                                                : v1::PROGRESS_VERDICT_AT_RISK);
}

// The latest where the request names none.
absl::StatusOr<int32_t> EpochAsked(QueryStore& store, const ProverRef& prover,
                                   const v1::GetProgressRequest& request) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  if (request.has_epoch()) return request.epoch();
  const auto latest = store.ListEpochs(prover, std::nullopt, 1);
  if (!latest.ok()) return latest.status();
  if (!latest->empty()) return latest->front().epoch;
  return absl::NotFoundError(absl::StrCat("prover \"", prover.name, "\" has no epoch yet"));
}

}  // namespace

absl::StatusOr<v1::GetProgressResponse> GetProgress(QueryStore& store, const ProverRef& prover,
                                                    const v1::GetProgressRequest& request,
                                                    absl::Time now) {
  const auto found = EpochAsked(store, prover, request);
  if (!found.ok()) return found.status();
  const int32_t epoch = *found;
  auto loaded = store.LoadEpoch(prover, epoch, kMaxJobsLoaded);
  if (!loaded.ok()) return loaded.status();
  EpochState& state = *loaded;
  if (auto status = CheckKnown(store, prover, epoch, state); !status.ok()) return status;
  const auto asked = ReadTiming(request.has_timing(), request.timing());
  if (!asked.ok()) return asked.status();
  const auto known = LoadKnown(store, prover, epoch, state);
  if (!known.ok()) return known.status();
  const EpochSummary& summary = known->summary;
  v1::GetProgressResponse response;
  response.set_prover(prover.name);
  response.set_epoch(epoch);
  response.set_outcome(ToProto(summary.outcome));
  response.set_over(IsOver(summary, state.context));
  AddTimes(summary, response);

  EpochWindow window;
  if (response.has_start_time()) window.begin = FromProtoTimestamp(response.start_time());
  if (response.has_end_time()) window.end = FromProtoTimestamp(response.end_time()) + 1;
  auto completeness = CompletenessOf(store, prover, window, now);
  if (!completeness.ok()) return completeness.status();
  const UnixMillis as_of = AsOf(*completeness, summary, now);
  *response.mutable_as_of_time() = ToProtoTimestamp(as_of);
  *response.mutable_completeness() = *std::move(completeness);

  absl::StatusOr<Progress> progress = CountsOf(state.jobs);
  if (response.over()) {
    response.set_verdict(v1::PROGRESS_VERDICT_OVER);
  } else {
    progress = Estimate(store, prover, *known, std::move(state), as_of);
  }
  if (!progress.ok()) return progress.status();
  AddProgress(*progress, response);
  const auto timing = KnownTimingOf(store, prover, *asked);
  if (!timing.ok()) return timing.status();
  const auto deadline = DeadlineOf(epoch, known->contexts, *timing);
  if (deadline) AddDeadline(*deadline, now, response);
  return response;
}

}  // namespace proverlog
