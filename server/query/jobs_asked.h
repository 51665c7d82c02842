#ifndef PROVERLOG_SERVER_QUERY_JOBS_ASKED_H_
#define PROVERLOG_SERVER_QUERY_JOBS_ASKED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/job_selection.h"
#include "model/job.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

inline constexpr size_t kMaxEpochsOfJobs = 50;

// What a ListJobsRequest means.
struct JobsAsked {
  int page_size = 0;
  std::vector<int32_t> epochs;  // each once, ascending; none: of the window
  std::vector<std::string> types;
  std::vector<JobState> states;
  JobSelection selection;  // its begin and end are the request's window
  JobOrder order = JobOrder::kId;
  bool descending = false;
  std::string fingerprint;  // of all but the page's fields, for its token
};

// INVALID_ARGUMENT with the field that is wrong, or contradicts another.
absl::StatusOr<JobsAsked> ParseJobsAsked(const ProverRef& prover,
                                         const v1::ListJobsRequest& request);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_JOBS_ASKED_H_
