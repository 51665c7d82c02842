#ifndef PROVERLOG_STORAGE_POSTGRES_QUERY_STORE_FIXTURE_H_
#define PROVERLOG_STORAGE_POSTGRES_QUERY_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/projection.h"
#include "tests/testing_util/test_database.h"

namespace proverlog::postgres {

// A prover with one stream, whose jobs and events the tests save.
class QueryStoreTest : public testing::Test {
 protected:
  QueryStoreTest() {
    ArchiveStore archive(&database_.pool());
    stream_ = *testing_util::CreateStream(
        archive, {*archive.ReserveStreamId(), "mine", "m", "a.log", {}, "hi", {}},
        Block{0, 2, CompressFrame("hi")}, "hi");
    prover_ = queries_.ListProvers(1)->front();
  }

  void Save(const JobId& id, std::vector<Fact> facts) {
    for (Fact& fact : facts) fact.origin = {"m", "p", stream_.stream_id, fact.at};
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
                             return testing_util::SaveJob(tx, DeriveJob(id, std::move(facts)));
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  void SaveEvents(std::vector<Event> events) {
    for (Event& event : events) event.origin = {"m", "p", stream_.stream_id, event.at};
    const auto saved = ProjectionStore(&database_.pool())
                           .Project({stream_.prover_id}, [&](ProjectionTransaction& tx) {
                             return tx.SaveEvents(events);
                           });
    EXPECT_TRUE(saved.ok()) << saved.status();
  }

  static std::string Hash(int number) {
    return absl::StrCat(std::string(60, 'a'), absl::Dec(number, absl::kZeroPad4));
  }

  testing_util::TestDatabase database_;
  QueryStore queries_{&database_.pool()};
  StreamKey stream_;
  ProverRef prover_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_QUERY_STORE_FIXTURE_H_
