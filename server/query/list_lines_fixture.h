#ifndef PROVERLOG_SERVER_QUERY_LIST_LINES_FIXTURE_H_
#define PROVERLOG_SERVER_QUERY_LIST_LINES_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "model/time.h"
#include "rpc/convert.h"
#include "server/normalize/projector_fixture.h"
#include "server/query/query_handler.h"
#include "storage/postgres/query_store.h"

namespace proverlog {

inline constexpr UnixMillis kThree = kSomeDay + kHour;  // 2026-11-21T03:00:00Z

// Counts what is read of the archive.
class CountingStore : public postgres::QueryStore {
 public:
  using QueryStore::QueryStore;

  absl::StatusOr<std::vector<Block>> ReadBlocks(const StreamKey& stream, int64_t begin, int64_t end,
                                                int max_blocks) override {
    auto read = QueryStore::ReadBlocks(stream, begin, end, max_blocks);
    if (read.ok()) blocks += read->size();
    return read;
  }

  size_t blocks = 0;
};

inline std::string TimeOfDay(UnixMillis at) {
  return absl::FormatTime("[%H:%M:%E3S]", absl::FromUnixMillis(at), absl::UTCTimeZone());
}

// Questions about lines of logs in a real archive.
class ListLinesTest : public ProjectorTest {
 protected:
  static std::string Pretty(UnixMillis at, const std::string& text) {
    return absl::StrCat(TimeOfDay(at), " INFO: b ", text, "\n");
  }

  static std::string Json(UnixMillis at, const std::string& text) {
    return absl::StrFormat(
        R"({"level":30,"time":%d,"pid":1,"hostname":"h","module":"b","msg":"%s"})"
        "\n",
        at, text);
  }

  // A log without dates: a line each `step`, from kThree on.
  static std::string Steady(size_t bytes, Millis step, UnixMillis begin = kThree) {
    std::string log;
    for (UnixMillis at = begin; log.size() < bytes; at += step) {
      log += Pretty(at, absl::StrCat("at ", at, " ", std::string(80, 'x')));
    }
    return log;
  }

  // Appends in blocks of 100,000 bytes.
  void AppendAll(const std::string& source, const std::string& log) {
    for (size_t at = 0; at < log.size(); at += 100'000)
      Append("m", source, log.substr(at, 100'000));
  }

  static v1::ListLinesRequest Between(UnixMillis begin, UnixMillis end) {
    v1::ListLinesRequest request;
    request.set_machine("m");
    *request.mutable_start_time() = ToProtoTimestamp(begin);
    *request.mutable_end_time() = ToProtoTimestamp(end);
    return request;
  }

  absl::StatusOr<v1::ListLinesResponse> Ask(const v1::ListLinesRequest& request) {
    return QueryHandler(&store_).ListLines(request);
  }

  // The text of all pages' lines behind their time of day: "at 5".
  std::vector<std::string> Texts(v1::ListLinesRequest request) {
    std::vector<std::string> texts;
    do {
      const auto page = Ask(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const v1::DatedLine& line : page->lines()) texts.push_back(line.text());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return texts;
  }

  CountingStore store_{&database_.pool()};
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LIST_LINES_FIXTURE_H_
