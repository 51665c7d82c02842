// What a projecting transaction counts of unknown messages, and what a query adds up.

#include "storage/postgres/unknown_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
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

class UnknownRowsTest : public testing::Test {
 protected:
  UnknownRowsTest() { prover_ = (MakeStream("m"), queries_.ListProvers(1)->front()); }

  int64_t MakeStream(const std::string& machine) {
    ArchiveStore archive(&database_.pool());
    const int64_t id = *archive.ReserveStreamId();
    const std::string head = absl::StrCat("log ", id, "\n");
    const Block block{0, static_cast<int64_t>(head.size()), CompressFrame(head)};
    stream_id_ = testing_util::CreateStream(archive, {id, "mine", machine, "a.log", {}, head, {}},
                                            block, head)
                     ->stream_id;
    return stream_id_;
  }

  absl::Status Add(const std::map<int64_t, UnknownCounts>& by_stream,
                   const absl::Status& then = absl::OkStatus()) {
    return ProjectionStore(&database_.pool())
        .Project({prover_.prover_id},
                 [&](ProjectionTransaction& tx) {
                   const absl::Status added = tx.AddUnknown(by_stream);
                   return added.ok() ? then : added;
                 })
        .status();
  }

  // Adds kinds "first" to "last", each once.
  void AddKinds(int first, int last) {
    UnknownCounts counts;
    for (int i = first; i <= last; ++i) {
      counts[{"m", "INFO", absl::StrCat("kind ", i)}] = {1, i, i, i};
    }
    const absl::Status added = Add({{stream_id_, counts}});
    EXPECT_TRUE(added.ok()) << added;
  }

  std::vector<UnknownRow> List(int limit = 2000) {
    auto page = queries_.ListUnknown(prover_, "", std::nullopt, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    return page->rows;
  }

  TestDatabase database_;
  QueryStore queries_{&database_.pool()};
  ProverRef prover_;
  int64_t stream_id_ = 0;
};

const UnknownKind kKind = {"a \"module\"", "WARN", "It's \\ <n>, {ü} NULL"};

TEST_F(UnknownRowsTest, CountsAddUpOverTheSteps) {
  ASSERT_TRUE(Add({{stream_id_, {{kKind, {2, 50, 60, 7}}}}}).ok());
  ASSERT_TRUE(Add({{stream_id_, {{kKind, {1, {}, {}, 100}}}}}).ok());
  ASSERT_TRUE(Add({{stream_id_, {{kKind, {3, 40, 55, 200}}}}}).ok());
  ASSERT_TRUE(Add({}).ok());
  const std::vector<UnknownRow> rows = List();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].kind, kKind);
  EXPECT_EQ(rows[0].count, (UnknownCount{6, 40, 60, 7}));
  EXPECT_EQ(rows[0].stream_id, stream_id_);
  EXPECT_EQ(rows[0].machines, std::vector<std::string>{"m"});
}

TEST_F(UnknownRowsTest, AStepThatIsNotCommittedAddsNothing) {
  ASSERT_TRUE(Add({{stream_id_, {{kKind, {2, 50, 60, 7}}}}}).ok());
  EXPECT_TRUE(absl::IsDataLoss(
      Add({{stream_id_, {{kKind, {5, 1, 99, 100}}}}}, absl::DataLossError("stop"))));
  EXPECT_EQ(List()[0].count, (UnknownCount{2, 50, 60, 7}));
}

TEST_F(UnknownRowsTest, BeyondTheLimitTheOthersAreOneRow) {
  AddKinds(1, 600);
  AddKinds(501, 1003);
  std::vector<UnknownRow> rows = List();
  ASSERT_EQ(rows.size(), 1001U);
  std::map<std::string, UnknownCount> counts;
  for (const UnknownRow& row : rows) counts[row.kind.message_template] = row.count;
  EXPECT_EQ(counts["kind 600"], (UnknownCount{2, 600, 600, 600}));
  EXPECT_EQ(counts["kind 1000"].count, 1);
  EXPECT_EQ(counts["(other messages)"], (UnknownCount{3, 1001, 1003, 1001}));

  // Then those that are known are still counted, and what a step calls others are others.
  ASSERT_TRUE(Add({{stream_id_,
                    {{{"m", "INFO", "kind 1"}, {5, {}, {}, 2000}},
                     {{"m", "INFO", "kind 5000"}, {1, {}, {}, 2001}},
                     {{"", "", kOtherMessages}, {1, {}, {}, 2002}}}}})
                  .ok());
  rows = List();
  EXPECT_EQ(rows.size(), 1001U);
  EXPECT_EQ(rows[0].kind.message_template, "kind 1");
  EXPECT_EQ(rows[0].count.count, 6);
  EXPECT_EQ(rows[1].kind, (UnknownKind{"", "", kOtherMessages}));
  EXPECT_EQ(rows[1].count, (UnknownCount{5, 1001, 1003, 1001}));
}

TEST_F(UnknownRowsTest, TheLimitIsOfEachStream) {
  const int64_t first = stream_id_;
  AddKinds(1, 1000);
  MakeStream("m");
  AddKinds(1001, 2000);
  EXPECT_EQ(List(3000).size(), 2000U);
  EXPECT_NE(first, stream_id_);
}

TEST_F(UnknownRowsTest, AddsUpTheStreamsOfAllMachines) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(Add({{MakeStream(absl::StrCat("machine, \"", i % 25, "\"")),
                      {{kKind, {1, 1000 - i, 1000 + i, i}}}}})
                    .ok());
  }
  const std::vector<UnknownRow> rows = List();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].count, (UnknownCount{30, 971, 1029, 29}));
  EXPECT_EQ(rows[0].stream_id, stream_id_);
  EXPECT_EQ(rows[0].machine_count, 25);
  ASSERT_EQ(rows[0].machines.size(), 20U);
  EXPECT_EQ(rows[0].machines[0], "machine, \"0\"");
  EXPECT_EQ(rows[0].machines[2], "machine, \"10\"");
}

TEST_F(UnknownRowsTest, TheVersionsAreThoseOfItsStreams) {
  // Two logs of one version, one of another, one that tells none, and one without the message.
  for (const std::string versions : {"4.1-5.2", "5.2", "5.2", "0.87-5.2", "0.87"}) {
    NormalizedStream stream{MakeStream("m"), {}, std::nullopt};
    stream.progress.counts.versions.Add(ParseVersionRange(versions));
    const bool has_it = versions != "0.87";
    ASSERT_TRUE(ProjectionStore(&database_.pool())
                    .Project({prover_.prover_id},
                             [&](ProjectionTransaction& tx) {
                               const absl::Status saved = tx.SaveProgress(stream);
                               if (!saved.ok() || !has_it) return saved;
                               return tx.AddUnknown({{stream.stream_id, {{kKind, {1, 5, 5, 0}}}}});
                             })
                    .ok());
  }
  const std::vector<UnknownRow> rows = List();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].count.count, 4);
  ASSERT_EQ(rows[0].versions.size(), 2U);
  EXPECT_EQ(rows[0].versions[0].ToString(), "4.1 or later");
  EXPECT_EQ(rows[0].versions[1].ToString(), "5.2 or later");
}

TEST_F(UnknownRowsTest, PagesFromTheMostFrequent) {
  const UnknownCount once{1, {}, {}, 0};
  ASSERT_TRUE(Add({{stream_id_,
                    {{{"m", "INFO", "b"}, once},
                     {{"m", "WARN", "b"}, once},
                     {{"l", "WARN", "b"}, once},
                     {{"z", "INFO", "a"}, once},
                     {{"m", "INFO", "often"}, {9, {}, {}, 0}}}}})
                  .ok());
  std::string seen;
  std::optional<UnknownPosition> after;
  for (int i = 0; i < 5; ++i) {
    const auto page = queries_.ListUnknown(prover_, "", after, 1);
    ASSERT_EQ(page->rows.size(), 1U);
    EXPECT_FALSE(page->more_kinds);
    const UnknownRow& row = page->rows[0];
    absl::StrAppend(&seen, row.kind.message_template, row.kind.module, row.kind.level, " ");
    after = {row.count.count, row.kind};
  }
  EXPECT_EQ(seen, "oftenmINFO azINFO blWARN bmINFO bmWARN ");
  EXPECT_TRUE(queries_.ListUnknown(prover_, "", after, 1)->rows.empty());
}

TEST_F(UnknownRowsTest, OfVeryManyKindsThoseOfTheNewestStreamsAreAddedUp) {
  database_.Sql(
      "INSERT INTO stream (prover_id, stream_id, machine, source, head) OVERRIDING SYSTEM VALUE"
      " SELECT 1, i, 'm' || i, 'a.log', '' FROM generate_series(2, 101) AS i");
  database_.Sql(
      "INSERT INTO unknown_message SELECT 1, 1, i / 1000, '', '', lpad((i % 1000)::text, 100, '-'),"
      " 1, NULL, NULL, 0 FROM generate_series(2000, 101999) AS i");
  const auto all = queries_.ListUnknown(prover_, "", std::nullopt, 1);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_FALSE(all->more_kinds);
  EXPECT_EQ(all->rows[0].count.count, 100);
  stream_id_ = 1;
  AddKinds(1, 2);
  const auto newest = queries_.ListUnknown(prover_, "", std::nullopt, 2000);
  EXPECT_TRUE(newest->more_kinds);
  EXPECT_EQ(newest->rows.size(), 1001U);
  EXPECT_EQ(newest->rows.back().kind.message_template, "kind 2");
}

// As QueryStoreTest.EveryStatementFindsItsRowsByAnIndex, beside another prover that has many rows.
TEST_F(UnknownRowsTest, AProversRowsAreFoundByAnIndex) {
  AddKinds(1, 10);
  database_.Sql(
      "INSERT INTO unknown_message SELECT 2, 1, i / 1000, '', '', lpad(i::text, 100, '-'), 1, NULL,"
      " NULL, 0 FROM generate_series(1, 200000) AS i");
  database_.Sql("ANALYZE");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  QueryStore queries(pool.get());
  const size_t begin = TestDatabase::ServerLog().size();
  const auto page = queries.ListUnknown(prover_, "", std::nullopt, 5);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->rows.size(), 5U);
  ASSERT_TRUE(ProjectionStore(pool.get())
                  .Project({prover_.prover_id},
                           [&](ProjectionTransaction& tx) {
                             return tx.AddUnknown({{stream_id_, {{kKind, {1, 5, 5, 0}}}}});
                           })
                  .ok());
  const std::string plans = TestDatabase::ServerLog().substr(begin);
  EXPECT_NE(plans.find("Backward using unknown_message_pkey"), std::string::npos) << plans;
  EXPECT_EQ(plans.find("Seq Scan on unknown_message"), std::string::npos) << plans;
}

}  // namespace
}  // namespace proverlog::postgres
