#ifndef PROVERLOG_SERVER_NORMALIZE_PROJECTOR_H_
#define PROVERLOG_SERVER_NORMALIZE_PROJECTOR_H_

#include "absl/status/statusor.h"
#include "normalizer/message_catalogue.h"
#include "storage/projection_store.h"

namespace proverlog {

// Carries a prover's projection forward: archived bytes become jobs, and how far it came is saved
// in the same transaction. Thread-safe; `store` outlives it.
class Projector {
 public:
  explicit Projector(ProjectionStore* store) : store_(store) {}

  enum class Result {
    kDone,  // nothing is left to do, or nothing that can be done
    kMore,  // a step was taken; there may be more to do
    kBusy,  // another worker is at this prover
  };

  // Takes one step: a few MiB at most, in one transaction. A stream that cannot be read is logged
  // and does not hold up the prover's others. After an error the other streams are still due.
  absl::StatusOr<Result> Step(ProverId prover_id);

 private:
  // A step with the streams that have waited longest.
  absl::StatusOr<Result> TakeStep(ProverId prover_id, int max_streams);

  ProjectionStore* store_;
  MessageIndex index_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_PROJECTOR_H_
