#ifndef PROVERLOG_ANALYSIS_PROGRESS_H_
#define PROVERLOG_ANALYSIS_PROGRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/epoch_shape.h"
#include "model/epoch_context.h"
#include "model/event.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// Jobs of one type, or of all.
struct TypeProgress {
  std::string type;
  int32_t done = 0;
  int32_t running = 0;
  int32_t queued = 0;
  int32_t given_up = 0;             // failed, aborted, abandoned
  std::optional<int32_t> expected;  // to be completed in the end; at least those that are known

  int32_t known() const { return done + running + queued; }
};

// What the size of an epoch under way is known by, against earlier ones.
enum class ExpectedBasis : uint8_t {
  kNone,
  kTransactions,   // the log says how many it has
  kLeafJobs,       // those of which the logs told as long after the epochs' starts
  kEarlierEpochs,  // taken to be as large: there are too few jobs yet
};

struct EndEstimate {
  UnixMillis at = 0;  // the median
  UnixMillis earliest = 0;
  UnixMillis latest = 0;
  double share = 0;    // of cases in which the end is between these two; 0: no interval
  bool to_l1 = false;  // the proof is on L1; else the root rollup is completed
};

// An epoch up to `as_of`, up to which the logs tell.
struct EpochSoFar {
  std::vector<Job> jobs;
  EpochContext context;
  std::optional<int32_t> transactions;  // that the log says it has
  UnixMillis as_of = 0;
};

struct Progress {
  std::optional<UnixMillis> last_completed_at;
  TypeProgress total;
  std::vector<TypeProgress> types;  // in order of appearance, then those that are only expected
  ExpectedBasis basis = ExpectedBasis::kNone;
  int32_t transactions = 0;             // of kTransactions: how many
  std::vector<int32_t> earlier_epochs;  // those that are of its kind
  std::optional<EndEstimate> estimate;
};

// How far the epoch is. `earlier` are epochs that were proven before; those of another kind, which
// have less than half of its job types, are left out. Without any there is neither expectation nor
// estimate; docs/queries.md, "Progress", has the method.
Progress ProgressOf(const EpochSoFar& epoch, const std::vector<EpochShape>& earlier);

// The same of an epoch that is over: nothing is expected of it.
Progress CountsOf(const std::vector<Job>& jobs);

// How many transactions the prover node said that the epoch has (up to 4.x): of its events of
// TransactionEventKinds().
std::optional<int32_t> TransactionsOf(const std::vector<Event>& events);
const std::vector<std::string>& TransactionEventKinds();

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_PROGRESS_H_
