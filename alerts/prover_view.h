#ifndef PROVERLOG_ALERTS_PROVER_VIEW_H_
#define PROVERLOG_ALERTS_PROVER_VIEW_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/epoch_figures.h"
#include "analysis/progress.h"
#include "analysis/proof_deadline.h"
#include "analysis/submission.h"
#include "model/epoch_context.h"
#include "model/event.h"
#include "model/job.h"
#include "model/stream.h"
#include "model/time.h"

namespace proverlog {

// An epoch as the rules look at it.
struct EpochView {
  int32_t epoch = 0;
  EpochOutcome outcome = EpochOutcome::kIncomplete;
  bool over = false;      // nothing more happens to it, as far as the logs say
  std::vector<Job> jobs;  // that exist, with their facts
  EpochContext context;
  std::optional<UnixMillis> begin;  // of its first session, else its first job
  std::optional<UnixMillis> last_at;
  std::optional<EndEstimate> estimate;  // none: it is over, or there are no earlier ones
  std::optional<ProofDeadline> deadline;
  Submission submission;
  std::shared_ptr<const EpochFigures> figures;  // null while it goes on
};

// A log as the rules look at it.
struct LogView {
  int64_t stream_id = 0;
  std::string machine;
  std::string source;
  std::optional<UnixMillis> first_at;  // of its dated records
  std::optional<UnixMillis> last_at;
  std::optional<UnixMillis> received_at;  // of the last bytes
  std::optional<UnixMillis> seen_at;      // when its sender was last known to be there
  bool ended = false;                     // the sender said so, and all of it is normalized
  int64_t unread_bytes = 0;               // committed, and not normalized
  StreamCounts counts;
  std::vector<Gap> gaps;  // by offset
};

// All that the rules know of a prover at one instant. A value: rules that look at it twice say the
// same.
struct ProverView {
  std::string prover;
  UnixMillis now = 0;
  // What is not in the logs until then did not happen: no log that goes on is read less far. At
  // most `now`.
  UnixMillis complete_until = 0;
  // Since when senders have been heard without a break: the service was not away since. An instant
  // of long ago where that is not known to be otherwise.
  UnixMillis listens_since = 0;
  // It is made from what is stored of an earlier time: nothing is known of who was connected, how
  // far logs were read and what was not understood then, and `logs` is empty.
  bool replayed = false;
  // Those that go on, and those that ended within kViewed before `now`; by number.
  std::vector<EpochView> epochs;
  // The figures of the last proven epochs before them, at most kEarlierEpochs, the latest first.
  std::vector<std::shared_ptr<const EpochFigures>> earlier;
  std::optional<Millis> epoch_length;  // of the network, where it is known
  std::vector<LogView> logs;           // that go on, or were received within kViewed; by id
  // What processes said within kViewed that belongs to no epoch, of ViewedEventKinds(); by instant.
  std::vector<Event> events;
};
inline constexpr Millis kViewed = kHour;
inline constexpr int kEarlierEpochs = 10;

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_PROVER_VIEW_H_
