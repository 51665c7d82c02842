#include "bench/query/history.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bench/ingest/reference.h"

namespace proverlog::bench {
namespace {

// Six machines' agents and a broker.
constexpr char kStreams[] = R"(
INSERT INTO prover (prover_id, name) OVERRIDING SYSTEM VALUE
  SELECT p, 'prover-' || p FROM generate_series(1, $PROVERS) AS p;
INSERT INTO projection (prover_id, projection_id) SELECT p, 1 FROM generate_series(1, $PROVERS) AS p;
INSERT INTO stream (prover_id, stream_id, machine, source, head) OVERRIDING SYSTEM VALUE
  SELECT p, p * 10 + m, 'machine-' || m, CASE m WHEN 0 THEN 'broker.log' ELSE 'agent.log' END, ''
    FROM generate_series(1, $PROVERS) AS p, generate_series(0, 6) AS m;
INSERT INTO stream_position SELECT prover_id, stream_id, 1, 0, 0, 0 FROM stream;
INSERT INTO writer (prover_id, writer_id, stream_id, process) OVERRIDING SYSTEM VALUE
  SELECT p, p * 10 + m, p * 10 + m, 'host-' || m || '/7'
    FROM generate_series(1, $PROVERS) AS p, generate_series(0, 6) AS m;
SELECT setval(pg_get_serial_sequence('prover', 'prover_id'), 1000),
       setval(pg_get_serial_sequence('stream', 'stream_id'), 1000),
       setval(pg_get_serial_sequence('writer', 'writer_id'), 1000);
)";

// An epoch's jobs come in half an hour, each type after the one it takes its proofs from.
constexpr char kEpochs[] = R"(
INSERT INTO epoch (prover_id, projection_id, epoch, enqueued_at, first_at, last_at, revision)
  SELECT e % $PROVERS + 1, 1, e / $PROVERS + 1, t, t, t + 1800000, 1
    FROM (SELECT e, 1795219200000 + (e / $PROVERS) * 2304000::bigint AS t
            FROM generate_series($HAVE, $EPOCHS - 1) AS e) AS new;
INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued, started,
                 attempts, retries, timeouts, first_at, last_at, asked_for_at, fact_rows,
                 enqueued_at, enqueued_offset, enqueued_writer, started_at, started_offset,
                 started_writer, agent_completed_at, agent_completed_offset, agent_completed_writer,
                 completed_at, completed_offset, completed_writer)
  SELECT p, 1, epoch, type, sha256((e || '.' || j)::bytea), true, 'completed', true, true, 1, 0, 0,
         t, t + took + 1, t, false, t, j * 1000, p * 10, t + 200, j * 1000, p * 10 + 1 + j % 6,
         t + took, j * 1000 + 500, p * 10 + 1 + j % 6, t + took + 1, j * 1000 + 500, p * 10
    FROM (SELECT e, j, e % $PROVERS + 1 AS p, e / $PROVERS + 1 AS epoch,
                 1795219200000 + (e / $PROVERS) * 2304000::bigint + j * 355 AS t,
                 1500 + abs(hashint4(e * 7919 + j)) % 4000 AS took,
                 CASE WHEN j = $JOBS - 1 THEN 'ROOT_ROLLUP'
                      WHEN j >= $JOBS - 20 THEN 'CHECKPOINT_MERGE_ROLLUP'
                      WHEN j >= $JOBS - 60 THEN 'CHECKPOINT_ROOT_ROLLUP'
                      WHEN j >= $JOBS - 200 THEN 'BLOCK_ROOT_ROLLUP'
                      WHEN j % 5 = 0 THEN 'PUBLIC_VM' WHEN j % 5 = 1 THEN 'PUBLIC_CHONK_VERIFIER'
                      WHEN j % 5 = 2 THEN 'PUBLIC_TX_BASE_ROLLUP'
                      WHEN j % 5 = 3 THEN 'PRIVATE_TX_BASE_ROLLUP' ELSE 'TX_MERGE_ROLLUP' END AS type
            FROM generate_series($HAVE, $EPOCHS - 1) AS e, generate_series(0, $JOBS - 1) AS j) AS new;
)";

// A hundred epochs a statement: a sorting of all would spill.
constexpr int kEpochsAtOnce = 100;

void Run(const std::string& data_dir, const char* sql, int have, int epochs) {
  RunPsql(data_dir, absl::StrReplaceAll(sql, {{"$PROVERS", absl::StrCat(kProvers)},
                                              {"$JOBS", absl::StrCat(kJobsAnEpoch)},
                                              {"$HAVE", absl::StrCat(have)},
                                              {"$EPOCHS", absl::StrCat(epochs)}}));
}

}  // namespace

void WriteHistory(const std::string& data_dir, int have, int epochs) {
  if (have == 0) Run(data_dir, kStreams, 0, 0);
  for (int begin = have; begin < epochs; begin += kEpochsAtOnce) {
    std::printf("\r  writing epoch %d of %d ...", begin, epochs);
    std::fflush(stdout);
    Run(data_dir, kEpochs, begin, std::min(begin + kEpochsAtOnce, epochs));
  }
  std::printf("\r%40s\r", "");
  RunPsql(data_dir, "VACUUM ANALYZE job, epoch, writer, stream, stream_position");
  RunPsql(data_dir, "CHECKPOINT");
}

int EpochsOfOneProver(int epochs) { return (epochs - 1) / kProvers + 1; }

}  // namespace proverlog::bench
