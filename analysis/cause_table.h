#ifndef PROVERLOG_ANALYSIS_CAUSE_TABLE_H_
#define PROVERLOG_ANALYSIS_CAUSE_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// What can go wrong with a job or an epoch. docs/why.md has the table; the numbers are those of
// v1::CauseKind less one.
enum class CauseKind : uint8_t {
  // By an error's text.
  kOutOfMemory,
  kKilled,
  kStopped,
  kCrashed,
  kTooManyFiles,
  kNoSpace,
  kConnectionRefused,
  kConnectionFailed,
  kInputsMissing,
  kConstraint,
  kPublishingFailed,
  kProofFailed,
  kWitnessFailed,
  kOtherError,
  // By a job's facts.
  kAgentLost,
  kTimedOut,
  kNeverAgain,
  kCancelled,
  kMovedOn,
  // By what an epoch's session says.
  kDeadline,
  kReorg,
  kSessionStopped,
  kSessionFailed,
  kSessionEnded,
  kPublishingDisabled,
};

struct CauseEntry {
  CauseKind kind = CauseKind::kOtherError;
  absl::string_view name;
  // An error with one of them, in whatever case, is of this kind; none: known by other signs.
  std::vector<absl::string_view> words;
  absl::string_view meaning;  // one sentence
  absl::string_view remedy;   // one sentence
};

// Every kind once, in the order of the enum, which is that of preference: the first whose words
// are in an error is the error's.
const std::vector<CauseEntry>& CauseTable();
const CauseEntry& EntryOf(CauseKind kind);

// kOtherError where no entry's words are in it.
CauseKind KindOfError(absl::string_view text);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_CAUSE_TABLE_H_
