#include "server/alerts/view_loader.h"

#include <algorithm>
#include <limits>
#include <string>

#include "alerts/complete_until.h"
#include "alerts/rule.h"
#include "analysis/explanation.h"
#include "server/alerts/epoch_view.h"
#include "server/query/deadlines.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

// Epochs that are looked at: those of the view and the earlier ones are among them.
constexpr int kLookedAt = 20;
constexpr int kMaxLogs = 1000;
// An epoch, or a log, that nobody ended goes on for so long at most.
constexpr Millis kGoesOnFor = 24 * kViewed;
// The jobs' ends change an estimate little in this time.
constexpr Millis kEstimatedEvery = 30'000;

bool WasProven(EpochOutcome outcome) {
  return IsWell(outcome) || outcome == EpochOutcome::kDropped;
}

LogView LogOf(StreamStatus stream) {
  LogView log;
  log.stream_id = stream.key.stream_id;
  log.machine = std::move(stream.machine);
  log.source = std::move(stream.source);
  log.first_at = stream.counts.first_at;
  log.last_at = stream.counts.last_at;
  log.received_at = stream.received_at;
  log.seen_at = stream.seen_at;
  log.ended = stream.sealed;
  log.unread_bytes = stream.committed_offset - stream.normalized_offset;
  log.counts = std::move(stream.counts);
  log.gaps = std::move(stream.gaps);
  return log;
}

// Puts the jobs into the epoch, in the place of what is known of them.
void TakeJobs(std::vector<Job> jobs, EpochView& view, absl::flat_hash_map<JobId, size_t>& places) {
  for (Job& job : jobs) {
    if (!job.exists) continue;
    const auto [place, is_new] = places.try_emplace(job.id, view.jobs.size());
    if (is_new) {
      view.jobs.push_back(std::move(job));
    } else {
      view.jobs[place->second] = std::move(job);
    }
  }
}

// Whether all that is stored of the jobs that were not loaded again is known.
bool HasOthers(const EpochView& view, const std::vector<Job>& loaded, const EpochDelta& delta) {
  int64_t jobs = static_cast<int64_t>(view.jobs.size());
  int64_t facts = 0;
  for (const Job& job : view.jobs) facts += static_cast<int64_t>(job.facts.size());
  for (const Job& job : loaded) {
    if (!job.exists) continue;
    --jobs;
    facts -= static_cast<int64_t>(job.facts.size());
  }
  return jobs == delta.others && facts == delta.facts_of_others;
}

}  // namespace

absl::Status ViewLoader::LoadJobs(const Round& round, const EpochVersion& version,
                                  LoadedEpoch& epoch) {
  const bool is_known = epoch.version.revision != kNoRevision;
  if (!is_known) epoch.version.epoch = version.epoch;
  auto delta = store_->LoadEpochDelta(round.prover, epoch.version, epoch.position, kMaxJobsLoaded);
  if (!delta.ok()) return delta.status();
  if (delta->as_known) return absl::OkStatus();
  TakeJobs(delta->jobs, epoch.view, epoch.places);
  const bool closes = ClosedAt(delta->context) != ClosedAt(epoch.version.context);
  if (is_known && (closes || !HasOthers(epoch.view, delta->jobs, *delta))) {
    delta =
        store_->LoadEpochDelta(round.prover, {version.epoch, kNoRevision, {}}, 0, kMaxJobsLoaded);
    if (!delta.ok()) return delta.status();
    epoch = LoadedEpoch();
    TakeJobs(std::move(delta->jobs), epoch.view, epoch.places);
  }
  epoch.version = {version.epoch, delta->revision, delta->context};
  epoch.position = delta->position;
  epoch.view.epoch = version.epoch;
  epoch.view.context = std::move(delta->context);
  epoch.view.figures = nullptr;
  DeriveState(epoch.view);
  return absl::OkStatus();
}

absl::Status ViewLoader::LoadEpochs(Round& round) {
  const auto versions = store_->ListEpochVersions(round.prover, kLookedAt);
  if (!versions.ok()) return versions.status();
  std::vector<int32_t> numbers;
  for (const EpochVersion& version : *versions) {
    numbers.push_back(version.epoch);
    round.versions[version.epoch] = version;
    round.contexts[version.epoch] = version.context;
  }
  const auto windows = store_->LoadEpochWindows(round.prover, numbers);
  if (!windows.ok()) return windows.status();
  std::map<int32_t, LoadedEpoch> kept;
  std::swap(kept, round.kept.epochs);
  for (const auto& [number, version] : round.versions) {
    const auto window = windows->find(number);
    if (window == windows->end() || !window->second.end) continue;
    const UnixMillis last = *window->second.end;
    const bool may_go_on = !ClosedAt(version.context) && last >= round.now - kGoesOnFor;
    if (!may_go_on && last < round.now - kViewed) continue;
    LoadedEpoch& epoch = round.kept.epochs[number];
    if (const auto known = kept.find(number); known != kept.end()) {
      epoch = std::move(known->second);
    }
    if (epoch.version != version) {
      if (auto status = LoadJobs(round, version, epoch); !status.ok()) return status;
    }
    round.contexts[number] = epoch.version.context;
    const bool is_viewed = !epoch.view.over || last >= round.now - kViewed;
    if (!is_viewed || !epoch.view.over || epoch.view.figures != nullptr) continue;
    const auto figures = ComputeFigures(round, epoch.version);
    if (!figures.ok()) return figures.status();
    epoch.view.figures = {*figures, &(*figures)->figures};
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const CachedEpoch>> ViewLoader::ComputeFigures(
    const Round& round, const EpochVersion& version) {
  const auto found = cache_->Find(round.prover, version.epoch);
  if (found != nullptr && found->known.version == version) return found;
  auto state = store_->LoadEpoch(round.prover, version.epoch, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  auto computed = ComputeEpoch(version.epoch, *state);
  cache_->Put(round.prover, computed);
  return computed;
}

absl::Status ViewLoader::LoadEarlier(Round& round) {
  std::map<int32_t, EarlierEpoch> kept;
  std::swap(kept, round.kept.earlier);
  round.kept.view.earlier.clear();
  bool computed = false;
  for (auto version = round.versions.rbegin(); version != round.versions.rend(); ++version) {
    const int32_t number = version->first;
    const bool has_all = round.kept.view.earlier.size() == static_cast<size_t>(kEarlierEpochs);
    if (has_all || round.kept.epochs.count(number) > 0) continue;
    EarlierEpoch& epoch = round.kept.earlier[number];
    if (const auto known = kept.find(number); known != kept.end()) {
      epoch = std::move(known->second);
    }
    if (epoch.cached == nullptr || epoch.cached->known.version != version->second) {
      if (computed) {
        round.kept.earlier.erase(number);
        continue;
      }
      computed = true;
      auto figures = ComputeFigures(round, version->second);
      if (!figures.ok()) return figures.status();
      epoch = {*std::move(figures), std::nullopt};
      const auto jobs = store_->LoadCompleted(round.prover, {number}, kMaxJobsLoaded);
      if (!jobs.ok()) return jobs.status();
      const auto completed = jobs->find(number);
      if (completed != jobs->end()) {
        epoch.shape = ShapeOf(number, completed->second, epoch.cached->known.version.context);
      }
    }
    if (!WasProven(epoch.cached->figures.summary.outcome)) continue;
    round.kept.view.earlier.emplace_back(epoch.cached, &epoch.cached->figures);
    if (epoch.shape) round.shapes.push_back(*epoch.shape);
  }
  return absl::OkStatus();
}

absl::Status ViewLoader::LoadLogs(Round& round) {
  const auto active = store_->FindActive(round.prover, "", "", round.now - kGoesOnFor, kMaxLogs);
  if (!active.ok()) return active.status();
  std::vector<int64_t> ids;
  for (const StreamStatus& log : active->logs) {
    const bool ended_long_ago = log.sealed && log.received_at.value_or(0) < round.now - kViewed;
    if (!ended_long_ago) ids.push_back(log.key.stream_id);
  }
  auto streams = store_->LoadStreams(round.prover, ids);
  if (!streams.ok()) return streams.status();
  std::vector<LogView>& logs = round.kept.view.logs;
  logs.clear();
  for (StreamStatus& stream : *streams) logs.push_back(LogOf(std::move(stream)));
  std::sort(logs.begin(), logs.end(),
            [](const LogView& a, const LogView& b) { return a.stream_id < b.stream_id; });
  return absl::OkStatus();
}

absl::Status ViewLoader::LoadEvents(Round& round) {
  ProverView& view = round.kept.view;
  std::vector<std::string> kinds = ViewedEventKinds();
  kinds.insert(kinds.end(), SubmissionEventKinds().begin(), SubmissionEventKinds().end());
  auto loose = store_->LoadLooseEvents(round.prover, kinds,
                                       {round.now - kViewed, std::numeric_limits<int64_t>::max()});
  if (!loose.ok()) return loose.status();
  std::vector<int32_t> numbers;
  for (const EpochView& epoch : view.epochs) numbers.push_back(epoch.epoch);
  auto events = store_->LoadEvents(round.prover, numbers, EpochEventKinds());
  if (!events.ok()) return events.status();
  const auto timing = KnownTimingOf(*store_, round.prover, std::nullopt);
  if (!timing.ok()) return timing.status();
  view.epoch_length.reset();
  if (timing->preset != nullptr) view.epoch_length = timing->preset->timing.length();
  for (EpochView& epoch : view.epochs) {
    UnixMillis& estimated_at = round.kept.epochs.at(epoch.epoch).estimated_at;
    const bool is_new = epoch.estimate && view.complete_until >= estimated_at &&
                        view.complete_until - estimated_at < kEstimatedEvery;
    if (is_new && !epoch.over) continue;
    estimated_at = view.complete_until;
    DeriveEnd((*events)[epoch.epoch], view.complete_until, round.shapes, epoch);
  }
  DeriveSubmissions(*std::move(events), *loose, round.contexts, *timing, view);
  view.events.clear();
  const std::vector<std::string>& viewed = ViewedEventKinds();
  for (Event& event : *loose) {
    if (std::find(viewed.begin(), viewed.end(), event.kind) != viewed.end()) {
      view.events.push_back(std::move(event));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<const ProverView*> ViewLoader::Load(const ProverRef& prover, UnixMillis now,
                                                   UnixMillis listens_since) {
  Kept& kept = provers_[prover.prover_id];
  if (kept.projection_id != prover.projection_id) kept = Kept();
  kept.projection_id = prover.projection_id;
  ProverView& view = kept.view;
  for (EpochView& epoch : view.epochs) kept.epochs.at(epoch.epoch).view = std::move(epoch);
  view.epochs.clear();
  view.prover = prover.name;
  view.now = now;
  view.listens_since = listens_since;
  Round round{prover, now, kept, {}, {}, {}};
  // The logs first: what comes meanwhile is then there and not said to be, not the other way round.
  for (const auto step :
       {&ViewLoader::LoadLogs, &ViewLoader::LoadEpochs, &ViewLoader::LoadEarlier}) {
    if (auto status = (this->*step)(round); !status.ok()) return status;
  }
  for (auto& [number, epoch] : kept.epochs) {
    const bool is_viewed = !epoch.view.over || epoch.view.last_at.value_or(0) >= now - kViewed;
    if (is_viewed) view.epochs.push_back(std::move(epoch.view));
  }
  view.complete_until = CompleteUntil(view, kept.told_until);
  if (auto status = LoadEvents(round); !status.ok()) return status;
  return &view;
}

}  // namespace proverlog
