#ifndef PROVERLOG_MODEL_FACT_H_
#define PROVERLOG_MODEL_FACT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/time.h"

namespace proverlog {

// What a record can say about a job. docs/meaning.md lists the message behind each kind.
//
// The order is the rank: facts of one millisecond are taken in this order, so that a job that is
// enqueued, cancelled and revived within a millisecond ends up open.
enum class FactKind : uint8_t {
  kEnqueued,
  kSubmitted,
  kReused,
  kRestored,
  kStarted,
  kControllerStarted,
  kAgentCompleted,
  kAgentFailed,
  kAgentAborted,
  kSuperseded,
  kRetried,
  kTimedOut,
  kCompleted,
  kFailed,
  kAborted,
  kCancelled,
  kRevived,
};

inline constexpr std::array<FactKind, 17> kAllFactKinds = {
    FactKind::kEnqueued,       FactKind::kSubmitted,   FactKind::kReused,
    FactKind::kRestored,       FactKind::kStarted,     FactKind::kControllerStarted,
    FactKind::kAgentCompleted, FactKind::kAgentFailed, FactKind::kAgentAborted,
    FactKind::kSuperseded,     FactKind::kRetried,     FactKind::kTimedOut,
    FactKind::kCompleted,      FactKind::kFailed,      FactKind::kAborted,
    FactKind::kCancelled,      FactKind::kRevived,
};

// The kind's name in storage, on the wire and in tables, e.g. "agent_completed".
absl::string_view FactKindName(FactKind kind);
std::optional<FactKind> ParseFactKind(absl::string_view name);

// Whether the kind is said by the broker. Only the broker ends a job.
bool IsBrokerFact(FactKind kind);

// Whether the kind is a look back (a snapshot, a cache hit) and not something that happened at its
// instant: such a fact counts in no window of time.
bool IsLookBack(FactKind kind);

// Where a fact was read: the process that wrote the record and the record's place in the archive.
struct Origin {
  std::string machine;
  // "host/pid" where the line says so, else the name of the log or of its service, which another
  // process may have too.
  std::string process;
  int64_t stream_id = 0;
  int64_t offset = 0;  // of the record's first byte in its stream

  bool NamesProcess() const { return process.find('/') != std::string::npos; }

  friend bool operator==(const Origin& a, const Origin& b) = default;
};

// One thing that one record says about one job at one instant.
//
// Its key is (job, kind, at, attempt); the job is known from the context. Facts with equal keys are
// the same fact, told twice.
struct Fact {
  FactKind kind = FactKind::kEnqueued;
  UnixMillis at = 0;
  int32_t attempt = 0;             // the number the record prints; 0: none
  std::optional<bool> will_retry;  // failures and time-outs: does the job go back to the queue
  std::string detail;              // the error's text; of kRestored, the status
  Origin origin;

  friend bool operator==(const Fact& a, const Fact& b) = default;
};

// Orders by instant, rank of kind, attempt: the order in which a job's facts are taken.
bool FactOrder(const Fact& a, const Fact& b);
bool SameFact(const Fact& a, const Fact& b);

// Adds `more` to `facts`, a set in FactOrder. The result does not depend on the order, the
// repetition or the grouping of the calls: where two tellings of a fact differ, each field keeps
// the value that a fixed order prefers (the longer text, the known over the unknown, the first
// machine by name).
void UniteFacts(std::vector<Fact> more, std::vector<Fact>& facts);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_FACT_H_
