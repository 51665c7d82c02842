#ifndef PROVERLOG_SERVER_QUERY_QUERY_FIXTURE_H_
#define PROVERLOG_SERVER_QUERY_QUERY_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "codec/zstd_frame.h"
#include "server/normalize/projector.h"
#include "server/query/query_handler.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {

// Questions about logs in a database of their own.
class QueryTest : public testing::Test {
 protected:
  static constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

  // Archives a log that nobody seals.
  StreamKey Archive(const std::string& machine, const std::string& source, const std::string& raw,
                    const std::string& prover = "demo") {
    const auto key = testing_util::CreateStream(
        archive_,
        {*archive_.ReserveStreamId(),
         prover,
         machine,
         source,
         {{0, kSomeDay, "UTC"}},
         raw.substr(0, kHeadBytes),
         {}},
        Block{0, static_cast<int64_t>(raw.size()), CompressFrame(raw)}, raw.substr(0, kHeadBytes));
    EXPECT_TRUE(key.ok()) << key.status();
    return *key;
  }

  void Normalize(ProverId prover_id) {
    Projector projector(&projections_);
    while (*projector.Step({prover_id}) == Projector::Result::kMore) {
    }
  }

  StreamKey Import(const std::string& machine, const std::string& source, const std::string& raw,
                   const std::string& prover = "demo") {
    const StreamKey key = Archive(machine, source, raw, prover);
    Normalize(key.prover_id);
    return key;
  }

  testing_util::TestDatabase database_;
  postgres::ArchiveStore archive_{&database_.pool()};
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::QueryStore store_{&database_.pool()};
  QueryHandler handler_{&store_};
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_QUERY_FIXTURE_H_
