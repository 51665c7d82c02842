#include "analysis/startup.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"

namespace proverlog {
namespace {

struct JobStart {
  UnixMillis at = 0;
  std::string job;

  friend bool operator<(const JobStart& a, const JobStart& b) {
    return std::tie(a.at, a.job) < std::tie(b.at, b.job);
  }
};
using StartsByStream = std::map<int64_t, std::vector<JobStart>>;

StartsByStream StartsOf(const std::vector<Job>& jobs) {
  StartsByStream starts;
  for (const Job& job : jobs) {
    for (const Attempt& attempt : job.attempts) {
      if (!attempt.started_at) continue;
      starts[attempt.origin.stream_id].push_back({*attempt.started_at, job.id.ToString()});
    }
  }
  for (auto& [stream_id, of_stream] : starts) std::sort(of_stream.begin(), of_stream.end());
  return starts;
}

// Null where there is none.
const JobStart* FirstSince(const StartsByStream& starts, int64_t stream_id, UnixMillis at) {
  const auto of_stream = starts.find(stream_id);
  if (of_stream == starts.end()) return nullptr;
  const auto first =
      std::lower_bound(of_stream->second.begin(), of_stream->second.end(), JobStart{at, ""});
  return first == of_stream->second.end() ? nullptr : &*first;
}

// Whether the start has the step already: with a CRS, that of the curve.
bool Has(const Startup& startup, const Event& event) {
  const auto curve = [](const Event& e) {
    const auto field = e.fields.find("curve");
    return field == e.fields.end() ? std::string() : field->second;
  };
  return std::any_of(startup.steps.begin(), startup.steps.end(), [&](const Event& step) {
    return step.kind == event.kind && curve(step) == curve(event);
  });
}

}  // namespace

const std::vector<std::string>& StartupKinds() {
  static const auto* const kKinds = new std::vector<std::string>{
      "acvm.configured", "bb.configured",       "broker.database_loaded",  "broker.started",
      "crs.cached",      "crs.downloading",     "process.admin_listening", "process.listening",
      "process.started", "proof_store.created", "prover_node.publishers",  "prover_node.started"};
  return *kKinds;
}

bool IsStartupStep(absl::string_view kind) {
  return std::find(StartupKinds().begin(), StartupKinds().end(), kind) != StartupKinds().end();
}

bool IsUntimedStep(absl::string_view kind) { return absl::StartsWith(kind, "crs."); }

std::vector<Startup> StartupsOf(const std::vector<Event>& events, const std::vector<Job>& jobs) {
  std::map<int64_t, std::vector<Event>> steps;
  for (const Event& event : events) {
    if (IsStartupStep(event.kind)) steps[event.origin.stream_id].push_back(event);
  }
  const StartsByStream starts = StartsOf(jobs);
  std::vector<Startup> startups;
  for (auto& [stream_id, of_stream] : steps) {
    std::stable_sort(of_stream.begin(), of_stream.end(), [](const Event& a, const Event& b) {
      return std::tie(a.at, a.origin.offset) < std::tie(b.at, b.origin.offset);
    });
    const size_t first_of_stream = startups.size();
    for (Event& step : of_stream) {
      const bool is_first = startups.size() == first_of_stream;
      const JobStart* job =
          is_first ? nullptr : FirstSince(starts, stream_id, startups.back().steps.front().at);
      const bool worked = job != nullptr && job->at < step.at;
      if (is_first || worked || Has(startups.back(), step)) {
        startups.push_back({step.origin.machine, stream_id, {}, std::nullopt, ""});
      }
      startups.back().steps.push_back(std::move(step));
    }
    for (size_t i = first_of_stream; i < startups.size(); ++i) {
      const JobStart* job = FirstSince(starts, stream_id, startups[i].steps.front().at);
      const bool is_last = i + 1 == startups.size();
      if (job == nullptr || (!is_last && job->at >= startups[i + 1].steps.front().at)) continue;
      startups[i].first_job_at = job->at;
      startups[i].first_job = job->job;
    }
  }
  return startups;
}

}  // namespace proverlog
