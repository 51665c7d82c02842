#include "analysis/startup.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/match.h"

namespace proverlog {
namespace {

constexpr int64_t kLogEnd = std::numeric_limits<int64_t>::max();

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

int64_t OffsetOf(const Startup& startup) { return startup.steps.front().origin.offset; }

// Adds the starts of one log, whose steps these are.
void Divide(std::vector<Event> steps, const JobStarts& starts, std::vector<Startup>& startups) {
  std::stable_sort(steps.begin(), steps.end(), [](const Event& a, const Event& b) {
    return a.origin.offset < b.origin.offset;
  });
  const size_t first = startups.size();
  for (Event& step : steps) {
    const Origin& origin = step.origin;
    const bool is_new =
        startups.size() == first ||
        starts.FirstBetween(origin.stream_id, OffsetOf(startups.back()), origin.offset) ||
        Has(startups.back(), step);
    if (is_new) startups.push_back({origin.machine, origin.stream_id, {}, std::nullopt, ""});
    startups.back().steps.push_back(std::move(step));
  }
}

// `end` is where the next start begins in the log.
void AddFirstJob(const JobStarts& starts, int64_t end, Startup& startup) {
  const JobStarts::Start* first = starts.FirstBetween(startup.stream_id, OffsetOf(startup), end);
  if (first == nullptr) return;
  startup.first_job_at = first->at;
  startup.first_job = first->job->ToString();
}

void DateUntimed(Startup& startup) {
  std::optional<UnixMillis> next = startup.first_job_at;
  for (auto step = startup.steps.rbegin(); step != startup.steps.rend(); ++step) {
    if (!IsUntimedStep(step->kind)) {
      next = step->at;
    } else if (next) {
      step->at = *next;
    }
  }
}

}  // namespace

void JobStarts::Add(const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    for (const Attempt& attempt : job.attempts) {
      if (!attempt.started_at) continue;
      streams_[attempt.origin.stream_id][attempt.origin.offset] = {*attempt.started_at, &job.id};
    }
  }
}

const JobStarts::Start* JobStarts::FirstBetween(int64_t stream_id, int64_t begin,
                                                int64_t end) const {
  const auto stream = streams_.find(stream_id);
  if (stream == streams_.end()) return nullptr;
  const auto first = stream->second.upper_bound(begin);
  return first == stream->second.end() || first->first >= end ? nullptr : &first->second;
}

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

std::vector<Startup> StartupsOf(const std::vector<Event>& events, const JobStarts& starts) {
  std::map<int64_t, std::vector<Event>> steps;
  for (const Event& event : events) {
    if (IsStartupStep(event.kind)) steps[event.origin.stream_id].push_back(event);
  }
  std::vector<Startup> startups;
  for (auto& [stream_id, of_stream] : steps) {
    const size_t first_of_stream = startups.size();
    Divide(std::move(of_stream), starts, startups);
    for (size_t i = first_of_stream; i < startups.size(); ++i) {
      const bool is_last = i + 1 == startups.size();
      AddFirstJob(starts, is_last ? kLogEnd : OffsetOf(startups[i + 1]), startups[i]);
      DateUntimed(startups[i]);
    }
  }
  return startups;
}

}  // namespace proverlog
