#ifndef PROVERLOG_ANALYSIS_JOB_TIMELINE_H_
#define PROVERLOG_ANALYSIS_JOB_TIMELINE_H_

#include <optional>
#include <string>
#include <vector>

#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// A time: at or after `begin`, before `end`; without an end it goes on.
struct OpenSpan {
  UnixMillis begin = 0;
  std::optional<UnixMillis> end;

  friend bool operator==(const OpenSpan& a, const OpenSpan& b) = default;
};

// The time of an attempt whose start a log shows.
struct AttemptSpan {
  std::string machine;
  std::string process;  // Origin::process
  // To its own end. Without one, and where that may be another attempt's, until the broker took the
  // job back; else to the job's end; else it goes on.
  OpenSpan span;
  bool lost = false;       // its own end is in no log or may be another's, and it does not go on
  bool completed = false;  // its agent completed the job

  friend bool operator==(const AttemptSpan& a, const AttemptSpan& b) = default;
};

// When a job was where.
struct JobTimeline {
  std::string type;
  JobState state = JobState::kQueued;
  // When the broker enqueued it first, else when the prover node did, else its first fact.
  UnixMillis created_at = 0;
  // None: it is in flight. Not before created_at, also where two clocks disagree.
  std::optional<UnixMillis> ended_at;
  // Nothing tells of its end but a snapshot, which is what ended_at is of.
  bool end_unseen = false;
  // The times in the broker's queue, in order: from an enqueue, a revival, a retry or a time-out to
  // the next start, else to the next of these or the job's end. An entry that only an earlier
  // start can have answered (two clocks disagree) is no time.
  std::vector<OpenSpan> queued;
  std::vector<AttemptSpan> attempts;  // by start
};

// The job exists.
JobTimeline TimelineOf(const Job& job);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_JOB_TIMELINE_H_
