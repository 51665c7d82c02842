// alerts_bench: how long a round of all rules takes for 60 provers with a long history, each with
// an epoch of 5,000 jobs that goes on: the first ones, which load what is usual, and those after
// them. Prints each figure beside its goal; docs/performance.md says what they mean.
//
//   build/bench/alerts/alerts_bench [MILLIONS]

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "alerts/rule.h"
#include "bench/ingest/measure.h"
#include "bench/ingest/reference.h"
#include "bench/query/history.h"
#include "server/alerts/view_loader.h"
#include "storage/postgres/connection_pool.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_files.h"

namespace proverlog::bench {
namespace {

constexpr int kJobsAMillion = 1'000'000;
constexpr double kGoalSeconds = 2;
// The earlier epochs are loaded one a round.
constexpr int kFirstRounds = kEarlierEpochs + 1;
constexpr int kRounds = kFirstRounds + 6;
// Between two rounds 1.1 % of an epoch's jobs are completed.
constexpr Millis kRoundMillis = 20'000;

// The service does not evaluate beside the measurement: somebody else holds the lease.
constexpr char kTakeLease[] =
    "UPDATE alert_lease SET holder = 'alerts_bench', expires_at = 'infinity'";

// The history's last epochs stand where they were so long after their beginning: most jobs are
// completed, some run, the others are not there yet.
constexpr Millis kInto = 1'200'000;

// The next hundred jobs of each run, the thousand after them are queued; both since then at most.
constexpr char kOpenLast[] = R"(
CREATE TABLE open_epoch AS
  SELECT prover_id, max(epoch) AS epoch FROM epoch GROUP BY prover_id;
CREATE TABLE later_job AS
  SELECT job.*, epoch.first_at + $INTO AS so_far, row_number() OVER (PARTITION BY prover_id ORDER BY job.completed_at) AS n
    FROM job JOIN open_epoch USING (prover_id, epoch) JOIN epoch USING (prover_id, epoch)
    WHERE job.completed_at > epoch.first_at + $INTO;
DELETE FROM job USING later_job l WHERE n > 1100 AND job.prover_id = l.prover_id
  AND job.epoch = l.epoch AND job.type = l.type AND job.hash = l.hash;
UPDATE job SET state = CASE WHEN n <= 100 THEN 'running' ELSE 'queued' END, started = n <= 100,
    first_at = least(job.first_at, l.so_far), asked_for_at = least(job.asked_for_at, l.so_far),
    enqueued_at = least(job.enqueued_at, l.so_far),
    started_at = CASE WHEN n <= 100 THEN least(job.started_at, l.so_far) END,
    started_offset = CASE WHEN n <= 100 THEN job.started_offset END,
    started_writer = CASE WHEN n <= 100 THEN job.started_writer END,
    agent_completed_at = NULL, agent_completed_offset = NULL, agent_completed_writer = NULL,
    completed_at = NULL, completed_offset = NULL, completed_writer = NULL,
    last_at = least(CASE WHEN n <= 100 THEN job.started_at ELSE job.enqueued_at END, l.so_far)
  FROM later_job l WHERE n <= 1100 AND job.prover_id = l.prover_id AND job.epoch = l.epoch
    AND job.type = l.type AND job.hash = l.hash;
ANALYZE job;
UPDATE epoch SET revision = revision + 1000000 FROM open_epoch o
  WHERE epoch.prover_id = o.prover_id AND epoch.epoch = o.epoch;
)";

// A round's jobs are completed.
constexpr char kGoOn[] = R"(
UPDATE job SET state = 'completed', started = true, started_at = l.started_at,
    started_offset = l.started_offset, started_writer = l.started_writer,
    agent_completed_at = l.agent_completed_at,
    agent_completed_offset = l.agent_completed_offset,
    agent_completed_writer = l.agent_completed_writer, completed_at = l.completed_at,
    completed_offset = l.completed_offset, completed_writer = l.completed_writer,
    last_at = l.last_at
  FROM later_job l JOIN epoch e USING (prover_id, epoch)
  WHERE job.prover_id = l.prover_id AND job.epoch = l.epoch AND job.type = l.type
    AND job.hash = l.hash AND l.completed_at > e.first_at + $SINCE
    AND l.completed_at <= e.first_at + $UNTIL;
UPDATE epoch SET revision = revision + 1000000 FROM open_epoch o
  WHERE epoch.prover_id = o.prover_id AND epoch.epoch = o.epoch;
)";

class BuiltIn : public ThresholdReader {
 public:
  explicit BuiltIn(const Rule& rule) : rule_(rule) {}
  double Get(absl::string_view name, const Labels& /*about*/) const override {
    for (const Threshold& threshold : rule_.thresholds) {
      if (threshold.name == name) return threshold.value;
    }
    throw std::logic_error(absl::StrCat("no threshold ", name));
  }

 private:
  const Rule& rule_;
};

struct RoundTimes {
  absl::Duration loading;
  absl::Duration judging;
  size_t found = 0;
  size_t earlier = 0;
};

RoundTimes Round(ViewLoader& loader, postgres::QueryStore& store, int epochs, Millis into) {
  const auto provers = store.ListProvers(kProvers);
  if (!provers.ok()) throw std::runtime_error(provers.status().ToString());
  RoundTimes times;
  for (const ProverRef& prover : *provers) {
    const UnixMillis begin =
        1795219200000 + static_cast<Millis>(EpochsOfOneProver(epochs) - 1) * 2'304'000;
    const absl::Time start = absl::Now();
    const auto view = loader.Load(prover, begin + into, 0);
    if (!view.ok()) throw std::runtime_error(view.status().ToString());
    const absl::Time loaded = absl::Now();
    for (const Rule& rule : BuiltInRules()) {
      times.found += rule.find(**view, BuiltIn(rule)).size();
    }
    times.loading += loaded - start;
    times.judging += absl::Now() - loaded;
    times.earlier += (*view)->earlier.size();
  }
  return times;
}

void Print(int round, const RoundTimes& times, const Usage& usage) {
  std::printf(
      "  %-8s %2d  loading %5.2f s, rules %5.2f s; processor: evaluator %5.2f s, PostgreSQL %5.2f "
      "s,"
      " together %5.2f s   goal <= %.0f s   (%zu findings, %zu earlier epochs)\n",
      round <= kFirstRounds ? "first" : "steady", round, absl::ToDoubleSeconds(times.loading),
      absl::ToDoubleSeconds(times.judging), usage.shipper_seconds, usage.postgres_seconds,
      usage.shipper_seconds + usage.postgres_seconds, kGoalSeconds, times.found, times.earlier);
  std::fflush(stdout);
}

int Main(int millions) {
  const testing_util::TempDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  testing_util::Service service("--data-dir=" + data_dir);
  const int epochs = millions * (kJobsAMillion / kJobsAnEpoch);
  RunPsql(data_dir, kTakeLease);
  WriteHistory(data_dir, 0, epochs);
  RunPsql(data_dir, absl::StrReplaceAll(kOpenLast, {{"$INTO", absl::StrCat(kInto)}}));
  std::printf("%d million jobs, %d provers, of each an epoch of %d jobs goes on\n", millions,
              kProvers, kJobsAnEpoch);
  const auto pool = postgres::ConnectionPool::Create({testing_util::ConninfoOf(data_dir)});
  if (!pool.ok()) throw std::runtime_error(pool.status().ToString());
  postgres::QueryStore store(pool->get());
  EpochCache cache(size_t{256} << 20);
  ViewLoader loader(&store, &cache);
  Millis into = kInto;
  for (int round = 1; round <= kRounds; ++round) {
    const Usage before = UsageOf(service, data_dir);
    const RoundTimes times = Round(loader, store, epochs, into);
    Print(round, times, UsageOf(service, data_dir) - before);
    const std::string since = absl::StrCat(into);
    into += kRoundMillis;
    RunPsql(data_dir,
            absl::StrReplaceAll(kGoOn, {{"$SINCE", since}, {"$UNTIL", absl::StrCat(into)}}));
  }
  return 0;
}

}  // namespace
}  // namespace proverlog::bench

int main(int argc, char** argv) {
  int millions = 10;
  if (argc > 2 || (argc == 2 && (!absl::SimpleAtoi(argv[1], &millions) || millions < 1))) {
    std::fprintf(stderr, "usage: alerts_bench [MILLIONS]\n");
    return 2;
  }
  try {
    return proverlog::bench::Main(millions);
  } catch (const std::exception& e) {  // what was started is stopped
    std::fprintf(stderr, "alerts_bench: %s\n", e.what());
    return 1;
  }
}
