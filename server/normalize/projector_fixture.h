#ifndef PROVERLOG_SERVER_NORMALIZE_PROJECTOR_FIXTURE_H_
#define PROVERLOG_SERVER_NORMALIZE_PROJECTOR_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "server/normalize/projector.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {

inline constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

inline std::string EnqueueLine(int32_t epoch, const std::string& type = "PUBLIC_VM") {
  return absl::StrCat("[03:00:00.000] INFO: b New proving job id=", epoch, ":", type, ":",
                      std::string(64, 'c'), " epochNumber=", epoch, "\n");
}

// A prover whose logs are archived a block at a time, and normalized when the test says so.
class ProjectorTest : public testing::Test {
 protected:
  // Appends to a log of the machine; the first bytes make its stream.
  void Append(const std::string& machine, const std::string& source, const std::string& raw) {
    int64_t& offset = offsets_[{machine, source}];
    const Block block{offset, offset + static_cast<int64_t>(raw.size()), CompressFrame(raw)};
    if (offset == 0) {
      const int64_t id = *archive_.ReserveStreamId();
      // Logs of these tests may begin with the same lines.
      std::vector<int64_t> known;
      for (const auto& [name, key] : streams_) known.push_back(key.stream_id);
      const auto key = testing_util::CreateStream(
          archive_,
          {id, "mine", machine, source, {{0, kSomeDay, "UTC"}}, raw.substr(0, 1024), known}, block,
          raw.substr(0, 1024));
      ASSERT_TRUE(key.ok()) << key.status();
      streams_[{machine, source}] = *key;
    } else {
      ASSERT_TRUE(testing_util::Append(archive_, streams_[{machine, source}], 1, block, "").ok());
    }
    offset = block.end_offset;
  }

  void Seal(const std::string& machine, const std::string& source) {
    ASSERT_TRUE(
        testing_util::Seal(archive_, streams_[{machine, source}], 1, offsets_[{machine, source}])
            .ok());
  }

  void ProjectAll() {
    for (;;) {
      const auto result = projector_.Step({1});
      ASSERT_TRUE(result.ok()) << result.status();
      if (*result == Projector::Result::kDone) return;
    }
  }

  std::vector<Job> LoadEpoch(int32_t epoch) {
    return queries_.LoadEpoch(queries_.ListProvers(1)->front(), epoch, 10'000)->jobs;
  }

  testing_util::TestDatabase database_;
  postgres::ArchiveStore archive_{&database_.pool()};
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::QueryStore queries_{&database_.pool()};
  Projector projector_{&projections_};
  std::map<std::pair<std::string, std::string>, StreamKey> streams_;
  std::map<std::pair<std::string, std::string>, int64_t> offsets_;
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_NORMALIZE_PROJECTOR_FIXTURE_H_
