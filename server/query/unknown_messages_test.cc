// QueryHandler::ListUnknownMessages.

#include "server/query/unknown_messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "server/normalize/projector.h"
#include "server/query/page_token.h"
#include "server/query/query_handler.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

class UnknownMessagesTest : public testing::Test {
 protected:
  int64_t Import(const std::string& machine, const std::string& raw) {
    postgres::ArchiveStore archive(&database_.pool());
    const Block block{0, static_cast<int64_t>(raw.size()), CompressFrame(raw)};
    const auto key = testing_util::CreateStream(archive,
                                                {*archive.ReserveStreamId(),
                                                 "demo",
                                                 machine,
                                                 machine + ".log",
                                                 {{0, kSomeDay, "UTC"}},
                                                 raw.substr(0, 1024),
                                                 {}},
                                                block, raw.substr(0, 1024));
    EXPECT_TRUE(key.ok()) << key.status();
    Projector projector(&projections_);
    while (*projector.Step({key->prover_id}) == Projector::Result::kMore) {
    }
    return key->stream_id;
  }

  v1::ListUnknownMessagesResponse List(int32_t page_size = 0, const std::string& token = "") {
    v1::ListUnknownMessagesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    auto response = handler_.ListUnknownMessages(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return *std::move(response);
  }

  testing_util::TestDatabase database_;
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::QueryStore store_{&database_.pool()};
  QueryHandler handler_{&store_};
};

TEST_F(UnknownMessagesTest, AreCountedOverTheMachinesWithAnExample) {
  Import("a", "[03:00:01.000] INFO: m:n Slept 5 s\n[03:00:02.000] WARN: m Once\n");
  const std::string begin =
      "[03:00:00.000] INFO: b New proving job id=1:PARITY_BASE:b epochNumber=1\n";
  const int64_t stream_id =
      Import("b", absl::StrCat(begin, "[03:00:03.000] INFO: m:n Slept 6 s\r\n",
                               "[03:00:04.000] INFO: m:n Slept 7 s\n"));
  const v1::ListUnknownMessagesResponse response = List();
  ASSERT_EQ(response.messages_size(), 2);
  EXPECT_FALSE(response.more_kinds());
  EXPECT_EQ(response.next_page_token(), "");
  const v1::UnknownMessage& slept = response.messages(0);
  EXPECT_EQ(slept.module(), "m:n");
  EXPECT_EQ(slept.level(), "INFO");
  EXPECT_EQ(slept.message_template(), "Slept <n> s");
  EXPECT_EQ(slept.count(), 3);
  EXPECT_EQ(slept.first_time().seconds(), kSomeDay / 1000 + 3601);
  EXPECT_EQ(slept.last_time().seconds(), kSomeDay / 1000 + 3604);
  ASSERT_EQ(slept.machines_size(), 2);
  EXPECT_EQ(slept.machines(0), "a");
  EXPECT_EQ(slept.machines(1), "b");
  EXPECT_EQ(slept.machine_count(), 2);
  ASSERT_EQ(slept.aztec_versions_size(), 1);  // of b's log: a's does not tell
  EXPECT_EQ(slept.aztec_versions(0), "3.0 or later");
  EXPECT_EQ(slept.example().stream_id(), stream_id);
  EXPECT_EQ(slept.example().machine(), "b");
  EXPECT_EQ(slept.example().source(), "b.log");
  EXPECT_EQ(slept.example().offset(), static_cast<int64_t>(begin.size()));
  EXPECT_EQ(slept.example().line(), "[03:00:03.000] INFO: m:n Slept 6 s");
  EXPECT_EQ(response.messages(1).message_template(), "Once");
}

TEST_F(UnknownMessagesTest, ADamagedArchiveHidesTheLineOnly) {
  Import("a", "[03:00:01.000] INFO: m Some text\n");
  database_.Sql("UPDATE live_block SET zstd = 'garbage'");
  ASSERT_EQ(List().messages_size(), 1);
  EXPECT_EQ(List().messages(0).example().line(), "");
  EXPECT_EQ(List().messages(0).example().source(), "a.log");
}

TEST_F(UnknownMessagesTest, ArePaged) {
  Import("a",
         "[03:00:01.000] INFO: m First\n[03:00:02.000] INFO: m Second\n"
         "[03:00:03.000] INFO: m Third\n[03:00:04.000] INFO: m Third\n");
  std::string seen;
  std::string token;
  do {
    const v1::ListUnknownMessagesResponse page = List(1, token);
    ASSERT_EQ(page.messages_size(), 1);
    absl::StrAppend(&seen, page.messages(0).message_template(), " ");
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen, "Third First Second ");
}

TEST_F(UnknownMessagesTest, AnAnswerStaysSmallWhateverTheLines) {
  std::string log;
  for (int i = 0; i < 150; ++i) {
    absl::StrAppend(&log, "[03:00:01.000] INFO: m", i, " Text\n");
  }
  Import("a", log);
  EXPECT_EQ(List().messages_size(), 100);
  const v1::ListUnknownMessagesResponse all = List(1000);
  ASSERT_EQ(all.messages_size(), 150);
  EXPECT_NE(all.messages(99).example().line(), "");
  EXPECT_EQ(all.messages(100).example().line(), "");
}

TEST_F(UnknownMessagesTest, BadQuestionsAreRefusedByTheirField) {
  Import("a", "[03:00:01.000] INFO: m Some text\n");
  const auto refused = [&](int32_t page_size, const std::string& token, const std::string& field) {
    v1::ListUnknownMessagesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    const absl::Status status = handler_.ListUnknownMessages(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
  };
  refused(1001, "", "page_size");
  refused(-1, "", "page_size");
  refused(0, "nonsense", "page_token");
  refused(0, MakePageToken("epochs demo", {"1", "a", "b", "c"}), "page_token");
  for (const std::string count : {"", "0", "-1", "x", "99999999999999999999"}) {
    refused(0, MakePageToken("unknown demo", {count, "a", "b", "c"}), "page_token");
  }
  const std::string nul(1, '\0');
  refused(0, MakePageToken("unknown demo", {"1", "\xff", "b", "c"}), "page_token");
  refused(0, MakePageToken("unknown demo", {"1", "a", nul, "c"}), "page_token");
  EXPECT_EQ(List(0, MakePageToken("unknown demo", {"1", "", "", ""})).messages_size(), 1);
}

}  // namespace
}  // namespace proverlog
