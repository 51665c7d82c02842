#ifndef PROVERLOG_ANALYSIS_JOB_SET_H_
#define PROVERLOG_ANALYSIS_JOB_SET_H_

#include <map>
#include <vector>

#include "model/fact.h"
#include "model/job.h"
#include "model/job_id.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {

// Collects the facts of any number of streams in memory. Not thread-safe.
class JobSet : public NormalizerSink {
 public:
  void OnFact(const JobIdView& job, Fact fact) override {
    facts_[JobId::From(job)].push_back(std::move(fact));
  }

  // All jobs by epoch, also those that do not exist.
  std::map<int32_t, std::vector<Job>> DeriveByEpoch() const;

  const std::map<JobId, std::vector<Fact>>& facts() const { return facts_; }

 private:
  std::map<JobId, std::vector<Fact>> facts_;  // as they came, repetitions included
};

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_JOB_SET_H_
