// Lines that are chosen by what they say, and those around one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rpc/status.h"
#include "server/query/list_lines_fixture.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using FilteredLinesTest = ListLinesTest;

TEST_F(FilteredLinesTest, LinesAreFilteredByLevelModuleAndText) {
  Append("m", "a.log",
         "[03:00:00.000] INFO: prover:a One\n"
         "[03:00:01.000] ERROR: prover:b Two\n    at f (one.ts:1)\n"
         "[03:00:02.000] WARN: node Three\n  one more\n"
         "[03:00:03.000] VERBOSE: prover:a Four\n");
  ProjectAll();
  v1::ListLinesRequest request;
  request.set_machine("m");
  request.set_level(v1::LOG_LEVEL_WARN);
  EXPECT_THAT(Texts(request), ElementsAre(HasSubstr("Two"), HasSubstr("at f"), HasSubstr("Three"),
                                          HasSubstr("one more")));
  request.set_module("prover:");
  EXPECT_THAT(Texts(request), ElementsAre(HasSubstr("Two"), HasSubstr("at f")));
  request.set_text("ONE.TS");
  EXPECT_THAT(Texts(request), ElementsAre("    at f (one.ts:1)"));
  request = {};
  request.set_machine("m");
  request.set_text("one");
  request.set_page_size(1);
  EXPECT_THAT(Texts(request),
              ElementsAre(HasSubstr("One"), HasSubstr("at f"), HasSubstr("one more")));
  const auto page = Ask(request);
  EXPECT_EQ(page->lines(0).level(), v1::LOG_LEVEL_INFO);
  EXPECT_EQ(page->lines(0).module(), "prover:a");
}

TEST_F(FilteredLinesTest, ThePagesOfAFilteredLogHaveTheLinesOfRecordsThatBeganBefore) {
  std::string log;
  std::vector<std::string> expected;
  for (int i = 0; log.size() < 1'500'000; ++i) {
    const bool is_error = i % 3 == 0;
    log += absl::StrCat(TimeOfDay(kThree + i), is_error ? " ERROR" : " INFO", ": b ", i, "\n");
    for (int frame = 0; frame < 40; ++frame) {
      const std::string line = absl::StrCat("    at f (x.ts:", i, ":", frame, ")");
      log += line + "\n";
      if (is_error) expected.push_back(line);
    }
  }
  AppendAll("a.log", log);
  ProjectAll();
  v1::ListLinesRequest request;
  request.set_machine("m");
  request.set_level(v1::LOG_LEVEL_ERROR);
  request.set_page_size(777);
  std::vector<std::string> texts = Texts(request);
  texts.erase(std::remove_if(texts.begin(), texts.end(),
                             [](const std::string& text) { return text[0] == '['; }),
              texts.end());
  EXPECT_EQ(texts, expected);
}

TEST_F(FilteredLinesTest, AFilteredPageEndsAfterSoMuchReadingAndGoesOn) {
  for (int i = 0; i < 70; ++i) Append("m", "a.log", std::string(999'999, 'x') + "\n");
  Append("m", "a.log", "needle\n");
  ProjectAll();
  v1::ListLinesRequest request;
  request.set_machine("m");
  request.set_text("needle");
  const auto page = Ask(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->lines(), IsEmpty());
  EXPECT_FALSE(page->next_page_token().empty());
  EXPECT_THAT(Texts(request), ElementsAre("needle"));
}

TEST_F(FilteredLinesTest, TheLinesAroundOne) {
  const std::string log = Steady(2'000'000, kSecond);
  AppendAll("a.log", log);
  ProjectAll();
  const size_t at = log.find('\n', 1'500'000) + 1;
  v1::ListLinesRequest request;
  request.set_stream_id(streams_[{"m", "a.log"}].stream_id);
  request.set_around_offset(static_cast<int64_t>(at));
  request.set_context_lines(3);
  const auto page = Ask(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->lines(), SizeIs(7));
  EXPECT_EQ(page->lines(3).offset(), static_cast<int64_t>(at));
  EXPECT_EQ(page->lines(3).text(), log.substr(at, log.find('\n', at) - at));
  const UnixMillis time = FromProtoTimestamp(page->lines(3).time());
  EXPECT_THAT(page->lines(3).text(), HasSubstr(absl::StrCat("at ", time)));
  EXPECT_EQ(FromProtoTimestamp(page->lines(0).time()), time - 3 * kSecond);
  EXPECT_EQ(FromProtoTimestamp(page->lines(6).time()), time + 3 * kSecond);
  request.set_around_offset(0);
  EXPECT_THAT(Ask(request)->lines(), SizeIs(4));
  request.set_context_lines(0);
  EXPECT_THAT(Ask(request)->lines(), SizeIs(1));
  request.set_around_offset(static_cast<int64_t>(log.rfind('\n', log.size() - 2)) + 1);
  EXPECT_THAT(Ask(request)->lines(), SizeIs(1));
  request.set_around_offset(1);
  EXPECT_TRUE(absl::IsNotFound(Ask(request).status()));
  request.set_stream_id(99);
  EXPECT_TRUE(absl::IsNotFound(Ask(request).status()));
}

TEST_F(FilteredLinesTest, AroundALineWhatIsMissingIsTold) {
  Append("m", "a.log", "one\n");
  Append("m", "a.log", "two\n");
  Append("m", "a.log", "three\n");
  ProjectAll();
  database_.Sql("UPDATE live_block SET zstd = 'x' WHERE begin_offset = 4");
  v1::ListLinesRequest request;
  request.set_stream_id(streams_[{"m", "a.log"}].stream_id);
  request.set_around_offset(8);
  request.set_context_lines(1);
  const auto page = Ask(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->lines(), SizeIs(2));
  EXPECT_THAT(page->gaps(), SizeIs(1));
}

}  // namespace
}  // namespace proverlog
