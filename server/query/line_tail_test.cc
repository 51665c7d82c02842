// Lines as they come, of logs in a real archive.

#include "server/query/line_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "model/time.h"
#include "server/normalize/projector_fixture.h"
#include "server/normalize/renormalizer.h"
#include "server/query/query_handler.h"
#include "storage/postgres/rebuild_store.h"
#include "tests/testing_util/archive.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr UnixMillis kThree = kSomeDay + kHour;  // 2026-11-21T03:00:00Z

std::string Json(UnixMillis at, const std::string& text, int level = 30) {
  return absl::StrFormat(
      R"({"level":%d,"time":%d,"pid":1,"hostname":"h","module":"a:b","msg":"%s"})"
      "\n",
      level, at, text);
}

// What a client has of a tail, which it can lose and take up again.
class Client {
 public:
  Client(QueryStore* store, v1::TailLinesRequest request)
      : store_(store), request_(std::move(request)) {}

  // Takes turns until nothing is left to do.
  void Read(UnixMillis now) {
    if (tail_ == nullptr) {
      auto tail = QueryHandler(store_).OpenTail(request_);
      ASSERT_TRUE(tail.ok()) << tail.status();
      tail_ = *std::move(tail);
    }
    for (int turns = 0;; ++turns) {
      ASSERT_LT(turns, 1000);
      const auto turn = tail_->Next(now);
      ASSERT_TRUE(turn.ok()) << turn.status();
      if (turn->response) Take(*turn->response);
      if (turn->is_idle) return;
    }
  }
  // The call is over; the next one goes on from its position.
  void Lose() { tail_.reset(); }

  // Of lines "source@offset text", of gaps "source -begin-end".
  std::vector<std::string> Told() { return std::exchange(told_, {}); }
  const std::string& position() const { return request_.position(); }
  int responses() const { return responses_; }

 private:
  void Take(const v1::TailLinesResponse& response) {
    ++responses_;
    for (const v1::LogStream& stream : response.streams()) {
      names_[stream.stream_id()] = stream.source();
    }
    for (const v1::TailEntry& entry : response.entries()) {
      if (entry.has_line()) {
        const v1::DatedLine& line = entry.line();
        told_.push_back(
            absl::StrCat(names_[line.stream_id()], "@", line.offset(), " ", line.text()));
      } else {
        const v1::StreamGap& gap = entry.gap().gap();
        told_.push_back(absl::StrCat(names_[entry.gap().stream_id()], " -", gap.begin_offset(), "-",
                                     gap.end_offset()));
      }
    }
    request_.set_position(response.position());
  }

  QueryStore* store_;
  v1::TailLinesRequest request_;
  std::unique_ptr<LineTail> tail_;
  std::map<int64_t, std::string> names_;
  std::vector<std::string> told_;
  int responses_ = 0;
};

class LineTailTest : public ProjectorTest {
 protected:
  static v1::TailLinesRequest Last(int lines) {
    v1::TailLinesRequest request;
    request.set_last_lines(lines);
    return request;
  }

  // Appends and normalizes.
  void Grow(const std::string& source, const std::string& raw) {
    Append("m", source, raw);
    ProjectAll();
  }

  void AppendGap(const std::string& source, int64_t size) {
    const int64_t at = offsets_[{"m", source}];
    StreamAdvance advance;
    advance.stream = streams_[{"m", source}];
    advance.generation = 1;
    advance.begin_offset = at;
    advance.end_offset = at + size;
    advance.gaps = {{at, at + size, GapReason::kDropped, kThree, ""}};
    ASSERT_TRUE(testing_util::Advance(archive_, advance).ok());
    offsets_[{"m", source}] += size;
    ProjectAll();
  }

  void SetReceived(const std::string& source, UnixMillis at) {
    database_.Sql(absl::StrCat("UPDATE stream_position SET received_at = ", at,
                               " WHERE stream_id = ", streams_[{"m", source}].stream_id));
  }

  UnixMillis Now() const { return absl::ToUnixMillis(absl::Now()); }
};

TEST_F(LineTailTest, ItBeginsWithTheLastLinesByTimeAndGoesOn) {
  Grow("a.log", Json(kThree, "one") + Json(kThree + 2, "three") + Json(kThree + 4, "five"));
  Grow("b.log", Json(kThree + 1, "two") + Json(kThree + 3, "four"));
  Client client(&queries_, Last(3));
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("three"), HasSubstr("four"), HasSubstr("five")));
  client.Read(Now());
  EXPECT_THAT(client.Told(), IsEmpty());
  Grow("b.log", Json(kThree + 5, "six"));
  Grow("a.log", Json(kThree + 6, "seven"));
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("seven"), HasSubstr("six")));  // by stream
}

TEST_F(LineTailTest, OnlyWhatIsCommittedAndNormalizedIsTold) {
  Grow("a.log", Json(kThree, "one"));
  Client client(&queries_, Last(10));
  client.Read(Now());
  Append("m", "a.log", Json(kThree, "two"));
  client.Told();
  client.Read(Now());
  EXPECT_THAT(client.Told(), IsEmpty());
  ProjectAll();
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("two")));
}

TEST_F(LineTailTest, ALineThatIsNotWholeYetComesOnceItIs) {
  const std::string line = Json(kThree, "one");
  Grow("a.log", "x\n" + line.substr(0, 20));
  Client client(&queries_, Last(0));
  client.Read(Now());
  Client lost(&queries_, Last(0));
  lost.Read(Now());
  lost.Lose();
  Grow("a.log", line.substr(20) + "\n\nend");
  for (Client* each : {&client, &lost}) {
    each->Read(Now());
    EXPECT_THAT(each->Told(), ElementsAre("a.log@2 " + line.substr(0, line.size() - 1),
                                          HasSubstr("@"), HasSubstr("@")));
  }
}

TEST_F(LineTailTest, WhatWasSaidToBeTheLastLineAndGoesOnComesInTwoPieces) {
  Grow("a.log", "x\nbegin");
  Client client(&queries_, Last(10));
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre("a.log@0 x"));
  Seal("m", "a.log");
  ProjectAll();
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre("a.log@2 begin"));
  Grow("a.log", " and end\nmore\n");
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre("a.log@7  and end", "a.log@16 more"));
}

TEST_F(LineTailTest, ItResumesWithoutLossOrRepetitionWhereverItIsCutOff) {
  std::string log;
  for (int i = 0; i < 3000; ++i) {
    log += Json(kThree + i,
                absl::StrCat("line ", i, " ", std::string(static_cast<size_t>(i % 900), 'x')));
    if (i % 7 == 0) log += "  at f (x.ts:1)\n\n";
  }
  Grow("a.log", "begin\n");
  Client whole(&queries_, Last(0));
  whole.Read(Now());
  Client cut(&queries_, Last(0));
  cut.Read(Now());
  std::vector<std::string> told_whole, told_cut;
  const auto collect = [](Client& client, std::vector<std::string>& told) {
    for (std::string& entry : client.Told()) told.push_back(std::move(entry));
  };
  size_t at = 0;
  for (int i = 0; at < log.size(); ++i) {
    const size_t piece = static_cast<size_t>(997 + 40'009 * (i % 11));
    Grow("a.log", log.substr(at, piece));
    at += piece;
    if (i % 5 == 3) AppendGap("a.log", i % 2 == 0 ? 0 : 333);
    whole.Read(Now());
    collect(whole, told_whole);
    cut.Read(Now());
    cut.Lose();
    collect(cut, told_cut);
  }
  EXPECT_GT(told_whole.size(), 3000U);
  EXPECT_THAT(told_whole, testing::Contains(HasSubstr(" -")));
  EXPECT_EQ(told_cut, told_whole);
}

TEST_F(LineTailTest, AGapIsToldOnceBeforeTheLineBehindIt) {
  Grow("a.log", "one\n");
  Client client(&queries_, Last(10));
  client.Read(Now());
  client.Told();
  AppendGap("a.log", 0);
  client.Read(Now());
  AppendGap("a.log", 50);
  client.Read(Now());
  EXPECT_THAT(client.Told(), IsEmpty());
  Grow("a.log", "two\n");
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre("a.log -4-4", "a.log -4-54", "a.log@54 two"));
  client.Lose();
  client.Read(Now());
  EXPECT_THAT(client.Told(), IsEmpty());
}

TEST_F(LineTailTest, NewLogsAppearFromTheirBeginning) {
  Grow("a.log", "one\n");
  Client client(&queries_, Last(0));
  client.Read(Now());
  Grow("b.log", "\ntwo\n");
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre("b.log@0 ", "b.log@1 two"));
  client.Lose();
  Grow("c.log", "three\n");
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre("c.log@0 three"));
}

TEST_F(LineTailTest, ALogThatWasAtRestGoesOnWithWhatIsDatedSince) {
  const UnixMillis now = Now();
  Grow("a.log", "{}\n" + Json(now - 30 * kHour, "old"));
  Grow("b.log", "one\n");
  SetReceived("a.log", now - 25 * kHour);
  Client client(&queries_, Last(10));
  client.Read(now);
  EXPECT_THAT(client.Told(), ElementsAre("b.log@0 one"));
  client.Lose();
  Grow("a.log", Json(now, "new"));
  client.Read(now);
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("new")));
  Grow("a.log", "  more\n");
  client.Read(now);
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("more")));
}

TEST_F(LineTailTest, APositionForgetsLogsThatAreAtRest) {
  const UnixMillis now = Now();
  const std::vector<std::string> others = {"a.log", "c.log", "d.log", "e.log", "f.log"};
  for (const std::string& source : others) Grow(source, absl::StrCat("one of ", source, "\n"));
  Grow("b.log", "two\n");
  Client client(&queries_, Last(0));
  client.Read(now);
  Grow("b.log", "three\n");
  client.Read(now);
  const size_t size = client.position().size();
  for (const std::string& source : others) SetReceived(source, now - 25 * kHour);
  Grow("b.log", "four\n");
  client.Read(now);
  EXPECT_LT(client.position().size(), size);
  EXPECT_THAT(client.Told(), ElementsAre("b.log@4 three", "b.log@10 four"));
}

TEST_F(LineTailTest, WhatCameWhileNobodyFollowedForDaysIsTold) {
  const UnixMillis now = Now();
  Grow("a.log", "one\n");
  Client client(&queries_, Last(0));
  client.Read(now);
  client.Lose();
  Grow("a.log", "two\n");
  client.Read(now + 72 * kHour);
  EXPECT_THAT(client.Told(), ElementsAre("a.log@4 two"));
}

TEST_F(LineTailTest, FiltersHoldForTheBeginningAndForWhatComes) {
  Grow("a.log", Json(kThree, "one", 50) + "  at f\n" + Json(kThree, "two"));
  v1::TailLinesRequest request = Last(10);
  request.set_level(v1::LOG_LEVEL_WARN);
  request.set_module("a:");
  Client client(&queries_, request);
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("one"), HasSubstr("  at f")));
  Grow("a.log", Json(kThree, "three") + Json(kThree, "four", 40) + "  at g\n");
  client.Lose();
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("four"), HasSubstr("  at g")));
}

TEST_F(LineTailTest, OverManyLinesThatNobodyAskedForThePositionMovesOn) {
  Grow("a.log", "one\n");
  v1::TailLinesRequest request = Last(0);
  request.set_text("needle");
  Client client(&queries_, request);
  client.Read(Now());
  const std::string before = client.position();
  const int responses = client.responses();
  for (int i = 0; i < 12; ++i) Append("m", "a.log", std::string(999'999, 'x') + "\n");
  ProjectAll();
  client.Read(Now());
  EXPECT_EQ(client.responses(), responses + 1);
  EXPECT_NE(client.position(), before);
  EXPECT_THAT(client.Told(), IsEmpty());
}

TEST_F(LineTailTest, ALongLogDoesNotHoldUpTheOthersNorDoResponsesGrowTooLarge) {
  Grow("a.log", "one\n");
  Client client(&queries_, Last(0));
  client.Read(Now());
  std::string raw;
  while (raw.size() < 900'000) raw += "\n" + std::string(99, 'x');
  for (int i = 0; i < 6; ++i) Append("m", "a.log", raw + "\n");
  Grow("b.log", "two\n");
  v1::TailLinesRequest request = Last(0);
  request.set_position(client.position());
  const auto tail = QueryHandler(&queries_).OpenTail(request);
  int number = 0, of_b = 0, lines = 0;
  for (bool is_idle = false; !is_idle || lines == 0;) {
    const auto turn = (*tail)->Next(Now());
    ASSERT_TRUE(turn.ok()) << turn.status();
    is_idle = turn->is_idle;
    if (!turn->response) continue;
    ++number;
    EXPECT_LT(turn->response->ByteSizeLong(), size_t{4} << 20);
    for (const v1::TailEntry& entry : turn->response->entries()) {
      if (entry.line().text() == "two") of_b = number;
    }
    lines += turn->response->entries_size();
  }
  EXPECT_GT(number, 4);
  EXPECT_LT(of_b, 4);
  EXPECT_EQ(lines, 1 + 6 * (1 + static_cast<int>(std::count(raw.begin(), raw.end(), '\n'))));
}

TEST_F(LineTailTest, ItGoesOnWhenTheLogsAreNormalizedAnew) {
  Grow("a.log", Json(kThree, "one"));
  Client client(&queries_, Last(10));
  client.Read(Now());
  postgres::RebuildStore rebuilds(&database_.pool());
  Renormalizer::Options options;
  options.progress_interval = absl::ZeroDuration();
  ASSERT_TRUE(Renormalizer(&projections_, &rebuilds, options).Run(1).ok());
  Grow("a.log", Json(kThree, "two"));
  client.Read(Now());
  EXPECT_THAT(client.Told(), ElementsAre(HasSubstr("one"), HasSubstr("two")));
}

TEST_F(LineTailTest, BadQuestionsAreRefusedByTheirField) {
  Grow("a.log", "one\n");
  const auto refused = [&](const v1::TailLinesRequest& request, const std::string& field) {
    const absl::Status status = QueryHandler(&queries_).OpenTail(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
  };
  refused(Last(-1), "last_lines");
  refused(Last(1001), "last_lines");
  Client client(&queries_, Last(0));
  client.Read(Now());
  v1::TailLinesRequest request;
  request.set_position("nonsense");
  refused(request, "position");
  request.set_position(client.position());
  request.set_text("other");
  refused(request, "position");
  request = {};
  request.set_level(static_cast<v1::LogLevel>(99));
  refused(request, "level");
  request = {};
  request.set_machine("nobody");
  EXPECT_TRUE(absl::IsNotFound(QueryHandler(&queries_).OpenTail(request).status()));
}

}  // namespace
}  // namespace proverlog
