#ifndef PROVERLOG_MODEL_EPOCH_SESSION_H_
#define PROVERLOG_MODEL_EPOCH_SESSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.h"
#include "model/time.h"

namespace proverlog {

// Where a prover node's attempt at an epoch stands. The order is the rank: of an epoch's sessions
// the best is the one whose state comes first.
enum class SessionState : uint8_t {
  kPublished,   // its proof is on L1
  kSuperseded,  // a longer proof was published in its stead
  kDropped,     // its proof was valid, and publishing is disabled
  kOpen,
  kFailed,
  kTimedOut,   // its deadline came first
  kCancelled,  // it was stopped, or its blocks changed
  kExited,     // it ended, and no line says how
};

// One attempt of a prover node at an epoch: an EpochSession (5.x), or an epoch's job (up to 4.x).
struct EpochSession {
  std::string id;    // its uuid; empty where no line names it
  std::string kind;  // "full" or "partial" (5.x), else empty
  SessionState state = SessionState::kOpen;
  std::string machine;
  int64_t stream_id = 0;  // the log of its first line
  std::optional<UnixMillis> started_at;
  std::optional<UnixMillis> proof_ready_at;
  std::optional<UnixMillis> published_at;
  std::optional<UnixMillis> ended_at;  // none: it is open
  std::optional<UnixMillis>
      deadline;  // for its proof to be on L1, as the publishing service has it
  std::optional<double> top_tree_millis;  // what the lines say that proving the top tree took
  std::string reason;                     // of its end: an error, or why it was cancelled
  // The first event that says that it did not, or may not, end on L1; none where none does, and of
  // one that is published or superseded.
  std::optional<Event> trouble;

  friend bool operator==(const EpochSession& a, const EpochSession& b) = default;
};

// The kinds of events that tell of sessions: all that DeriveSessions reads.
const std::vector<std::string>& SessionEventKinds();

// The uuid of the session that the event names; empty where it names none.
std::string SessionOf(const Event& event);

// The epoch's sessions by start, from its events and those of its sessions. A function of the set:
// neither the order nor repetitions matter. An event without a uuid belongs to the last session
// that has a proof to publish, else to the last that began before it. docs/meaning.md, "Sessions",
// has the rules.
std::vector<EpochSession> DeriveSessions(std::vector<Event> events);

// The session whose outcome is the epoch's; null where there is none.
const EpochSession* BestSession(const std::vector<EpochSession>& sessions);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_EPOCH_SESSION_H_
