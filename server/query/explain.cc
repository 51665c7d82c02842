#include "server/query/explain.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/fact_lines.h"
#include "server/query/job.h"
#include "server/query/known_epoch.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr size_t kMaxJobSetbacks = 10;

// Adds what the logs themselves have to causes: names, ends and lines.
class Quotes {
 public:
  Quotes(QueryStore& store, const ProverRef& prover) : store_(store), prover_(prover) {}

  // Learns of the logs that the causes rest on.
  absl::Status Load(const std::vector<const Cause*>& causes) {
    std::vector<int64_t> ids;
    for (const Cause* cause : causes) {
      if (cause->ran_in) ids.push_back(cause->ran_in->stream_id);
      for (const Evidence& evidence : cause->evidence) ids.push_back(evidence.origin.stream_id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) return absl::OkStatus();
    auto streams = store_.LoadStreams(prover_, ids);
    if (!streams.ok()) return streams.status();
    for (StreamStatus& stream : *streams) streams_[stream.key.stream_id] = std::move(stream);
    return absl::OkStatus();
  }

  // The cause as it is on the wire.
  absl::StatusOr<v1::Cause> Quote(const Cause& cause) {
    v1::Cause proto = ToProto(cause);
    if (cause.kind == CauseKind::kAgentLost) {
      const auto& log_end = streams_[cause.ran_in->stream_id].counts.last_at;
      if (log_end) *proto.mutable_log_end_time() = ToProtoTimestamp(*log_end);
    }
    for (const Evidence& evidence : cause.evidence) {
      v1::Evidence& quoted = *proto.add_evidence();
      quoted.set_kind(evidence.kind);
      *quoted.mutable_time() = ToProtoTimestamp(evidence.at);
      quoted.set_tells_cause(evidence.tells_cause);
      quoted.set_machine(evidence.origin.machine);
      quoted.set_stream_id(evidence.origin.stream_id);
      quoted.set_source(streams_[evidence.origin.stream_id].source);
      quoted.set_offset(evidence.origin.offset);
      const int context = evidence.tells_cause ? kLinesAround : 0;
      const auto added = AddLines(store_, prover_, evidence.origin, context, quoted);
      if (!added.ok()) return added.status();
    }
    return proto;
  }

 private:
  QueryStore& store_;
  const ProverRef& prover_;
  std::map<int64_t, StreamStatus> streams_;
};

void AddCounts(const std::map<CauseKind, int32_t>& counts,
               google::protobuf::RepeatedPtrField<v1::CauseCount>& proto) {
  for (const auto& [kind, count] : counts) {
    v1::CauseCount& row = *proto.Add();
    row.set_kind(ToProto(kind));
    row.set_count(count);
  }
}

void AddEpoch(const Explanation& explanation, v1::ExplainResponse& response) {
  response.set_order_uncertain(explanation.order_uncertain);
  AddCounts(explanation.failures, *response.mutable_failures());
  AddCounts(explanation.setbacks, *response.mutable_setbacks());
  response.set_cancelled_before(explanation.cancelled_before);
  response.set_cancelled_after(explanation.cancelled_after);
  response.set_unfinished(explanation.unfinished);
  response.set_restored(explanation.restored);
  if (explanation.restored_at) {
    *response.mutable_restore_time() = ToProtoTimestamp(*explanation.restored_at);
  }
  if (!explanation.slowest) return;
  v1::SlowJob& slowest = *response.mutable_slowest();
  slowest.set_job(explanation.slowest->job.ToString());
  *slowest.mutable_duration() = MillisToProto(static_cast<double>(explanation.slowest->duration));
  *slowest.mutable_median() = MillisToProto(explanation.slowest->median);
}

}  // namespace

// In the order of the messages' numbers, of which 0 is none.
v1::CauseKind ToProto(CauseKind kind) {
  return static_cast<v1::CauseKind>(static_cast<int>(kind) + 1);
}
v1::MissingLog ToProto(MissingLog log) {
  return static_cast<v1::MissingLog>(static_cast<int>(log) + 1);
}

v1::Cause ToProto(const Cause& cause) {
  v1::Cause proto;
  const CauseEntry& entry = EntryOf(cause.kind);
  proto.set_kind(ToProto(cause.kind));
  *proto.mutable_time() = ToProtoTimestamp(cause.at);
  proto.set_words(cause.words);
  proto.set_meaning(std::string(entry.meaning));
  proto.set_remedy(std::string(entry.remedy));
  if (cause.job) proto.set_job(cause.job->ToString());
  proto.set_attempts(cause.attempts);
  proto.set_gave_up(cause.gave_up);
  if (cause.ran_in) {
    proto.set_machine(cause.ran_in->machine);
    proto.set_agent_process(cause.ran_in->process);
  }
  return proto;
}

namespace {

// Of an epoch that is known, or of `job` of it where that is given.
absl::StatusOr<v1::ExplainResponse> Explain(QueryStore& store, const ProverRef& prover,
                                            int32_t epoch, const EpochState& state,
                                            const std::optional<Job>& job, absl::Time now) {
  const EpochSummary summary = SummarizeEpoch(epoch, state.jobs, state.context);
  const Explanation of_epoch = ExplainEpoch(summary, state.jobs, state.context);
  JobExplanation answer;
  answer.cause = of_epoch.cause;
  answer.missing = of_epoch.missing;
  if (job) answer = ExplainJob(*job, of_epoch);
  answer.setbacks.resize(std::min(answer.setbacks.size(), kMaxJobSetbacks));

  v1::ExplainResponse response;
  response.set_prover(prover.name);
  response.set_epoch(epoch);
  response.set_outcome(ToProto(summary.outcome));
  *response.mutable_totals() = ToProto(summary.totals);
  if (job) {
    *response.mutable_job() = ToProto(*job);
    response.set_followed(answer.followed);
  } else {
    AddEpoch(of_epoch, response);
  }
  for (const MissingLog log : answer.missing) response.add_missing_logs(ToProto(log));
  *response.mutable_completeness() = CompletenessOf(state, summary, prover.name, now);

  std::vector<const Cause*> causes;
  for (const Cause& setback : answer.setbacks) causes.push_back(&setback);
  if (answer.cause) causes.push_back(&*answer.cause);
  Quotes quotes(store, prover);
  if (auto status = quotes.Load(causes); !status.ok()) return status;
  for (const Cause* cause : causes) {
    auto quoted = quotes.Quote(*cause);
    if (!quoted.ok()) return quoted.status();
    const bool is_setback = !answer.cause || cause != &*answer.cause;
    *(is_setback ? response.add_job_setbacks() : response.mutable_cause()) = *std::move(quoted);
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::ExplainResponse> Explain(QueryStore& store, const ProverRef& prover,
                                            const v1::ExplainRequest& request, absl::Time now) {
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  if (request.subject_case() == v1::ExplainRequest::SUBJECT_NOT_SET) {
    return InvalidField("subject", "it is neither an epoch nor a job");
  }
  std::optional<Job> job;
  if (request.has_job()) {
    auto found = FindJob(store, prover, "job", request.job());
    if (!found.ok()) return found.status();
    job = *std::move(found);
  }
  const int32_t epoch = job ? job->id.epoch : request.epoch();
  const auto state = store.LoadEpochState(prover, epoch, kMaxJobsLoaded);
  if (!state.ok()) return state.status();
  if (auto status = CheckKnown(store, prover, epoch, *state); !status.ok()) return status;
  return Explain(store, prover, epoch, *state, job, now);
}

}  // namespace proverlog
