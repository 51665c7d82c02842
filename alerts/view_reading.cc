#include "alerts/view_reading.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "alerts/rule_text.h"

namespace proverlog {
namespace {

constexpr int32_t kFewestDurations = 20;
constexpr int32_t kFewestEpochs = 5;

bool HasAny(const LogView& log, std::initializer_list<FactKind> kinds) {
  return absl::c_any_of(kinds, [&](FactKind kind) { return log.counts.facts.count(kind) > 0; });
}

// Checkpoints and roots take longer than what they are made of.
bool IsRoot(absl::string_view type) {
  if (absl::StrContains(type, "PARITY")) return false;
  return absl::StrContains(type, "ROOT") || absl::StrContains(type, "CHECKPOINT");
}

}  // namespace

Millis ReadMillis(const ThresholdReader& thresholds, absl::string_view name, const Labels& about) {
  return static_cast<Millis>(thresholds.Get(name, about) * 1000);
}

bool IsHeard(const LogView& log, UnixMillis now) {
  const auto heard = std::max(log.seen_at, log.received_at);
  return !log.ended && heard && now - *heard <= kHeardWithin;
}

bool IsBrokers(const LogView& log) {
  return HasAny(log, {FactKind::kEnqueued, FactKind::kCompleted, FactKind::kRestored});
}

bool IsAgents(const LogView& log) {
  return HasAny(log, {FactKind::kStarted, FactKind::kAgentCompleted});
}

bool IsBrokerHeard(const ProverView& view) {
  return view.replayed || absl::c_any_of(view.logs, [&](const LogView& log) {
           return IsBrokers(log) && IsHeard(log, view.now);
         });
}

UnixMillis WindowBegin(const ProverView& view, UnixMillis last, Millis window) {
  return std::max(view.complete_until, last) - window;
}

bool WasGoingOnAt(const EpochView& epoch, UnixMillis at) {
  if (!epoch.begin || *epoch.begin > at) return false;
  return !epoch.over || epoch.last_at.value_or(at) >= at;
}

std::vector<const EpochView*> OpenEpochs(const ProverView& view) {
  std::vector<const EpochView*> open;
  for (const EpochView& epoch : view.epochs) {
    if (!epoch.over) open.push_back(&epoch);
  }
  return open;
}

bool KnowsAgents(const EpochView& epoch) {
  return absl::c_any_of(epoch.jobs, [](const Job& job) { return job.started_at.has_value(); });
}

Limit LimitOf(const ProverView& view, const std::string& type, StatsOf stats,
              const ThresholdReader& thresholds, const Labels& about) {
  int64_t durations = 0;
  int32_t epochs = 0;
  double p99 = 0;
  double longest = 0;
  for (const auto& figures : view.earlier) {
    for (const JobTypeSummary& summary : figures->summary.job_types) {
      if (summary.type != type || (summary.*stats).count == 0) continue;
      durations += (summary.*stats).count;
      ++epochs;
      p99 = std::max(p99, (summary.*stats).p99);
      longest = std::max(longest, (summary.*stats).max);
    }
  }
  const bool has_p99 = durations >= kFewestDurations;
  if (!has_p99 && epochs < kFewestEpochs) {
    const Millis floor = ReadMillis(thresholds, IsRoot(type) ? "floor_root" : "floor", about);
    return {floor, absl::StrCat("the floor of ", LengthText(floor), ", for only ", durations,
                                " earlier ones are known")};
  }
  const double times = thresholds.Get("times_p99", about);
  const auto usual = static_cast<Millis>(std::llround(has_p99 ? p99 : longest));
  return {std::max(ReadMillis(thresholds, "least", about),
                   static_cast<Millis>(static_cast<double>(usual) * times)),
          absl::StrCat(has_p99 ? "a p99 of " : "at most ", LengthText(usual), " of ", durations,
                       " earlier ones")};
}

std::vector<Failure> FailuresIn(const ProverView& view) {
  std::vector<Failure> failures;
  for (const EpochView& epoch : view.epochs) {
    for (const Job& job : epoch.jobs) {
      if (job.state == JobState::kFailed) {
        if (auto cause = CauseOfFailure(job)) {
          failures.push_back({&epoch, &job, *std::move(cause), true});
        }
      }
      if (job.retries == 0 && job.timeouts == 0) continue;
      for (Cause& cause : SetbacksOf(job)) {
        failures.push_back({&epoch, &job, std::move(cause), false});
      }
    }
  }
  absl::c_stable_sort(failures,
                      [](const Failure& a, const Failure& b) { return a.cause.at < b.cause.at; });
  return failures;
}

std::string FailedJobsText(const std::vector<const Failure*>& failures, UnixMillis until) {
  std::string text;
  std::set<JobId> told;
  for (const Failure* failure : failures) {
    if (!told.insert(failure->job->id).second || told.size() > 3) continue;
    absl::StrAppend(&text, failure->job->id.ToString(), ": attempt ", failure->cause.attempts,
                    failure->cause.ran_in
                        ? absl::StrCat(", in ", ProcessText(*failure->cause.ran_in))
                        : std::string(),
                    ", ", LengthText(std::max<Millis>(0, until - failure->cause.at)), " ago\n");
  }
  if (told.size() > 3) absl::StrAppend(&text, "and ", told.size() - 3, " more\n");
  return text;
}

std::string ProcessText(const Origin& origin) {
  if (origin.process.empty() || origin.process == origin.machine) return origin.machine;
  if (absl::StartsWith(origin.process, absl::StrCat(origin.machine, "/"))) return origin.process;
  return absl::StrCat(origin.machine, " (", origin.process, ")");
}

}  // namespace proverlog
