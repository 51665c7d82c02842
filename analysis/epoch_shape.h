#ifndef PROVERLOG_ANALYSIS_EPOCH_SHAPE_H_
#define PROVERLOG_ANALYSIS_EPOCH_SHAPE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/completed_job.h"
#include "model/epoch_context.h"
#include "model/time.h"

namespace proverlog {

// How an epoch that was proven went along: what a later one is measured by.
struct EpochShape {
  int32_t epoch = 0;
  UnixMillis begin = 0;      // the first instant of a job
  UnixMillis proven_at = 0;  // its root rollup was completed
  std::optional<UnixMillis> published_at;
  std::map<std::string, int32_t> counts;  // completed jobs by type
  std::vector<UnixMillis> done;           // when jobs were completed, but for the root; ascending
  std::set<std::string> leaf_types;       // those whose jobs take no other job's proof
  std::vector<UnixMillis> leaves;  // when its jobs of these types were first told of; ascending
  int32_t transactions = 0;        // jobs that are one for each transaction
};

// Nothing where no root rollup was completed, or where the logs do not show how the epoch began.
std::optional<EpochShape> ShapeOf(int32_t epoch, const std::vector<CompletedJob>& jobs,
                                  const EpochContext& context);

// Whether there is one job of the type for each transaction: the base rollups of all versions.
bool IsOneForEachTransaction(absl::string_view type);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_EPOCH_SHAPE_H_
