#ifndef PROVERLOG_STORAGE_QUERY_STORE_H_
#define PROVERLOG_STORAGE_QUERY_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/circuit_run.h"
#include "model/completed_job.h"
#include "model/epoch_context.h"
#include "model/event.h"
#include "model/job.h"
#include "model/job_counts.h"
#include "model/job_id.h"
#include "model/unknown_message.h"
#include "model/version_evidence.h"
#include "storage/archive_store.h"
#include "storage/types.h"

namespace proverlog {

// A prover and the projection that answers are read from.
struct ProverRef {
  ProverId prover_id = 0;
  int32_t projection_id = 0;
  std::string name;
};

// An epoch's counts, added up by the database (all but max_parallel).
struct EpochRow {
  int32_t epoch = 0;
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  JobCounts totals;
  bool root_completed = false;
  EpochContext context;
};

// A time: at or after `begin`, before `end`; without them from the first, to the last.
struct EpochWindow {
  std::optional<UnixMillis> begin;
  std::optional<UnixMillis> end;
};

// An epoch with a fact or a session's event that is dated.
struct EpochRevision {
  int32_t epoch = 0;
  int64_t revision = 0;
  UnixMillis first_at = 0;
  UnixMillis last_at = 0;
};

// What was computed from an epoch's jobs that exist and its sessions holds as long as its revision
// and its context are the same. No two epochs ever have the same revision.
struct EpochVersion {
  int32_t epoch = 0;
  int64_t revision = 0;
  EpochContext context;

  friend bool operator==(const EpochVersion& a, const EpochVersion& b) = default;
};
// Of an epoch with neither a job that exists nor a session.
inline constexpr int64_t kNoRevision = 0;

// What is known of an epoch from an earlier call.
struct KnownEpoch {
  EpochVersion version;
  std::vector<int64_t> stream_ids;  // StreamsOf its jobs and context
};

struct JobFilter {
  int32_t epoch = 0;
  std::vector<std::string> types;  // none: all
  std::vector<JobState> states;    // none: all
  // Only jobs after this type and hash; none: from the first.
  std::optional<std::pair<std::string, std::string>> after;
};

// Runs of circuits that prove public transactions.
struct TransactionRuns {
  // With their jobs, epochs and machines as far as they are known, in order of time.
  std::vector<CircuitRun> runs;
  bool more = false;  // than are looked at: later ones are missing
};

// What a machine's logs say that belongs to no epoch.
struct MachineEvents {
  std::vector<Event> events;  // the latest first
  bool more = false;          // there may be earlier ones, that are not looked at
};

// A kind of messages that nobody understood, in all of a prover's streams.
struct UnknownRow {
  UnknownKind kind;
  UnknownCount count;                 // its line_offset is of the newest stream
  int64_t stream_id = 0;              // that stream
  std::vector<std::string> machines;  // by name, at most kMaxUnknownMachines
  int64_t machine_count = 0;
  // Of those of its streams that tell: distinct, at most kMaxUnknownVersions.
  std::vector<VersionEvidence> versions;
};
inline constexpr int kMaxUnknownMachines = 20;
inline constexpr int kMaxUnknownVersions = 20;

struct UnknownPage {
  std::vector<UnknownRow> rows;
  bool more_kinds = false;  // than kMaxUnknownRows: those of older streams are not counted
};
// Kinds of all streams together, of which an answer is made.
inline constexpr int64_t kMaxUnknownRows = 100'000;

// The row after which a page begins.
struct UnknownPosition {
  int64_t count = 0;
  UnknownKind kind;
};

// An epoch as it was at one instant, and how far the logs were then.
struct EpochState {
  std::vector<Job> jobs;  // all, also those that do not exist
  bool as_known = false;  // LoadEpochChanges: the epoch is as it was, its jobs are not loaded
  EpochContext context;
  int64_t revision = kNoRevision;
  // Its runs of circuits, by circuit and step in the order in which they first appear; at most 200.
  std::vector<CircuitSummary> circuits;
  // The streams that told of a job that exists or of a session; then, at most kMaxStreamsBehind,
  // those that have records of its time or fell silent before its end (LogFilter::or_silent), and
  // that may tell more: they are committed further than normalized, or in part unreadable.
  std::vector<StreamStatus> streams;
  bool more_behind = false;  // than kMaxStreamsBehind
};
inline constexpr int kMaxStreamsBehind = 1000;

// What is new of an epoch of which most is known.
struct EpochDelta {
  bool as_known = false;  // the epoch is in the version that is known: there is nothing else
  EpochContext context;
  int64_t revision = kNoRevision;
  // All but those that exist, have only facts as jobs have that go well, and were written before
  // the earlier call. That the epoch is closed is said of these alone.
  std::vector<Job> jobs;
  // Of the others: how many there are, and how many facts they have. Facts are never taken back:
  // who has as many has them all.
  int64_t others = 0;
  int64_t facts_of_others = 0;
  // For the next call, whose `jobs` are then those that were written since.
  int64_t position = 0;
};

// The streams that told of the jobs that exist, and of the epoch's sessions, each once.
std::vector<int64_t> StreamsOf(const std::vector<Job>& jobs, const EpochContext& context);

inline constexpr int kMaxLooseEvents = 10'000;

// Where an event stands among those of its epoch.
struct EventPosition {
  UnixMillis at = 0;
  std::string kind;
  std::string fields_key;  // a UUID

  friend bool operator==(const EventPosition& a, const EventPosition& b) = default;
};

struct EventRow {
  Event event;
  EventPosition position;
};

struct EventFilter {
  std::optional<int32_t> epoch;  // none: events that belong to no epoch
  std::string kind;              // the beginning of the kind; empty: all
  std::optional<EventPosition> after;
  std::optional<UnixMillis> before;  // only those that are earlier
};

// Which logs: all that agree with every field that is given.
struct LogFilter {
  std::optional<int64_t> stream_id;
  std::string machine;  // empty: all
  std::string source;   // empty: all
  // Where both are given: with a record between them, without any dated record, or not read to the
  // end yet.
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  // Then also those of which nobody said that they ended, and neither a record nor their sender was
  // heard of any more at last_at, or since a day before first_at.
  bool or_silent = false;
};

// Logs that may go on.
struct ActiveLogs {
  std::vector<StreamStatus> logs;  // by id; of their counts only last_at is known, and no gaps
  int64_t last_stream_id = 0;      // no stream of the prover has a greater one
};

// Where the lines of a stream are to be read from: behind all that are dated up to latest_at, or at
// most at `offset` where such a line has that instant.
struct LinePosition {
  UnixMillis latest_at = 0;
  int64_t offset = 0;
};

// What is needed to date a stream's lines.
struct LineStart {
  std::vector<Anchor> anchors;  // by offset
  StreamMark mark;
  StreamMark first_mark;  // the first that is kept; a default one where there is none
};

// Reads what the normalizer wrote. Jobs that are open when their epoch is closed are abandoned in
// every answer. Every call reads one consistent state and is bounded: by a
// deadline (DEADLINE_EXCEEDED), and by a number of rows, beyond which it takes the first ones where
// it says so and else fails with RESOURCE_EXHAUSTED. Thread-safe.
class QueryStore : public ArchiveReader {
 public:
  // The same store for one request, whose calls end at `deadline`, or (CANCELLED) soon after
  // `is_cancelled`, which may be called by any thread, says that nobody waits for it. It does not
  // outlive this one.
  virtual std::unique_ptr<QueryStore> WithDeadline(absl::Time deadline,
                                                   std::function<bool()> is_cancelled) = 0;

  // The first provers by name.
  virtual absl::StatusOr<std::vector<ProverRef>> ListProvers(int limit) = 0;

  // NOT_FOUND where there is no such prover.
  virtual absl::StatusOr<ProverRef> FindProver(const std::string& name) = 0;

  // The latest epochs, before `before` where it is given.
  virtual absl::StatusOr<std::vector<EpochRow>> ListEpochs(const ProverRef& prover,
                                                           std::optional<int32_t> before,
                                                           int limit) = 0;

  // The latest epochs between whose first and last instant a part of the window lies.
  virtual absl::StatusOr<std::vector<EpochRevision>> FindEpochs(const ProverRef& prover,
                                                                const EpochWindow& window,
                                                                int limit) = 0;

  // Those of the epochs that are known: from the first instant of each to just after its last, of
  // one without a date without both.
  virtual absl::StatusOr<std::map<int32_t, EpochWindow>> LoadEpochWindows(
      const ProverRef& prover, const std::vector<int32_t>& epochs) = 0;

  // An epoch without its circuits and streams.
  virtual absl::StatusOr<EpochState> LoadEpoch(const ProverRef& prover, int32_t epoch,
                                               int64_t max_jobs) = 0;

  // The same, with its circuits and with how far the logs are of which it is made.
  virtual absl::StatusOr<EpochState> LoadEpochState(const ProverRef& prover, int32_t epoch,
                                                    int64_t max_jobs) = 0;

  // The same, but without the jobs where the epoch is still as it is known.
  virtual absl::StatusOr<EpochState> LoadEpochChanges(const ProverRef& prover,
                                                      const KnownEpoch& known,
                                                      int64_t max_jobs) = 0;

  // What is new of the epoch for who knows it in that version, as it was at `position` of an
  // earlier call; 0: from the beginning.
  virtual absl::StatusOr<EpochDelta> LoadEpochDelta(const ProverRef& prover,
                                                    const EpochVersion& known, int64_t position,
                                                    int64_t max_jobs) = 0;

  // The latest epochs, and what tells whether what was computed of them still holds.
  virtual absl::StatusOr<std::vector<EpochVersion>> ListEpochVersions(const ProverRef& prover,
                                                                      int limit) = 0;

  // The epochs' completed jobs, by epoch.
  virtual absl::StatusOr<std::map<int32_t, std::vector<CompletedJob>>> LoadCompleted(
      const ProverRef& prover, const std::vector<int32_t>& epochs, int64_t max_jobs) = 0;

  // Existing jobs of an epoch by type and hash.
  virtual absl::StatusOr<std::vector<Job>> ListJobs(const ProverRef& prover,
                                                    const JobFilter& filter, int limit) = 0;

  // The types of the epochs' jobs by name, each once.
  virtual absl::StatusOr<std::vector<std::string>> ListJobTypes(
      const ProverRef& prover, const std::vector<int32_t>& epochs) = 0;

  // NOT_FOUND where no fact names the job.
  virtual absl::StatusOr<Job> LoadJob(const ProverRef& prover, const JobId& id) = 0;

  // The ids of jobs with the epoch and type of `with_hash_prefix` and a 64-digit hash that begins
  // with its hash. Jobs with another kind of hash are only found by all of it (LoadJob).
  virtual absl::StatusOr<std::vector<JobId>> FindJobs(const ProverRef& prover,
                                                      const JobId& with_hash_prefix, int limit) = 0;

  // The runs that belong to the job, in order of time; at most 100. Their origins name no process.
  virtual absl::StatusOr<std::vector<CircuitRun>> LoadCircuitRuns(const ProverRef& prover,
                                                                  const JobId& job) = 0;

  // The epoch's AVM proofs, of the runs that EpochState::circuits counts.
  virtual absl::StatusOr<TransactionRuns> LoadTransactionRuns(const ProverRef& prover,
                                                              int32_t epoch) = 0;

  // The AVM proofs of transactions whose hash begins with `hash`, in these epochs and in what
  // belongs to no epoch; of at most 100 steps of the normalizer, the latest of each epoch.
  virtual absl::StatusOr<std::vector<CircuitRun>> FindTransactionRuns(
      const ProverRef& prover, const std::vector<int32_t>& epochs, const std::string& hash) = 0;

  // The machine's events of these kinds that belong to no epoch, at most 1000 of them.
  virtual absl::StatusOr<MachineEvents> LoadMachineEvents(
      const ProverRef& prover, const std::string& machine,
      const std::vector<std::string>& kinds) = 0;

  // In order of time.
  virtual absl::StatusOr<std::vector<EventRow>> ListEvents(const ProverRef& prover,
                                                           const EventFilter& filter,
                                                           int limit) = 0;

  // The latest of the given kinds in the window that belong to no epoch, at most kMaxLooseEvents;
  // in order of time.
  virtual absl::StatusOr<std::vector<Event>> LoadLooseEvents(const ProverRef& prover,
                                                             const std::vector<std::string>& kinds,
                                                             const EpochWindow& window) = 0;

  // Those of the given kinds that belong to the epochs, also to their sessions; by epoch.
  virtual absl::StatusOr<std::map<int32_t, std::vector<Event>>> LoadEvents(
      const ProverRef& prover, const std::vector<int32_t>& epochs,
      const std::vector<std::string>& kinds) = 0;

  // The last line with which a process says what network it runs for (process.listening).
  virtual absl::StatusOr<std::optional<Event>> FindNetwork(const ProverRef& prover) = 0;

  // The streams with these ids; those that are not known are left out.
  virtual absl::StatusOr<std::vector<StreamStatus>> LoadStreams(
      const ProverRef& prover, const std::vector<int64_t>& stream_ids) = 0;

  // The logs by their earliest record, then by id.
  virtual absl::StatusOr<std::vector<StreamStatus>> FindStreams(const ProverRef& prover,
                                                                const LogFilter& filter,
                                                                int limit) = 0;

  // The logs of a machine and a source (empty: all) of which bytes came since the instant, or are
  // not normalized yet: first those that nobody ended, the latest first.
  virtual absl::StatusOr<ActiveLogs> FindActive(const ProverRef& prover, const std::string& machine,
                                                const std::string& source, UnixMillis since,
                                                int limit) = 0;

  // The last mark of the stream whose latest instant and offset are at most those of the position,
  // compared in this order; a default one where there is none.
  virtual absl::StatusOr<LineStart> LoadLineStart(const ProverRef& prover, int64_t stream_id,
                                                  const LinePosition& position) = 0;

  // The last mark of the stream at most at the offset; a default one where there is none.
  virtual absl::StatusOr<LineStart> LoadLineStartAt(const ProverRef& prover, int64_t stream_id,
                                                    int64_t offset) = 0;

  // What is missing of the stream, as StreamStatus has it, of what begins in [begin, end]; at most
  // kMaxGapsAtOnce.
  virtual absl::StatusOr<std::vector<Gap>> ListGaps(const ProverRef& prover, int64_t stream_id,
                                                    int64_t begin, int64_t end) = 0;

  // The prover's streams, the most recently received first.
  virtual absl::StatusOr<std::vector<StreamStatus>> ListStreams(const ProverRef& prover,
                                                                int limit) = 0;

  // The kinds of messages that nobody understood, in the machine's logs or, where it is empty, in
  // all; the most frequent first, then by template, module and level.
  virtual absl::StatusOr<UnknownPage> ListUnknown(const ProverRef& prover,
                                                  const std::string& machine,
                                                  const std::optional<UnknownPosition>& after,
                                                  int limit) = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_STORAGE_QUERY_STORE_H_
