#ifndef PROVERLOG_ANALYSIS_JOB_SET_H_
#define PROVERLOG_ANALYSIS_JOB_SET_H_

#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/fact.h"
#include "model/job.h"
#include "model/job_id.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {

// Collects the facts of any number of streams in memory. Not thread-safe.
class JobSet : public NormalizerSink {
 public:
  JobSet() = default;
  JobSet(JobSet&&) = default;
  JobSet& operator=(JobSet&&) = default;

  void OnFact(const JobIdView& job, Fact fact) override;

  // All jobs by epoch, also those that do not exist.
  std::map<int32_t, std::vector<Job>> DeriveByEpoch() const;

  const std::map<JobId, std::vector<Fact>>& facts() const { return facts_; }
  size_t fact_count() const { return fact_count_; }

 private:
  size_t fact_count_ = 0;
  std::map<JobId, std::vector<Fact>> facts_;  // as they came, repetitions included
  // The same, found without a copy of the id: most facts are of a job that is known.
  absl::flat_hash_map<JobIdView, std::vector<Fact>*> by_id_;
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_JOB_SET_H_
