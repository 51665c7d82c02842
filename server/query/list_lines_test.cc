// Lines between two instants, of logs in a real archive.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "proverlog/v1/query.grpc.pb.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/grpc/grpc_server.h"
#include "server/grpc/query_service.h"
#include "server/normalize/projector_fixture.h"
#include "server/normalize/renormalizer.h"
#include "server/query/list_lines_fixture.h"
#include "storage/archive_range.h"
#include "storage/postgres/maintenance_store.h"
#include "storage/postgres/rebuild_store.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ListLinesTest, ALogWithoutDatesIsReadFromTheTimeOnAcrossMidnights) {
  const Millis step = 30 * kSecond;
  AppendAll("a.log", Steady(2'000'000, step));  // five and a half days
  ProjectAll();
  const UnixMillis begin = kThree + 4 * kDay + 20 * kHour;
  const auto page = Ask(Between(begin, begin + 4 * kHour));
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->lines(), SizeIs(480));
  for (int i = 0; i < page->lines_size(); ++i) {
    const UnixMillis at = begin + i * step;
    EXPECT_EQ(FromProtoTimestamp(page->lines(i).time()), at);
    EXPECT_THAT(page->lines(i).text(), HasSubstr(absl::StrCat("at ", at)));
  }
  ASSERT_THAT(page->streams(), SizeIs(1));
  EXPECT_EQ(page->streams(0).normalized_offset(), page->streams(0).committed_offset());
  EXPECT_THAT(page->gaps(), IsEmpty());
}

TEST_F(ListLinesTest, OfALongLogOnlyWhatIsAskedForIsRead) {
  const std::string log = Steady(50'000'000, 10);
  for (size_t at = 0; at < log.size(); at += 1'000'000)
    Append("m", "a.log", log.substr(at, 1'000'000));
  ProjectAll();
  const UnixMillis minute = kThree + 50 * kMinute;
  EXPECT_THAT(Texts(Between(minute, minute + kMinute)), SizeIs(6000));
  // 1.3 MiB with a minute of slack, each page from the mark before it.
  EXPECT_LE(store_.blocks, 6U * 5U);
  store_.blocks = 0;
  EXPECT_THAT(Texts(Between(minute, minute + kSecond)), SizeIs(100));
  EXPECT_LE(store_.blocks, 5U);
}

TEST_F(ListLinesTest, PagesHaveEachLineOnce) {
  std::string log = Steady(700'000, 100);
  AppendAll("a.log", log);
  AppendAll("b.log", Json(kThree, "first") + Json(kThree + kMinute, "second"));
  ProjectAll();
  v1::ListLinesRequest request = Between(kThree, kThree + kHour);
  const auto whole = [&] {
    request.set_page_size(10'000);
    return Texts(request);
  }();
  EXPECT_EQ(whole.size(), static_cast<size_t>(std::count(log.begin(), log.end(), '\n')) + 2);
  request.set_page_size(777);
  EXPECT_EQ(Texts(request), whole);
  request.set_source("b.log");
  request.set_page_size(1);
  EXPECT_THAT(Texts(request), ElementsAre(HasSubstr("first"), HasSubstr("second")));
}

TEST_F(ListLinesTest, LinesWithoutATimeBelongToTheLineBefore) {
  Append("m", "a.log",
         absl::StrCat("no date\n", Json(kThree, "one"), "  at f (x.ts:1)\n",
                      Json(kThree + kMinute, "two"), "  at g (x.ts:2)\nunfini"));
  ProjectAll();
  EXPECT_THAT(Texts(Between(kThree, kThree + kMinute)),
              ElementsAre(HasSubstr("one"), "  at f (x.ts:1)"));
  EXPECT_THAT(Texts(Between(kThree + kMinute, kThree + kHour)),
              ElementsAre(HasSubstr("two"), "  at g (x.ts:2)"));
  Seal("m", "a.log");
  ProjectAll();
  EXPECT_THAT(Texts(Between(kThree + kMinute, kThree + kHour)), SizeIs(3));
}

TEST_F(ListLinesTest, AClockThatStepsBackHidesNothing) {
  std::string log = Steady(300'000, 100);
  const UnixMillis last = kThree + 300 * kSecond;
  // A few wild lines, then many that are a little late, then the time again.
  for (int i = 0; i < 3; ++i) log += Json(last + 30 * kDay, "wild");
  log += Json(last, "one");
  for (int i = 0; i < 1000; ++i) log += Json(last + 30 * kSecond, "late");
  log += Json(last + 1, "two");
  AppendAll("a.log", log);
  ProjectAll();
  EXPECT_THAT(Texts(Between(last, last + 10)), ElementsAre(HasSubstr("one"), HasSubstr("two")));
}

TEST_F(ListLinesTest, GapsOfTheTimeAreToldAndNoOthers) {
  Append("m", "a.log", Json(kThree, "one"));
  const int64_t first = offsets_[{"m", "a.log"}];
  StreamAdvance advance;
  advance.stream = streams_[{"m", "a.log"}];
  advance.generation = 1;
  advance.begin_offset = first;
  advance.end_offset = first + 500;
  advance.gaps = {{first, first + 500, GapReason::kDropped, kThree, ""}};
  ASSERT_TRUE(testing_util::Advance(archive_, advance).ok());
  offsets_[{"m", "a.log"}] += 500;
  Append("m", "a.log", Json(kThree + kMinute, "two") + Json(kThree + kHour, "three"));
  ProjectAll();
  const auto page = Ask(Between(kThree + 1, kThree + 2));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->lines(), IsEmpty());
  ASSERT_THAT(page->gaps(), SizeIs(1));
  EXPECT_EQ(page->gaps(0).gap().end_offset(), first + 500);
  EXPECT_EQ(page->gaps(0).gap().reason(), v1::GAP_REASON_DROPPED);
  EXPECT_THAT(Ask(Between(kThree + 2 * kMinute, kThree + 2 * kHour))->gaps(), IsEmpty());
  EXPECT_THAT(Texts(Between(kThree, kThree + 2 * kHour)), SizeIs(3));
}

TEST_F(ListLinesTest, ADamagedBlockIsAGap) {
  Append("m", "a.log", Json(kThree, "one"));
  Append("m", "a.log", Json(kThree + 1, "two"));
  Append("m", "a.log", Json(kThree + 2, "three"));
  ProjectAll();
  database_.Sql("UPDATE live_block SET zstd = 'x' WHERE begin_offset > 0 AND begin_offset < 100");
  const auto page = Ask(Between(kThree, kThree + kHour));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->lines(), SizeIs(2));
  ASSERT_THAT(page->gaps(), SizeIs(1));
  EXPECT_EQ(page->gaps(0).gap().reason(), v1::GAP_REASON_UNREADABLE);
}

TEST_F(ListLinesTest, OnlyWhatIsNormalizedIsListed) {
  Append("m", "a.log", Json(kThree, "one"));
  ProjectAll();
  Append("m", "a.log", Json(kThree + 1, "two"));
  const auto page = Ask(Between(kThree, kThree + kHour));
  EXPECT_THAT(page->lines(), SizeIs(1));
  EXPECT_LT(page->streams(0).normalized_offset(), page->streams(0).committed_offset());
  // Also where what is read lies elsewhere: the rest may be of the time.
  EXPECT_THAT(Ask(Between(kThree + kDay, kThree + 25 * kHour))->streams(), SizeIs(1));
}

TEST_F(ListLinesTest, WhereNothingIsTheAnswerSaysWhatThereIs) {
  Append("m", "a.log", Json(kThree, "one"));
  ProjectAll();
  const auto page = Ask(Between(kThree + kDay, kThree + 25 * kHour));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->lines(), IsEmpty());
  ASSERT_THAT(page->streams(), SizeIs(1));
  EXPECT_EQ(FromProtoTimestamp(page->streams(0).last_record_time()), kThree);
  v1::ListLinesRequest request = Between(kThree, kThree + kHour);
  request.set_source("b.log");
  const absl::Status none = Ask(request).status();
  EXPECT_TRUE(absl::IsNotFound(none)) << none;
  EXPECT_THAT(std::string(none.message()), HasSubstr("b.log"));
}

TEST_F(ListLinesTest, BadQuestionsAreRefusedByTheirField) {
  Append("m", "a.log", Steady(10'000, kSecond));
  ProjectAll();
  const auto refused = [&](const v1::ListLinesRequest& request, const std::string& field) {
    const absl::Status status = Ask(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
  };
  refused(Between(kThree, kThree), "end_time");
  v1::ListLinesRequest request = Between(kThree, kThree + kHour);
  request.set_page_size(10'001);
  refused(request, "page_size");
  request.set_page_size(1);
  const std::string token = Ask(request)->next_page_token();
  request.set_page_token("nonsense");
  refused(request, "page_token");
  request.set_page_token(token);
  request.set_source("a.log");
  refused(request, "page_token");
  refused({}, "machine");
  request = Between(kThree, kThree + kHour);
  request.set_level(static_cast<v1::LogLevel>(99));
  refused(request, "level");
  request.clear_level();
  request.set_text(std::string(1025, 'x'));
  refused(request, "text");
  request.clear_text();
  request.set_context_lines(1);
  refused(request, "context_lines");
  request.set_around_offset(0);
  refused(request, "stream_id");
  request.set_stream_id(1);
  refused(request, "machine");
  request.clear_machine();
  refused(request, "start_time");
  request.set_context_lines(101);
  refused(request, "context_lines");
}

TEST_F(ListLinesTest, WhatWasRemovedIsAGapAndWhatFollowsIsDatedRight) {
  const Millis step = kMinute;
  const std::string log = Steady(1'000'000, step);  // six days and more
  const size_t half = 500'000;
  const absl::Time now = absl::Now();
  postgres::MaintenanceStore maintenance(&database_.pool());
  ASSERT_TRUE(maintenance.MakePartitions(now - absl::Hours(24 * 30)).ok());
  ASSERT_TRUE(maintenance.MakePartitions(now).ok());
  Append("m", "a.log", log.substr(0, half));
  database_.Sql(absl::StrCat("UPDATE block SET received_at = ",
                             absl::ToUnixMillis(now - absl::Hours(24 * 30))));
  Append("m", "a.log", log.substr(half));
  ProjectAll();
  const std::string before = database_.Sql("SELECT count(*) FROM stream_mark");
  const auto old = maintenance.ListLasting(now - absl::Hours(24 * 29));
  ASSERT_THAT(*old, SizeIs(1));
  ASSERT_EQ(*maintenance.RemoveLogs(old->front(), false), Removal::kRemoved);
  EXPECT_LT(std::stoi(database_.Sql("SELECT count(*) FROM stream_mark")), std::stoi(before));
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream_mark WHERE begin_offset <= 500000"), "1");

  const auto page = Ask(Between(kThree, kThree + 240 * kHour));
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->gaps(), SizeIs(1));
  EXPECT_EQ(page->gaps(0).gap().reason(), v1::GAP_REASON_RETENTION);
  EXPECT_EQ(page->gaps(0).gap().begin_offset(), 0);
  ASSERT_THAT(page->lines(), SizeIs(1000));
  // The first may be the end of one that was removed.
  for (int i = 1; i < page->lines_size(); ++i) {
    const v1::DatedLine& line = page->lines(i);
    ASSERT_THAT(line.text(), HasSubstr(absl::StrCat("at ", FromProtoTimestamp(line.time()))));
  }
}

TEST_F(ListLinesTest, AnotherProjectionHasMarksOfItsOwn) {
  AppendAll("a.log", Steady(1'000'000, kSecond));
  ProjectAll();
  const std::string marks = database_.Sql(
      "SELECT string_agg(begin_offset || ' ' || latest_at, ',' ORDER BY begin_offset)"
      " FROM stream_mark WHERE projection_id = 1");
  EXPECT_THAT(marks, HasSubstr(","));
  const auto lines = Texts(Between(kThree + kHour, kThree + 2 * kHour));
  EXPECT_THAT(lines, SizeIs(3600));
  postgres::RebuildStore rebuilds(&database_.pool());
  Renormalizer::Options options;
  options.progress_interval = absl::ZeroDuration();
  ASSERT_TRUE(Renormalizer(&projections_, &rebuilds, options).Run(1).ok());
  EXPECT_EQ(
      database_.Sql("SELECT string_agg(begin_offset || ' ' || latest_at, ',' ORDER BY begin_offset)"
                    " FROM stream_mark WHERE projection_id = 2"),
      marks);
  EXPECT_EQ(Texts(Between(kThree + kHour, kThree + 2 * kHour)), lines);
  database_.Sql("UPDATE projection SET retired_at = 1 WHERE projection_id = 1");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(projections_.DeleteRetired().ok());
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream_mark WHERE projection_id = 1"), "0");
}

TEST_F(ListLinesTest, OverAChannelItAnswersTheSame) {
  AppendAll("a.log", Steady(500'000, kSecond));
  ProjectAll();
  WorkQueue queue(2, 16);
  Metrics metrics("test");
  QueryService service(&store_, &queue, &metrics.query, absl::Seconds(10));
  const auto server = GrpcServer::Start({.listen = "127.0.0.1:0"}, {&service});
  ASSERT_TRUE(server.ok()) << server.status();
  const auto stub = v1::QueryService::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  const v1::ListLinesRequest request = Between(kThree + kMinute, kThree + 2 * kMinute);
  grpc::ClientContext context;
  v1::ListLinesResponse response;
  ASSERT_TRUE(stub->ListLines(&context, request, &response).ok());
  EXPECT_THAT(response.lines(), SizeIs(60));
  EXPECT_EQ(response.SerializeAsString(), Ask(request)->SerializeAsString());
}

}  // namespace
}  // namespace proverlog
