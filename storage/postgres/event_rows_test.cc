// What a projecting transaction keeps of events, and what a query reads.

#include "storage/postgres/event_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
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

class EventRowsTest : public testing::Test {
 protected:
  EventRowsTest() {
    ArchiveStore archive(&database_.pool());
    const std::string head = "log\n";
    stream_id_ = *archive.ReserveStreamId();
    EXPECT_TRUE(testing_util::CreateStream(
                    archive, {stream_id_, "mine", "m", "a.log", {}, head, {}},
                    {0, static_cast<int64_t>(head.size()), CompressFrame(head)}, head)
                    .ok());
    prover_ = queries_.ListProvers(1)->front();
  }

  Event Make(UnixMillis at, const std::string& kind, std::map<std::string, std::string> fields) {
    return {kind, at, std::move(fields), {"m", "a.log", stream_id_, at}};
  }

  void Save(const std::vector<Event>& events) {
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({prover_.prover_id}, [&](ProjectionTransaction& tx) {
                             return tx.SaveEvents(events);
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  std::vector<EventRow> List(const EventFilter& filter, int limit = 100) {
    auto rows = queries_.ListEvents(prover_, filter, limit);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return *rows;
  }

  TestDatabase database_;
  QueryStore queries_{&database_.pool()};
  ProverRef prover_;
  int64_t stream_id_ = 0;
};

TEST_F(EventRowsTest, WhatTwoProcessesSayOfThemselvesAreTwoEvents) {
  const auto told_by = [&](const std::string& kind, const std::string& machine,
                           const std::string& process) {
    Event event = Make(5, kind, {{"path", "/bb"}});
    event.origin.machine = machine;
    event.origin.process = process;
    return event;
  };
  Save({told_by("bb.configured", "m", "a"), told_by("bb.configured", "m", "b"),
        told_by("bb.configured", "n", "a"), told_by("bb.configured", "m", "a")});
  Save({told_by("bb.configured", "n", "b"), told_by("bb.configured", "m", "b")});
  EXPECT_EQ(List({.kind = "bb."}).size(), 4U);
  // What is said of the chain is one thing, whoever says it.
  Save({told_by("chain.pruned", "m", "a"), told_by("chain.pruned", "n", "b")});
  EXPECT_EQ(List({.kind = "chain."}).size(), 1U);
}

TEST_F(EventRowsTest, AnEventComesBackAsItWas) {
  const Event event =
      Make(5, "epoch.failed", {{"epoch", "3055"}, {"error", "It's \\ {\"ü\"}, NULL"}});
  Save({event});
  Save({});
  const auto rows = List({.epoch = 3055});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].event, event);
}

TEST_F(EventRowsTest, AnEventThatIsToldTwiceIsThereOnce) {
  const Event event = Make(5, "epoch.started", {{"epoch", "1"}});
  Event again = event;
  again.origin.offset = 99;
  Save({again});
  Save({again, event});
  Save({again});
  const auto rows = List({.epoch = 1});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].event, event);
}

TEST_F(EventRowsTest, EventsOfOneInstantThatSayOtherThingsAreAllThere) {
  Save({Make(5, "l1.failed", {{"epoch", "1"}, {"error", "a"}}),
        Make(5, "l1.failed", {{"epoch", "1"}, {"error", "b"}}),
        Make(5, "l1.reverted", {{"epoch", "1"}})});
  EXPECT_EQ(List({.epoch = 1}).size(), 3U);
}

TEST_F(EventRowsTest, AreFilteredByEpochAndKind) {
  Save({Make(1, "epoch.started", {{"epoch", "1"}}), Make(2, "l1.published", {{"epoch", "1"}}),
        Make(3, "epoch.started", {{"epoch", "2"}}),
        Make(4, "process.listening", {{"port", "8080"}})});
  EXPECT_EQ(List({.epoch = 1}).size(), 2U);
  EXPECT_EQ(List({.epoch = 3}).size(), 0U);
  ASSERT_EQ(List({.epoch = 1, .kind = "l1."}).size(), 1U);
  EXPECT_EQ(List({.epoch = 1, .kind = "l1."})[0].event.at, 2);
  ASSERT_EQ(List({}).size(), 1U);
  EXPECT_EQ(List({})[0].event.kind, "process.listening");
}

TEST_F(EventRowsTest, PagesMeetWithoutGapAndRepetition) {
  std::vector<Event> events;
  for (int i = 0; i < 10; ++i) {
    events.push_back(Make(i / 4, "epoch.skipped", {{"epoch", "1"}, {"reason", std::to_string(i)}}));
  }
  Save(events);
  std::vector<Event> read;
  EventFilter filter{.epoch = 1};
  for (auto page = List(filter, 3); !page.empty(); page = List(filter, 3)) {
    for (const EventRow& row : page) read.push_back(row.event);
    filter.after = page.back().position;
  }
  ASSERT_EQ(read.size(), 10U);
  for (const Event& event : events) EXPECT_EQ(std::count(read.begin(), read.end(), event), 1);
}

TEST_F(EventRowsTest, AreListedUpToAnInstant) {
  Save({Make(5, "l1.submitting", {}), Make(6, "l1.failed", {}), Make(7, "l1.failed", {})});
  EXPECT_EQ(List({.before = 7}).size(), 2U);
  EXPECT_EQ(List({.kind = "l1.f", .before = 7}).size(), 1U);
  EXPECT_EQ(List({.before = 5}).size(), 0U);
}

TEST_F(EventRowsTest, AreLoadedByEpochWithThoseOfTheirSessions) {
  const Event own = Make(5, "candidate.publishing", {{"epoch", "7"}, {"session", "u"}});
  const Event of_session = Make(6, "candidate.failed", {{"session", "u"}, {"error", "x"}});
  const Event other = Make(6, "candidate.failed", {{"epoch", "8"}});
  Save({own, of_session, other, Make(5, "epoch.started", {{"epoch", "7"}})});
  const auto loaded =
      queries_.LoadEvents(prover_, {7, 8, 9}, {"candidate.failed", "candidate.publishing"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->size(), 2U);
  EXPECT_EQ(loaded->at(8), std::vector<Event>{other});
  ASSERT_EQ(loaded->at(7).size(), 2U);
  EXPECT_TRUE(std::count(loaded->at(7).begin(), loaded->at(7).end(), of_session));
}

TEST_F(EventRowsTest, TheNetworkIsWhatTheLastProcessThatNamesOneSays) {
  EXPECT_FALSE(*queries_.FindNetwork(prover_));
  Save({Make(5, "process.listening", {{"port", "1"}, {"l1ChainId", "11155111"}}),
        Make(6, "process.listening", {{"port", "2"}, {"l1ChainId", "1"}}),
        Make(7, "process.listening", {{"port", "3"}})});
  const auto network = queries_.FindNetwork(prover_);
  ASSERT_TRUE(network.ok() && *network) << network.status();
  EXPECT_EQ((*network)->fields.at("port"), "2");
}

// As QueryStoreTest.EveryStatementFindsItsRowsByAnIndex: of one epoch, of none and of a kind, also
// on a later page, and for the writer.
TEST_F(EventRowsTest, AreFoundAndWrittenByAnIndex) {
  for (const char* epoch : {"i / 100", "-1"}) {
    database_.Sql(absl::StrCat(
        "INSERT INTO event (prover_id, projection_id, epoch, at, kind, fields, fields_md5,"
        " stream_id, process, line_offset) SELECT 1, 1, ",
        epoch, ", i, 'l1.published', '{}', md5(i::text)::uuid, ", stream_id_,
        ", '', i FROM generate_series(1, 100000) AS i"));
  }
  database_.Sql("ANALYZE");
  auto pool = *ConnectionPool::Create({.database = database_.explaining_conninfo()});
  QueryStore queries(pool.get());
  const size_t begin = TestDatabase::ServerLog().size();
  const auto page = queries.ListEvents(prover_, {.epoch = 500}, 60);
  ASSERT_EQ(page->size(), 60U);
  EXPECT_EQ(queries.ListEvents(prover_, {.epoch = 500, .after = page->back().position}, 60)->size(),
            40U);
  EXPECT_EQ(queries.ListEvents(prover_, {.epoch = 500, .kind = "l1."}, 200)->size(), 100U);
  EXPECT_EQ(queries.ListEvents(prover_, {}, 200)->size(), 200U);
  EXPECT_EQ(queries.ListEvents(prover_, {.before = 50}, 200)->size(), 49U);
  EXPECT_EQ(queries.LoadEvents(prover_, {500}, {"l1.published"})->at(500).size(), 100U);
  EXPECT_FALSE(*queries.FindNetwork(prover_));
  const Event event = Make(5, "epoch.started", {{"epoch", "500"}});
  ASSERT_TRUE(ProjectionStore(pool.get())
                  .Project({prover_.prover_id},
                           [&](ProjectionTransaction& tx) {
                             return tx.SaveEvents({event, event});
                           })
                  .ok());
  const std::string plans = TestDatabase::ServerLog().substr(begin);
  EXPECT_NE(plans.find("Index Scan using event_pkey"), std::string::npos) << plans;
  EXPECT_EQ(plans.find("Seq Scan on event"), std::string::npos) << plans;
}

}  // namespace
}  // namespace proverlog::postgres
