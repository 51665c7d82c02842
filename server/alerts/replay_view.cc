#include "server/alerts/replay_view.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "alerts/rule.h"
#include "analysis/explanation.h"
#include "model/epoch_session.h"
#include "server/alerts/epoch_view.h"
#include "server/query/deadlines.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

// Before its beginning: so that there are earlier epochs.
constexpr Millis kBefore = 12 * kViewed;
constexpr Millis kEstimatedEvery = 30'000;

bool ByInstant(const Event& a, const Event& b) { return a.at < b.at; }

std::vector<Event> Until(const std::vector<Event>& events, UnixMillis at) {
  const auto end = std::upper_bound(events.begin(), events.end(), at,
                                    [](UnixMillis t, const Event& event) { return t < event.at; });
  return {events.begin(), end};
}

std::vector<Fact> Until(const std::vector<Fact>& facts, UnixMillis at) {
  std::vector<Fact> until;
  for (const Fact& fact : facts) {
    if (fact.at <= at) until.push_back(fact);
  }
  return until;
}

std::vector<std::string> AllKinds() {
  std::vector<std::string> kinds = SessionEventKinds();
  kinds.insert(kinds.end(), EpochEventKinds().begin(), EpochEventKinds().end());
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

std::vector<Event> OfKinds(const std::vector<Event>& events,
                           const std::vector<std::string>& kinds) {
  std::vector<Event> found;
  for (const Event& event : events) {
    if (std::find(kinds.begin(), kinds.end(), event.kind) != kinds.end()) found.push_back(event);
  }
  std::stable_sort(found.begin(), found.end(), ByInstant);
  return found;
}

}  // namespace

absl::StatusOr<ReplayView> ReplayView::Create(QueryStore* store, EpochCache* cache,
                                              const ProverRef& prover, UnixMillis begin,
                                              UnixMillis end) {
  ReplayView replay(store, cache, prover);
  if (auto status = replay.Prepare(begin, end); !status.ok()) return status;
  return replay;
}

absl::Status ReplayView::Prepare(UnixMillis begin, UnixMillis end) {
  view_.prover = prover_.name;
  view_.replayed = true;
  const auto found = store_->FindEpochs(prover_, {begin - kBefore, end}, kMaxEpochs + 1);
  if (!found.ok()) return found.status();
  if (found->size() > kMaxEpochs) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the time has more than ", kMaxEpochs, " epochs, too many at once; ask about less of it"));
  }
  for (const EpochRevision& epoch : *found) epochs_[epoch.epoch].first_at = epoch.first_at;
  std::vector<std::string> kinds = ViewedEventKinds();
  kinds.insert(kinds.end(), SubmissionEventKinds().begin(), SubmissionEventKinds().end());
  auto loose = store_->LoadLooseEvents(prover_, kinds, {begin - kViewed, end});
  if (!loose.ok()) return loose.status();
  loose_ = *std::move(loose);
  auto timing = KnownTimingOf(*store_, prover_, std::nullopt);
  if (!timing.ok()) return timing.status();
  timing_ = *timing;
  if (timing_.preset != nullptr) view_.epoch_length = timing_.preset->timing.length();
  return absl::OkStatus();
}

absl::Status ReplayView::Load(int32_t number, ReplayedEpoch& epoch) {
  auto state = store_->LoadEpoch(prover_, number, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  auto events = store_->LoadEvents(prover_, {number}, AllKinds());
  if (!events.ok()) return events.status();
  epoch.loaded = true;
  epoch.view.epoch = number;
  epoch.sessions = OfKinds((*events)[number], SessionEventKinds());
  epoch.events = OfKinds((*events)[number], EpochEventKinds());
  epoch.moved_on_at = state->context.moved_on_at;
  epoch.jobs = state->jobs;
  epoch.places.assign(epoch.jobs.size(), kNowhere);
  std::vector<CompletedJob> completed;
  for (size_t number_of_job = 0; number_of_job < epoch.jobs.size(); ++number_of_job) {
    const Job& job = epoch.jobs[number_of_job];
    for (const Fact& fact : job.facts) epoch.coming.push_back({fact.at, number_of_job});
    if (!job.exists || job.state != JobState::kCompleted || !job.first_at) continue;
    completed.push_back({job.id.type, *job.first_at, job.ended_at.value_or(*job.last_at)});
  }
  std::sort(epoch.coming.begin(), epoch.coming.end(),
            [](const Coming& a, const Coming& b) { return a.at < b.at; });
  epoch.shape = ShapeOf(number, completed, state->context);
  epoch.cached = ComputeEpoch(number, *state);
  cache_->Put(prover_, epoch.cached);
  return absl::OkStatus();
}

// Derives anew the jobs of which something was told since, and what follows.
void ReplayView::Advance(UnixMillis at, ReplayedEpoch& epoch) {
  std::optional<UnixMillis> moved_on_at = epoch.moved_on_at;
  if (moved_on_at && *moved_on_at > at) moved_on_at.reset();
  const auto closed_before = ClosedAt(epoch.view.context);
  epoch.view.context = ContextOf(Until(epoch.sessions, at), moved_on_at);
  const auto closed_at = ClosedAt(epoch.view.context);
  std::vector<size_t> touched;
  // Those that were abandoned may not be any more.
  for (size_t job = 0; closed_at != closed_before && job < epoch.jobs.size(); ++job) {
    if (epoch.places[job] != kNowhere) touched.push_back(job);
  }
  for (; epoch.next < epoch.coming.size() && epoch.coming[epoch.next].at <= at; ++epoch.next) {
    touched.push_back(epoch.coming[epoch.next].job);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const size_t number : touched) {
    const Job& whole = epoch.jobs[number];
    Job job = DeriveJob(whole.id, Until(whole.facts, at));
    if (!job.exists) continue;
    size_t& place = epoch.places[number];
    if (place == kNowhere) {
      place = epoch.view.jobs.size();
      epoch.view.jobs.push_back(std::move(job));
    } else {
      epoch.view.jobs[place] = std::move(job);
    }
  }
  if (closed_at) {
    for (Job& job : epoch.view.jobs) Abandon(*closed_at, job);
  }
  DeriveState(epoch.view);
  epoch.view.figures = nullptr;
  if (epoch.view.over) epoch.view.figures = {epoch.cached, &epoch.cached->figures};
}

absl::Status ReplayView::AdvanceAll(UnixMillis at) {
  for (auto& [number, epoch] : epochs_) {
    if (epoch.done || epoch.first_at > at) continue;
    if (!epoch.loaded) {
      if (auto status = Load(number, epoch); !status.ok()) return status;
    }
    Advance(at, epoch);
    epoch.done = epoch.next == epoch.coming.size() && epoch.view.over &&
                 epoch.view.last_at.value_or(0) < at - kViewed;
    if (!epoch.done) continue;
    epoch.jobs = {};
    epoch.view.jobs = {};
    epoch.coming = {};
    epoch.places = {};
  }
  return absl::OkStatus();
}

std::vector<EpochShape> ReplayView::TakeEarlier() {
  std::vector<EpochShape> shapes;
  for (auto epoch = epochs_.rbegin(); epoch != epochs_.rend(); ++epoch) {
    const ReplayedEpoch& replayed = epoch->second;
    const bool was_proven =
        IsWell(replayed.view.outcome) || replayed.view.outcome == EpochOutcome::kDropped;
    if (!replayed.done || !was_proven || view_.earlier.size() == kEarlierEpochs) continue;
    view_.earlier.emplace_back(replayed.cached, &replayed.cached->figures);
    if (replayed.shape) shapes.push_back(*replayed.shape);
  }
  return shapes;
}

absl::StatusOr<const ProverView*> ReplayView::At(UnixMillis at) {
  for (EpochView& epoch : view_.epochs) epochs_.at(epoch.epoch).view = std::move(epoch);
  view_.epochs.clear();
  view_.earlier.clear();
  view_.now = view_.complete_until = at;
  if (auto status = AdvanceAll(at); !status.ok()) return status;
  const std::vector<EpochShape> shapes = TakeEarlier();
  std::map<int32_t, EpochContext> contexts;
  std::map<int32_t, std::vector<Event>> events;
  for (auto& [number, epoch] : epochs_) {
    if (!epoch.loaded) continue;
    contexts[number] = epoch.view.context;
    if (epoch.done) continue;
    events[number] = Until(epoch.events, at);
    if (!epoch.view.estimate || epoch.view.over || at - epoch.estimated_at >= kEstimatedEvery) {
      epoch.estimated_at = at;
      DeriveEnd(events[number], at, shapes, epoch.view);
    }
    view_.epochs.push_back(std::move(epoch.view));
  }
  const std::vector<Event> loose = Until(loose_, at);
  DeriveSubmissions(std::move(events), loose, contexts, timing_, view_);
  view_.events = OfKinds(loose, ViewedEventKinds());
  const auto is_early = [&](const Event& event) { return event.at < at - kViewed; };
  view_.events.erase(std::remove_if(view_.events.begin(), view_.events.end(), is_early),
                     view_.events.end());
  return &view_;
}

}  // namespace proverlog
