#include "server/alerts/view_loader.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

constexpr char kLine[] =
    "{\"time\":1795226400000,\"level\":30,\"module\":\"prover-client:proving-broker\",\"msg\":"
    "\"Proving Broker started\"}\n";

class ViewLoaderTest : public QueryTest {
 protected:
  ViewLoaderTest() { live_ = Import("prover-1", "broker.log", kLine); }

  std::vector<LogView> Logs() {
    const auto prover = store_.FindProver("demo");
    EXPECT_TRUE(prover.ok()) << prover.status();
    const auto view = loader_.Load(*prover, absl::ToUnixMillis(absl::Now()), 0);
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? (*view)->logs : std::vector<LogView>();
  }

  StreamKey live_;  // the first log of all
  EpochCache cache_{size_t{1} << 20};
  ViewLoader loader_{&store_, &cache_};
};

TEST_F(ViewLoaderTest, LogsThatEndedCrowdOutNoneThatGoesOn) {
  database_.Sql(absl::StrCat(
      "WITH s AS (INSERT INTO stream (prover_id, machine, source, head) SELECT ", live_.prover_id,
      ", 'prover-2', n || '.log', '' FROM generate_series(1, 1000) AS n"
      "  RETURNING prover_id, stream_id),"
      " p AS (INSERT INTO stream_position SELECT prover_id, stream_id, 1, 100, 100, ",
      absl::ToUnixMillis(absl::Now()),
      "  FROM s) INSERT INTO stream_progress (prover_id, projection_id, stream_id,"
      "  normalized_offset, sealed_offset, normalizer_state, normalized_at, lines, records,"
      "  understood, not_understood, undated, cut, facts)"
      " SELECT prover_id, 1, stream_id, 100, 100, '', 0, 1, 1, 1, 0, 0, 0, '{}' FROM s"));
  const std::vector<LogView> logs = Logs();
  ASSERT_EQ(logs.size(), 1000);
  EXPECT_EQ(logs.front().stream_id, live_.stream_id);
  // Of those that ended, the last ones.
  EXPECT_EQ(logs.back().source, "1000.log");
  EXPECT_EQ(logs[1].source, "2.log");
}

TEST_F(ViewLoaderTest, OfManyGapsTheLastOnesAreSeen) {
  database_.Sql(absl::StrCat("INSERT INTO gap SELECT ", live_.prover_id, ", ", live_.stream_id,
                             ", 1000 * n, 1000 * n + 1, 'dropped', n"
                             " FROM generate_series(1, 101) AS n"));
  const std::vector<LogView> logs = Logs();
  ASSERT_EQ(logs.size(), 1);
  ASSERT_EQ(logs[0].gaps.size(), 100);
  EXPECT_EQ(logs[0].gaps.front().begin_offset, 2000);
  EXPECT_EQ(logs[0].gaps.back().begin_offset, 101'000);
}

}  // namespace
}  // namespace proverlog
