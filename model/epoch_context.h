#ifndef PROVERLOG_MODEL_EPOCH_CONTEXT_H_
#define PROVERLOG_MODEL_EPOCH_CONTEXT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "model/epoch_session.h"
#include "model/event.h"
#include "model/time.h"

namespace proverlog {

// What is known of an epoch beyond its jobs.
struct EpochContext {
  std::vector<EpochSession> sessions;
  // When the broker first took a job of an epoch so much later that it keeps this one no more: of
  // the first such epoch that it took one of.
  std::optional<UnixMillis> moved_on_at;

  friend bool operator==(const EpochContext& a, const EpochContext& b) = default;
};

// A broker keeps the jobs of its latest epoch and of this many before it (its option
// PROVER_BROKER_MAX_EPOCHS_TO_KEEP_RESULTS_FOR; this is the default, and no line tells another).
inline constexpr int32_t kEpochsKept = 1;

// What the epoch's events and those of its sessions tell, see DeriveSessions. A session that began
// before the broker moved on and is open died with its process: it ended there at the latest.
EpochContext ContextOf(std::vector<Event> events, std::optional<UnixMillis> moved_on_at);

// When the epoch was given up or finished: its last session ended, or the broker moved on. A job
// that is open and was not asked for since is abandoned. Nothing while the epoch may go on.
std::optional<UnixMillis> ClosedAt(const EpochContext& context);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_EPOCH_CONTEXT_H_
