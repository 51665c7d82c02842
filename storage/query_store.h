#ifndef PROVERLOG_STORAGE_QUERY_STORE_H_
#define PROVERLOG_STORAGE_QUERY_STORE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/job.h"
#include "model/job_counts.h"
#include "model/job_id.h"
#include "storage/archive_store.h"
#include "storage/types.h"

namespace proverlog {

// A prover and the projection that answers are read from.
struct ProverRef {
  ProverId prover_id = 0;
  int32_t projection_id = 0;
  std::string name;
};

// An epoch's counts, added up by the database (all but max_parallel).
struct EpochRow {
  int32_t epoch = 0;
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  JobCounts totals;
  bool root_completed = false;
};

struct JobFilter {
  int32_t epoch = 0;
  std::string type;               // empty: all
  std::optional<JobState> state;  // none: all
  // Only jobs after this type and hash; none: from the first.
  std::optional<std::pair<std::string, std::string>> after;
};

// Reads what the normalizer wrote. Every query is bounded by a limit and a time-out and reads one
// consistent state. Thread-safe.
class QueryStore : public ArchiveReader {
 public:
  // The provers by name, at most 1000.
  virtual absl::StatusOr<std::vector<ProverRef>> ListProvers() = 0;

  // The latest epochs, before `before` where it is given.
  virtual absl::StatusOr<std::vector<EpochRow>> ListEpochs(const ProverRef& prover,
                                                           std::optional<int32_t> before,
                                                           int limit) = 0;

  // All jobs of an epoch, also those that do not exist. RESOURCE_EXHAUSTED beyond a million.
  virtual absl::StatusOr<std::vector<Job>> LoadEpoch(const ProverRef& prover, int32_t epoch) = 0;

  // Existing jobs of an epoch by type and hash.
  virtual absl::StatusOr<std::vector<Job>> ListJobs(const ProverRef& prover,
                                                    const JobFilter& filter, int limit) = 0;

  // NOT_FOUND where no fact names the job.
  virtual absl::StatusOr<Job> LoadJob(const ProverRef& prover, const JobId& id) = 0;

  // The ids of jobs with the epoch and type of `with_hash_prefix` and a 64-digit hash that begins
  // with its hash.
  virtual absl::StatusOr<std::vector<JobId>> FindJobs(const ProverRef& prover,
                                                      const JobId& with_hash_prefix, int limit) = 0;

  // The streams with these ids; those that are not known are left out.
  virtual absl::StatusOr<std::vector<StreamStatus>> LoadStreams(
      const ProverRef& prover, const std::vector<int64_t>& stream_ids) = 0;

  // The prover's streams, the most recently received first.
  virtual absl::StatusOr<std::vector<StreamStatus>> ListStreams(const ProverRef& prover,
                                                                int limit) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_QUERY_STORE_H_
