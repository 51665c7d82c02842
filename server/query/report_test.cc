// QueryService.GetReport on logs in a database.

#include "server/query/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rpc/convert.h"
#include "server/query/query_fixture.h"
#include "server/query/report_windows.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ReportTest : public QueryTest {
 protected:
  v1::GetReportResponse Report(const std::vector<int32_t>& epochs, UnixMillis begin = 0,
                               UnixMillis end = 0) {
    v1::GetReportRequest request;
    for (const int32_t epoch : epochs) request.add_epochs(epoch);
    if (end > 0) {
      *request.mutable_start_time() = ToProtoTimestamp(begin);
      *request.mutable_end_time() = ToProtoTimestamp(end);
    }
    const auto report = handler_.GetReport(request);
    EXPECT_TRUE(report.ok()) << report.status();
    return *report;
  }
};

// Lines of an agent, `at` seconds after three o'clock.
std::string Line(int at, const std::string& text) {
  return absl::StrFormat("[%02d:%02d:%02d.000] %s\n", 3 + at / 3600, at / 60 % 60, at % 60, text);
}
UnixMillis Instant(int at) { return 1795226400000 + 3'600'000 + at * UnixMillis{1000}; }
std::string Start(int at, const std::string& job) {
  return Line(at, absl::StrCat("INFO: a Starting job id=", job, " type=PUBLIC_VM inputsUri=x"));
}
std::string Complete(int at, const std::string& job) {
  return Line(at, absl::StrCat("INFO: a Job id=", job, " type=PUBLIC_VM completed outputUri=x"));
}
// A PUBLIC_VM job with its transaction, which have the same number.
std::string Begin(int at, int epoch, int number) {
  return Start(at, absl::StrFormat("%d:PUBLIC_VM:%064x", epoch, number)) +
         Line(at, absl::StrFormat("INFO: bb-prover Proving avm-circuit for TX 0x%064x...", number));
}
std::string Finish(int at, int epoch, int number) {
  return Line(at,
              absl::StrFormat("INFO: bb-prover Generated proof for avm-circuit(0x%064x) in 1500 "
                              "ms {\"circuitName\":\"avm-circuit\",\"proofSize\":9,"
                              "\"duration\":1500,\"eventName\":\"circuit-proving\"}",
                              number)) +
         Complete(at, absl::StrFormat("%d:PUBLIC_VM:%064x", epoch, number));
}
std::string Hash(int number) { return absl::StrFormat("0x%064x", number); }

TEST_F(ReportTest, OnlyUnfinishedTransactionsAreCalledBegun) {
  std::string log;
  constexpr int kMany = 25;  // more than are listed
  for (int i = 1; i <= kMany + 2; ++i) log += Begin(i, 7, i);
  for (int i = 1; i <= kMany; ++i) log += Finish(60 + i, 7, i);
  Import("m", "agent.log", log);
  const auto report = Report({7});
  ASSERT_EQ(report.transactions_size(), 1);
  EXPECT_EQ(report.transactions(0).finished().transaction_count(), kMany);
  EXPECT_EQ(report.transactions(0).finished().transactions_size(), 20);
  EXPECT_THAT(report.transactions(0).begun(), ElementsAre(Hash(kMany + 1), Hash(kMany + 2)));
  EXPECT_FALSE(report.transactions(0).more_begun());
}

TEST_F(ReportTest, ATransactionIsOfTheEpochOfItsJob) {
  Import("m", "agent.log",
         Begin(1, 7, 1) + Begin(2, 8, 2) + Begin(3, 7, 3) + Finish(4, 7, 3) +
             Complete(5, absl::StrFormat("7:PUBLIC_VM:%064x", 99)));
  EXPECT_THAT(Report({7}).transactions(0).begun(), ElementsAre(Hash(1)));
  EXPECT_THAT(Report({8}).transactions(0).begun(), ElementsAre(Hash(2)));
}

TEST_F(ReportTest, ManySmallLogsOfAMachineAreRead) {
  StreamKey key;
  for (int i = 1; i <= 105; ++i) {
    key = Archive("m", absl::StrCat("agent-", i, ".log"), Begin(i, 7, i));
  }
  Normalize(key.prover_id);
  const auto report = Report({7});
  EXPECT_EQ(report.transactions(0).begun_size(), 100);
  EXPECT_TRUE(report.transactions(0).more_begun());
}

// A first epoch, a second one an hour later, and a third one another hour later.
std::string LogOfThreeEpochs() {
  std::string log;
  for (const int hour : {0, 1, 2}) {
    const int at = hour * 3600;
    log += Line(at, "INFO: bb-prover Using native BB at /bb and working directory /tmp/bb-1");
    log += Start(at + 1, absl::StrCat(7 + hour, ":PUBLIC_VM:aa"));
    log += Line(at + 2, absl::StrCat("WARN: a trouble took ", hour, " ms"));
    log += Complete(at + 3 + hour, absl::StrCat(7 + hour, ":PUBLIC_VM:aa"));
  }
  return log;
}

TEST_F(ReportTest, WhatLiesBetweenItsTimesIsOfNoReport) {
  Import("m", "agent.log", LogOfThreeEpochs());
  const auto ends = Report({7, 9});
  EXPECT_EQ(ends.troubles().records(), 2);
  ASSERT_EQ(ends.startups_size(), 2);
  EXPECT_EQ(FromProtoTimestamp(ends.startups(1).steps(0).time()), Instant(7200));
  EXPECT_EQ(Report({7}).troubles().records() + Report({9}).troubles().records(), 2);
  const auto with_time = Report({7}, Instant(3000), Instant(7202));
  EXPECT_EQ(with_time.troubles().records(), 2);
  EXPECT_EQ(with_time.startups_size(), 3);
}

TEST_F(ReportTest, AFirstJobThatMayBeAnotherEpochsIsNotGiven) {
  Import("m", "agent.log",
         Line(0, "INFO: bb-prover Using native BB at /bb and working directory /tmp/bb-1") +
             Start(5, "6:PUBLIC_VM:aa") + Complete(20, "6:PUBLIC_VM:aa") +
             Start(281, "7:PUBLIC_VM:bb") + Complete(290, "7:PUBLIC_VM:bb"));
  const auto both = Report({6, 7});
  ASSERT_EQ(both.startups_size(), 1);
  EXPECT_EQ(both.startups(0).first_job(), "6:PUBLIC_VM:aa");
  const auto second = Report({7});
  ASSERT_EQ(second.startups_size(), 1);
  EXPECT_FALSE(second.startups(0).has_first_job_time());
  EXPECT_EQ(second.startups(0).first_job(), "");
}

TEST_F(ReportTest, ItSaysThatThereAreMoreStarts) {
  std::string log;
  for (int i = 0; i < 101; ++i) {
    log += Line(i, "INFO: bb-prover Using native BB at /bb and working directory /tmp/bb-1");
  }
  Import("m", "agent.log", log + Start(200, "7:PUBLIC_VM:aa"));
  const auto report = Report({7});
  EXPECT_EQ(report.startups_size(), 100);
  EXPECT_TRUE(report.more_startups());
  EXPECT_FALSE(Report({7}, Instant(200), Instant(201)).startups().empty());
}

TEST_F(ReportTest, ATimeHasTheDurationsOfWhatCompletedInIt) {
  Import("m", "agent.log", LogOfThreeEpochs());
  const auto report = Report({7, 8, 9}, Instant(3600), Instant(7300));
  ASSERT_EQ(report.windows_size(), 4);
  EXPECT_FALSE(report.windows(0).job_types(0).has_duration());
  const v1::DurationStats& times = report.windows(3).job_types(0).duration();
  EXPECT_EQ(times.count(), 2);
  EXPECT_EQ(FromProtoDuration(times.mean()), absl::Milliseconds(3500));
  EXPECT_EQ(FromProtoDuration(times.max()), absl::Seconds(4));
}

TEST_F(ReportTest, AnUnknownEpochIsRefusedWithTheLatestOne) {
  Import("m", "agent.log", LogOfThreeEpochs());
  v1::GetReportRequest request;
  request.add_epochs(7);
  request.add_epochs(4711);
  const absl::Status unknown = handler_.GetReport(request).status();
  EXPECT_TRUE(absl::IsNotFound(unknown)) << unknown;
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("no epoch 4711; its latest is 9"));
}

TEST(ReportWindowsTest, WhatOverlapsOrTouchesIsOne) {
  const auto united = Unite({{50, 60}, {10, 20}, {15, 30}, {30, 31}, {12, 14}});
  ASSERT_EQ(united.size(), 2U);
  EXPECT_EQ(united[0].begin, 10);
  EXPECT_EQ(united[0].end, 31);
  EXPECT_EQ(united[1].begin, 50);
  EXPECT_EQ(united[1].end, 60);
  EXPECT_TRUE(Unite({}).empty());
}

}  // namespace
}  // namespace proverlog
