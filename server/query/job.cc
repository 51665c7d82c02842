#include "server/query/job.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analysis/cause.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/explain.h"
#include "server/query/fact_lines.h"
#include "server/query/known_type.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr int kMaxContextLines = 20;
// An answer stays below the 4 MiB that gRPC's clients take.
constexpr size_t kMaxFacts = 1000;
constexpr int kMaxFactsWithLines = 100;
constexpr int kMaxSetbacks = 10;
constexpr size_t kMaxBytesOfLines = size_t{2} << 20;

absl::StatusOr<JobId> ReadJobId(const std::string& field, const std::string& text) {
  if (const auto id = ParseJobId(text)) return JobId::From(*id);
  return InvalidField(field,
                      absl::StrCat("\"", text.substr(0, 256), "\" is not <epoch>:<TYPE>:<hash>"));
}

// Of the job's time, until now where it is in flight.
EpochWindow WindowOf(const Job& job) {
  EpochWindow window{job.first_at, std::nullopt};
  if (!IsInFlight(job.state) && job.last_at) window.end = *job.last_at + 1;
  return window;
}

void AddCauses(const Job& job, v1::GetJobResponse& response) {
  auto cause = CauseOfFailure(job);
  if (!cause) cause = CauseOfCancelling(job);
  if (cause) *response.mutable_cause() = ToProto(*cause);
  for (const Cause& setback : SetbacksOf(job)) {
    if (response.setbacks_size() == kMaxSetbacks) break;
    *response.add_setbacks() = ToProto(setback);
  }
}

// The job's facts with the log lines around them.
absl::Status AddFacts(QueryStore& store, const ProverRef& prover, const Job& job, int context_lines,
                      v1::GetJobResponse& response) {
  std::set<int64_t> ids;
  for (const Fact& fact : job.facts) ids.insert(fact.origin.stream_id);
  const auto streams = store.LoadStreams(prover, {ids.begin(), ids.end()});
  if (!streams.ok()) return streams.status();
  std::map<int64_t, std::string> sources;
  for (const StreamStatus& stream : *streams) sources[stream.key.stream_id] = stream.source;

  size_t line_bytes = 0;
  for (const Fact& fact : job.facts) {
    if (static_cast<size_t>(response.facts_size()) == kMaxFacts) break;
    v1::JobFact* proto = response.add_facts();
    *proto = ToProto(fact);
    proto->set_source(sources[fact.origin.stream_id]);
    if (response.facts_size() > kMaxFactsWithLines || line_bytes > kMaxBytesOfLines) continue;
    const auto added = AddLines(store, prover, fact.origin, context_lines, *proto);
    if (!added.ok()) return added.status();
    line_bytes += *added;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Job> FindJob(QueryStore& store, const ProverRef& prover, const std::string& field,
                            const std::string& text) {
  const auto read = ReadJobId(field, text);
  if (!read.ok()) return read.status();
  const JobId& id = *read;
  auto job = store.LoadJob(prover, id);
  if (!absl::IsNotFound(job.status())) return job;
  absl::StatusOr<std::vector<JobId>> found = std::vector<JobId>();
  if (!IsFullHash(id.hash)) found = store.FindJobs(prover, id, 2);
  if (!found.ok()) return found.status();
  if (found->empty()) {
    const auto status = CheckTypes(store, prover, field, {id.type}, {id.epoch});
    return status.ok() ? job : status;
  }
  if (found->size() > 1) {
    return InvalidField(field, absl::StrCat(id.ToString(), " is the beginning of several, such as ",
                                            found->front().ToString()));
  }
  return store.LoadJob(prover, found->front());
}

absl::StatusOr<v1::GetJobResponse> GetJob(QueryStore& store, const ProverRef& prover,
                                          const v1::GetJobRequest& request, absl::Time now) {
  if (request.context_lines() < 0 || request.context_lines() > kMaxContextLines) {
    return InvalidField("context_lines", absl::StrCat(request.context_lines(),
                                                      " is not between 0 and ", kMaxContextLines));
  }
  const auto job = FindJob(store, prover, "id", request.id());
  if (!job.ok()) return job.status();

  v1::GetJobResponse response;
  auto completeness = CompletenessOf(store, prover, WindowOf(*job), now);
  if (!completeness.ok()) return completeness.status();
  *response.mutable_completeness() = *std::move(completeness);
  *response.mutable_job() = ToProto(*job);
  AddCauses(*job, response);
  response.set_more(std::max(job->attempts.size(), job->facts.size()) > kMaxFacts);
  for (const Attempt& attempt : job->attempts) {
    if (static_cast<size_t>(response.attempts_size()) == kMaxFacts) break;
    *response.add_attempts() = ToProto(attempt);
  }
  const auto runs = store.LoadCircuitRuns(prover, job->id);
  if (!runs.ok()) return runs.status();
  for (const CircuitRun& run : *runs) *response.add_circuit_runs() = ToProto(run);
  if (auto status = AddFacts(store, prover, *job, request.context_lines(), response);
      !status.ok()) {
    return status;
  }
  return response;
}

}  // namespace proverlog
