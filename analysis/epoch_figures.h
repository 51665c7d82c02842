#ifndef PROVERLOG_ANALYSIS_EPOCH_FIGURES_H_
#define PROVERLOG_ANALYSIS_EPOCH_FIGURES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/epoch_summary.h"
#include "analysis/subject.h"
#include "model/epoch_context.h"
#include "model/job.h"

namespace proverlog {

// Everything that is computed of one epoch's jobs and sessions to be asked for by name (see
// figure.h).
struct EpochFigures {
  EpochSummary summary;
  SubjectFigures work;                             // of all its jobs
  std::map<std::string, SubjectFigures> machines;  // of what ran on each
};

// As SummarizeEpoch.
EpochFigures ComputeFigures(int32_t epoch, std::vector<Job> jobs, EpochContext context);

// The figures of those that agree with the filter, where they are among these; null: they are to be
// collected of the jobs.
const SubjectFigures* FindWork(const EpochFigures& figures, const SubjectFilter& filter);

// The memory that they take, about.
size_t BytesOf(const EpochFigures& figures);
size_t BytesOf(const EpochContext& context);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EPOCH_FIGURES_H_
