#include "server/alerts/epoch_view.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "analysis/progress.h"
#include "analysis/submission.h"

namespace proverlog {
namespace {

void TakeEarlier(std::optional<UnixMillis> at, std::optional<UnixMillis>& earliest) {
  if (at) earliest = std::min(*at, earliest.value_or(*at));
}

}  // namespace

const std::vector<std::string>& EpochEventKinds() {
  static const auto* const kKinds = [] {
    auto* kinds = new std::vector<std::string>(SubmissionEventKinds());
    kinds->insert(kinds->end(), TransactionEventKinds().begin(), TransactionEventKinds().end());
    return kinds;
  }();
  return *kKinds;
}

void DeriveState(EpochView& view) {
  JobCounts totals;
  bool root_completed = false;
  std::optional<UnixMillis> first_job;
  view.last_at.reset();
  for (const Job& job : view.jobs) {
    totals.failed += job.state == JobState::kFailed ? 1 : 0;
    totals.aborted += job.state == JobState::kAborted ? 1 : 0;
    totals.abandoned += job.state == JobState::kAbandoned ? 1 : 0;
    totals.in_flight += IsInFlight(job.state) ? 1 : 0;
    root_completed =
        root_completed || (job.id.type == kRootRollup && job.state == JobState::kCompleted);
    TakeEarlier(job.first_at, first_job);
    view.last_at = std::max(view.last_at, job.last_at);
  }
  view.begin.reset();
  for (const EpochSession& session : view.context.sessions) {
    TakeEarlier(session.started_at, view.begin);
    view.last_at = std::max({view.last_at, session.started_at, session.ended_at});
  }
  if (!view.begin) view.begin = first_job;
  view.outcome = OutcomeOf(totals, root_completed, view.context.sessions);
  view.over = IsOver(view.outcome, view.context);
}

void DeriveEnd(const std::vector<Event>& events, UnixMillis as_of,
               const std::vector<EpochShape>& earlier, EpochView& view) {
  view.estimate.reset();
  if (view.over || earlier.empty()) return;
  EpochSoFar so_far{std::move(view.jobs), view.context, TransactionsOf(events), as_of};
  view.estimate = ProgressOf(so_far, earlier).estimate;
  view.jobs = std::move(so_far.jobs);
}

void DeriveSubmissions(std::map<int32_t, std::vector<Event>> events,
                       const std::vector<Event>& loose,
                       const std::map<int32_t, EpochContext>& contexts, const KnownTiming& timing,
                       ProverView& view) {
  const std::vector<std::string>& kinds = SubmissionEventKinds();
  std::vector<Event> nameless;
  for (const Event& event : loose) {
    if (std::find(kinds.begin(), kinds.end(), event.kind) != kinds.end()) nameless.push_back(event);
  }
  for (auto& [epoch, joined] : JoinToEpochs(nameless, contexts)) {
    for (Event& event : joined) events[epoch].push_back(std::move(event));
  }
  for (EpochView& epoch : view.epochs) {
    epoch.submission = SubmissionOf(epoch.context, std::move(events[epoch.epoch]));
    epoch.deadline.reset();
    if (!epoch.over) epoch.deadline = DeadlineOf(epoch.epoch, contexts, timing);
  }
}

}  // namespace proverlog
