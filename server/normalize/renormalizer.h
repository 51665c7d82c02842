#ifndef PROVERLOG_SERVER_NORMALIZE_RENORMALIZER_H_
#define PROVERLOG_SERVER_NORMALIZE_RENORMALIZER_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/normalize/projector.h"
#include "storage/projection_store.h"
#include "storage/rebuild_store.h"

namespace proverlog {

// Normalizes a prover's whole archive again: into a new projection, beside the live one, which is
// replaced when the new one has read as much. The service may run meanwhile. All that was done is
// in the database, so a run that ended early is taken up by the next one.
//
// Not thread-safe; the stores outlive it.
class Renormalizer {
 public:
  struct Options {
    // Asked between steps, of which each takes less than a second.
    std::function<bool()> stop_requested = [] { return false; };
    std::function<void(const RebuildProgress&)> on_progress = [](const RebuildProgress&) {};
    absl::Duration progress_interval = absl::Seconds(1);
    // How long one and the same trouble lasts before it is given up.
    absl::Duration patience = absl::Minutes(1);
    std::function<absl::Time()> now = absl::Now;
    std::function<void(absl::Duration)> sleep = absl::SleepFor;
  };
  Renormalizer(ProjectionStore* projections, RebuildStore* rebuilds, Options options)
      : rebuilds_(rebuilds), projector_(projections), options_(std::move(options)) {}

  // CANCELLED where it was stopped; UNAVAILABLE where the database stays away; ABORTED where
  // another version has taken over; DATA_LOSS where the live projection has read bytes that cannot
  // be read any more, FAILED_PRECONDITION where they were removed: it stays the live one then.
  absl::Status Run(ProverId prover_id);

 private:
  enum class Outcome { kSwitched, kMore, kWait };
  // One step, and the switch where it may succeed.
  absl::StatusOr<Outcome> Advance(const ProjectionKey& projection);
  // Whether the live projection has so little more that a step makes up for it.
  absl::StatusOr<bool> IsNear(const ProjectionKey& projection);
  // Whether it is none, or has not lasted long.
  bool IsBearable(const absl::Status& trouble);

  RebuildStore* rebuilds_;
  Projector projector_;
  const Options options_;
  absl::Time next_look_ = absl::InfinitePast();
  absl::Status trouble_;
  absl::Time trouble_since_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_RENORMALIZER_H_
