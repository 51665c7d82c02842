#ifndef PROVERLOG_SERVER_NORMALIZE_PROJECTOR_H_
#define PROVERLOG_SERVER_NORMALIZE_PROJECTOR_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "normalizer/message_catalogue.h"
#include "server/metrics/metrics.h"
#include "server/normalize/read_ahead.h"
#include "storage/projection_store.h"

namespace proverlog {

// Carries a projection forward: archived bytes become jobs, and how far it came is saved in the
// same transaction. While a step is written the next one is read, where there is much to do. Not
// thread-safe; `store` and `metrics` outlive it.
class Projector {
 public:
  // Without `metrics` nobody is told how much it did.
  explicit Projector(ProjectionStore* store, NormalizerMetrics* metrics = nullptr)
      : store_(store), metrics_(metrics) {}

  enum class Result {
    kDone,  // nothing is left to do, or nothing that can be done
    kMore,  // a step was taken; there may be more to do
    kBusy,  // another worker is at it, or it is retired
  };

  // Takes one step: some MiB (kMostBytesAStep), in one transaction. What of a stream cannot be
  // read, or makes the parser throw or the database refuse, is set aside as unreadable and logged,
  // a block at a time, and the stream goes on behind it; no stream holds up the prover's others.
  // After an error the other streams are still due.
  absl::StatusOr<Result> Step(const ProjectionKey& projection);

  // Drops what was read ahead: the next step is another projection's, or none comes soon.
  void Forget() { ahead_ = ReadAhead(&index_); }

  // A step with more streams at once, in a transaction of the caller's: those that are a little
  // behind are not any more.
  absl::Status CatchUp(ProjectionTransaction& tx) const;

 private:
  class StepWork;

  // A step of all streams as one.
  absl::StatusOr<Result> TakeTogether(const ProjectionKey& projection);
  // One transaction.
  absl::StatusOr<Result> Take(const ProjectionKey& projection,
                              absl::FunctionRef<absl::Status(StepWork&)> body);

  ProjectionStore* store_;
  NormalizerMetrics* metrics_;
  MessageIndex index_;
  // What the last step read ahead.
  ReadAhead ahead_{&index_};
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_PROJECTOR_H_
