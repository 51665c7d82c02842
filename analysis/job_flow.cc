#include "analysis/job_flow.h"

namespace proverlog {
namespace {

void CountEnd(const JobTimeline& job, JobFlow& flow) {
  if (job.end_unseen) {
    ++flow.ended_unseen;
    return;
  }
  flow.completed += job.state == JobState::kCompleted ? 1 : 0;
  flow.failed += job.state == JobState::kFailed ? 1 : 0;
  flow.aborted += job.state == JobState::kAborted ? 1 : 0;
  flow.abandoned += job.state == JobState::kAbandoned ? 1 : 0;
}

}  // namespace

void CountFlow(const JobTimeline& job, UnixMillis begin, UnixMillis end, JobFlow& flow) {
  const auto in_flight = [&](UnixMillis at) {
    return job.created_at < at && (!job.ended_at || *job.ended_at >= at) ? 1 : 0;
  };
  const auto is_within = [&](UnixMillis at) { return at >= begin && at < end; };
  flow.in_flight_before += in_flight(begin);
  flow.in_flight_after += in_flight(end);
  flow.created += is_within(job.created_at) ? 1 : 0;
  if (job.ended_at && is_within(*job.ended_at)) CountEnd(job, flow);
}

}  // namespace proverlog
