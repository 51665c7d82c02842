#include "server/alerts/backtest.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "alerts/rule_set.h"
#include "model/time.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

TEST(BacktestTest, EndsWithItsCallerAlsoWhereThereIsNothingToLoad) {
  testing_util::TestDatabase database;
  database.Sql("INSERT INTO prover (name) VALUES ('mine')");
  database.Sql("INSERT INTO projection (prover_id, projection_id) VALUES (1, 1)");
  postgres::QueryStore store(&database.pool());
  const auto prover = store.FindProver("mine");
  ASSERT_TRUE(prover.ok()) << prover.status();
  constexpr UnixMillis kBegin = 1'795'219'200'000;
  int asked = 0;
  const auto all = store.WithDeadline(absl::InfiniteFuture(), [&asked] { return ++asked < 0; });
  ASSERT_TRUE(Backtest(*all, *prover, RuleSet(), kBegin, kBegin + kDay).ok());
  int left = asked - 1;
  const auto cut = store.WithDeadline(absl::InfiniteFuture(), [&left] { return --left < 0; });
  EXPECT_TRUE(
      absl::IsCancelled(Backtest(*cut, *prover, RuleSet(), kBegin, kBegin + kDay).status()));
  EXPECT_GT(asked, 80) << "8,640 rounds";
}

}  // namespace
}  // namespace proverlog
