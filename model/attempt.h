#ifndef PROVERLOG_MODEL_ATTEMPT_H_
#define PROVERLOG_MODEL_ATTEMPT_H_

#include <optional>
#include <string>
#include <vector>

#include "model/fact.h"
#include "model/time.h"

namespace proverlog {

// One run of a job by an agent process, as its log shows it.
struct Attempt {
  Origin origin;                         // of the fact that began it; where none does, ended it
  std::optional<UnixMillis> started_at;  // none: the log has only the end
  std::optional<UnixMillis> ended_at;    // none: the log has only the start
  // The fact that ended it; meaningless while ended_at is unset.
  FactKind ended_by = FactKind::kAgentCompleted;
  // Several attempts of the job were open in the process, so which of them ended here is a guess
  // (the oldest).
  bool ambiguous = false;

  friend bool operator==(const Attempt& a, const Attempt& b) = default;
};

// Pairs the starts and ends of a job's facts (a set in FactOrder) by agent process; the result is
// ordered by instant. docs/meaning.md, "Attempts", has the rules.
std::vector<Attempt> PairAttempts(const std::vector<Fact>& facts);

}  // namespace proverlog

#endif  // PROVERLOG_MODEL_ATTEMPT_H_
