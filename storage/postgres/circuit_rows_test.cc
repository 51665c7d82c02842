// What a projecting transaction keeps of circuits, and what a query reads.

#include "storage/postgres/circuit_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {
namespace {

using testing_util::TestDatabase;

class CircuitRowsTest : public testing::Test {
 protected:
  CircuitRowsTest() {
    ArchiveStore archive(&database_.pool());
    stream_ = *testing_util::CreateStream(
        archive, {*archive.ReserveStreamId(), "mine", "m", "a.log", {}, "hi", {}},
        Block{0, 2, CompressFrame("hi")}, "hi");
    prover_ = queries_.ListProvers(1)->front();
  }

  void Save(const std::vector<CircuitRun>& runs) {
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({prover_.prover_id}, [&](proverlog::ProjectionTransaction& tx) {
                             return tx.SaveCircuitRuns(runs);
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  CircuitRun Witness(UnixMillis at, int64_t micros) const {
    CircuitRun run;
    run.circuit = "parity-base";
    run.at = at;
    run.micros = micros;
    run.epoch = 7;
    run.origin = {"m", "", stream_.stream_id, at};
    return run;
  }

  std::vector<CircuitSummary> Summaries(int32_t epoch) {
    return queries_.LoadEpochState(prover_, epoch, 10)->circuits;
  }

  TestDatabase database_;
  QueryStore queries_{&database_.pool()};
  StreamKey stream_;
  ProverRef prover_;
};

TEST_F(CircuitRowsTest, AddsUpAnEpochsCircuits) {
  CircuitRun sized = Witness(1, 1000);
  sized.input_size = 10;
  sized.output_size = 500;
  CircuitRun joined = Witness(2, 3000);
  joined.input_size = 20;
  joined.job = JobId{7, "PARITY_BASE", std::string(64, 'a')};
  CircuitRun proof = Witness(0, 9000);
  proof.step = CircuitStep::kProof;
  proof.circuit_size = 4096;
  CircuitRun of_no_epoch = Witness(3, 1);
  of_no_epoch.epoch = std::nullopt;
  Save({sized, joined, proof, of_no_epoch, Witness(4, 1500)});
  Save({sized, joined});  // the same again

  const std::vector<CircuitSummary> summaries = Summaries(7);
  ASSERT_EQ(summaries.size(), 2U);
  EXPECT_EQ(summaries[0].step, "proof");  // the first to appear
  EXPECT_EQ(summaries[0].circuit_size, 4096);
  EXPECT_FALSE(summaries[0].mean_input_size);
  const CircuitSummary& witness = summaries[1];
  EXPECT_EQ(witness.circuit, "parity-base");
  EXPECT_EQ(witness.step, "witness");
  EXPECT_EQ(witness.runs, 3);
  EXPECT_EQ(witness.joined, 1);
  EXPECT_EQ(witness.min, 1);
  EXPECT_EQ(witness.p50, 1.5);
  EXPECT_EQ(witness.max, 3);
  EXPECT_EQ(witness.mean_input_size, 15);
  EXPECT_EQ(witness.mean_output_size, 500);
  EXPECT_TRUE(Summaries(8).empty());
}

TEST_F(CircuitRowsTest, AJobsRuns) {
  const JobId job{7, "PUBLIC_VM", std::string(64, 'a')};
  CircuitRun proof = Witness(5, 44'327'000);
  proof.step = CircuitStep::kProof;
  proof.circuit = "avm-circuit";
  proof.tx = "0x1a";
  proof.output_size = 129728;
  proof.job = job;
  CircuitRun witness = Witness(2, 7);
  witness.job = job;
  Save({proof, witness, Witness(3, 8)});
  const auto runs = queries_.LoadCircuitRuns(prover_, job);
  ASSERT_TRUE(runs.ok()) << runs.status();
  EXPECT_EQ(*runs, (std::vector<CircuitRun>{witness, proof}));
  EXPECT_TRUE(queries_.LoadCircuitRuns(prover_, {7, "PUBLIC_VM", "b"})->empty());
}

// Told by several logs, of which each knows something else: the same row in every order.
TEST_F(CircuitRowsTest, ToldTwiceWhatIsKnownStands) {
  ArchiveStore archive(&database_.pool());
  const StreamKey newer = *testing_util::CreateStream(
      archive, {*archive.ReserveStreamId(), "mine", "m", "b.log", {}, "ho", {}},
      Block{0, 2, CompressFrame("ho")}, "ho");
  const JobId job{7, "PARITY_BASE", std::string(64, 'a')};
  CircuitRun with_job = Witness(1, 1000);
  with_job.job = job;
  with_job.origin.stream_id = newer.stream_id;
  const CircuitRun without_job = Witness(1, 1000);
  CircuitRun of_none = Witness(1, 1000);
  of_none.epoch = std::nullopt;
  const std::vector<CircuitRun> tellings = {with_job, without_job, of_none};
  std::vector<size_t> order = {0, 1, 2};
  const auto check = [&] {
    const auto runs = queries_.LoadCircuitRuns(prover_, job);
    ASSERT_EQ(runs->size(), 1U);
    EXPECT_EQ(runs->front().origin.stream_id, newer.stream_id);
    ASSERT_EQ(Summaries(7).size(), 1U);
    EXPECT_EQ(Summaries(7).front().runs, 1);
    EXPECT_EQ(Summaries(7).front().joined, 1);
  };
  do {
    database_.Sql("DELETE FROM circuit_batch");
    for (const size_t i : order) Save({tellings[i]});
    check();
    database_.Sql("DELETE FROM circuit_batch");
    Save({tellings[order[0]], tellings[order[1]], tellings[order[2]]});
    check();
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(CircuitRowsTest, AreFoundByAnIndex) {
  Save({Witness(1, 1000), Witness(2, 1000)});
  database_.Sql(
      "INSERT INTO circuit_batch SELECT 1, 1, i / 200, i, 2, ARRAY[i], runs"
      " FROM circuit_batch, generate_series(2000, 200000) AS i");
  database_.Sql("ANALYZE");
  auto pool = *ConnectionPool::Create(
      {.database = database_.conninfo() + " options='-c session_preload_libraries=auto_explain"
                                          " -c auto_explain.log_min_duration=0'"});
  QueryStore queries(pool.get());
  const size_t begin = TestDatabase::ServerLog().size();
  EXPECT_EQ(queries.LoadEpochState(prover_, 12, 10)->circuits.front().runs, 2);
  EXPECT_TRUE(queries.LoadCircuitRuns(prover_, {12, "PARITY_BASE", "x"})->empty());
  const std::string plans = TestDatabase::ServerLog().substr(begin);
  EXPECT_NE(plans.find("circuit_batch_by_epoch"), std::string::npos) << plans;
  EXPECT_EQ(plans.find("Seq Scan on circuit_batch"), std::string::npos) << plans;
}

TEST_F(CircuitRowsTest, OfAnEpochWithTooManyTheFirstAreSummedUp) {
  Save({Witness(1, 1000)});
  Save({Witness(2, 3000)});
  database_.Sql("UPDATE circuit_batch SET run_count = 500000 WHERE last_at = 1");
  EXPECT_EQ(Summaries(7).front().runs, 1);
  EXPECT_EQ(Summaries(7).front().max, 1);
}

TEST_F(CircuitRowsTest, ADamagedRowIsSaidToBeOne) {
  Save({Witness(1, 1000)});
  for (const char* damaged : {"\\xff", "\\x1a021001"}) {  // no message; a circuit without a name
    database_.Sql(absl::StrCat("UPDATE circuit_batch SET runs = '", damaged, "'"));
    const auto state = queries_.LoadEpochState(prover_, 7, 10);
    EXPECT_THAT(std::string(state.status().message()), testing::HasSubstr("renormalize"));
  }
}

}  // namespace
}  // namespace proverlog::postgres
