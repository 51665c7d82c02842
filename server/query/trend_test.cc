// QueryService.GetTrend, and GetEpochSummary from the cache, on logs in a database.

#include "server/query/trend.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "server/query/job_lines.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

class TrendTest : public QueryTest {
 protected:
  static constexpr int kEpochs = 15;

  // Epochs of one job each, of which the last takes longer.
  void ImportEpochs() {
    JobLines lines;
    for (int epoch = 1; epoch <= kEpochs; ++epoch) {
      const JobLines job =
          Proven(epoch, "A", epoch, epoch * 10'000, epoch == kEpochs ? 5000 : 1000 + epoch);
      lines.broker += job.broker;
      lines.agent += job.agent;
    }
    Import("m-broker", "broker.log", lines.broker);
    Import("m-a", "a.log", lines.agent);
  }

  static v1::GetTrendRequest Of(const std::string& figure, const std::string& type = "",
                                const std::string& machine = "") {
    v1::GetTrendRequest request;
    request.set_figure(figure);
    request.set_type(type);
    request.set_machine(machine);
    return request;
  }

  EpochCache cache_{size_t{1} << 20};
  QueryHandler cached_{&store_, &cache_};

  // How many epochs' jobs are read for an answer.
  class CountingStore : public postgres::QueryStore {
   public:
    using postgres::QueryStore::QueryStore;
    absl::StatusOr<EpochState> LoadEpoch(const ProverRef& prover, int32_t epoch,
                                         int64_t max_jobs) override {
      if (loaded == fails_after) return absl::DeadlineExceededError("late");
      ++loaded;
      return postgres::QueryStore::LoadEpoch(prover, epoch, max_jobs);
    }
    int loaded = 0;
    int fails_after = -1;
  };
};

TEST_F(TrendTest, AFigureOverTheEpochs) {
  ImportEpochs();
  const auto trend = handler_.GetTrend(Of("duration.p50", "A"));
  ASSERT_TRUE(trend.ok()) << trend.status();
  EXPECT_EQ(trend->prover(), "demo");
  EXPECT_EQ(trend->unit(), v1::FIGURE_UNIT_MILLISECONDS);
  ASSERT_EQ(trend->points_size(), kEpochs);
  EXPECT_EQ(trend->points(0).epoch(), 1);
  EXPECT_EQ(trend->points(0).value(), 1001);
  EXPECT_FALSE(trend->points(8).has_median());
  EXPECT_TRUE(trend->points(9).has_median());
  const v1::TrendPoint& last = trend->points(kEpochs - 1);
  EXPECT_EQ(last.value(), 5000);
  EXPECT_EQ(last.median(), 1007.5);
  EXPECT_EQ(last.position(), v1::TREND_POSITION_ABOVE);
  EXPECT_EQ(trend->completeness().sources_size(), 2);
}

TEST_F(TrendTest, BandsAreOfEpochsThatAreNotShownToo) {
  ImportEpochs();
  v1::GetTrendRequest request = Of("jobs", "", "m-a");
  request.set_epochs(2);
  request.set_band_epochs(10);
  const auto trend = handler_.GetTrend(request);
  ASSERT_EQ(trend->points_size(), 2);
  EXPECT_EQ(trend->points(0).epoch(), kEpochs - 1);
  EXPECT_EQ(trend->points(0).median(), 1);
  EXPECT_EQ(trend->points(0).position(), v1::TREND_POSITION_WITHIN);
}

TEST_F(TrendTest, AnEpochIsReadAgainOnlyWhereItChanged) {
  ImportEpochs();
  CountingStore store(&database_.pool());
  QueryHandler handler(&store, &cache_);
  ASSERT_TRUE(handler.GetTrend(Of("wall_time")).ok());
  EXPECT_EQ(store.loaded, kEpochs);
  ASSERT_TRUE(handler.GetTrend(Of("jobs")).ok());
  EXPECT_EQ(store.loaded, kEpochs);
  // Another job of epoch 3; the epochs are closed as they were.
  const JobLines late = Proven(3, "A", 99, 35'000, 500);
  Import("m-broker", "late.log", late.broker);
  const auto trend = handler.GetTrend(Of("jobs"));
  EXPECT_EQ(store.loaded, kEpochs + 1);
  EXPECT_EQ(trend->points(2).value(), 2);
  EXPECT_EQ(trend->points(3).value(), 1);
}

TEST_F(TrendTest, WhatWasComputedInTimeIsKept) {
  ImportEpochs();
  CountingStore store(&database_.pool());
  QueryHandler handler(&store, &cache_);
  store.fails_after = 6;
  const auto late = handler.GetTrend(Of("wall_time"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late.status()));
  EXPECT_TRUE(absl::StrContains(late.status().message(), "6 of 15 are computed")) << late.status();
  store.fails_after = -1;
  EXPECT_TRUE(handler.GetTrend(Of("wall_time")).ok());
  EXPECT_EQ(store.loaded, kEpochs);
}

TEST_F(TrendTest, TheSummaryOfACachedEpochIsThatOfAnUncachedOne) {
  ImportEpochs();
  v1::GetEpochSummaryRequest request;
  request.set_epoch(3);
  const auto expect_same = [&] {
    const auto fresh = handler_.GetEpochSummary(request);
    for (int i = 0; i < 2; ++i) {
      const auto summary = cached_.GetEpochSummary(request);
      ASSERT_TRUE(summary.ok()) << summary.status();
      EXPECT_EQ(summary->DebugString(), fresh->DebugString());
    }
  };
  expect_same();
  EXPECT_NE(cache_.Find(*store_.FindProver("demo"), 3), nullptr);
  const JobLines late = Proven(3, "B", 99, 35'000, 500);
  Import("m-b", "late.log", late.broker);
  expect_same();
  EXPECT_EQ(cached_.GetEpochSummary(request)->totals().jobs(), 2);
  // What is received since, and not read yet, is among the sources of a cached epoch.
  Archive("m-c", "c.log", late.agent);
  expect_same();
  EXPECT_EQ(cached_.GetEpochSummary(request)->completeness().sources_size(), 4);
}

TEST_F(TrendTest, WhereTheLatestEpochGoesOnTheLogsMustTellUntilNow) {
  ImportEpochs();
  database_.Sql("UPDATE stream_position SET received_at = 0");
  const ProverRef prover = *store_.FindProver("demo");
  const absl::Time later = absl::FromUnixMillis(kSomeDay) + absl::Hours(5);
  EXPECT_TRUE(GetTrend(store_, nullptr, prover, Of("jobs"), later)->completeness().complete());
  Import("m-b", "more.log", "[03:10:00.000] INFO: b New proving job id=99:A:aa epochNumber=99\n");
  database_.Sql("UPDATE stream_position SET received_at = 0");
  EXPECT_FALSE(GetTrend(store_, nullptr, prover, Of("jobs"), later)->completeness().complete());
}

TEST_F(TrendTest, BadQuestionsAreRefusedByTheirField) {
  EXPECT_TRUE(absl::IsNotFound(handler_.GetTrend(Of("jobs")).status()));
  ImportEpochs();
  const auto unknown = handler_.GetTrend(Of("wal_time"));
  ExpectRefused(unknown.status(), "figure");
  EXPECT_TRUE(absl::StrContains(unknown.status().message(), "is it wall_time"));
  EXPECT_TRUE(absl::StrContains(unknown.status().message(), "queue_wait.p95"));
  ExpectRefused(handler_.GetTrend(Of("")).status(), "figure");
  ExpectRefused(handler_.GetTrend(Of("duration.p50")).status(), "type");
  ExpectRefused(handler_.GetTrend(Of("wall_time", "A")).status(), "type");
  ExpectRefused(handler_.GetTrend(Of("retries", "", "m-a")).status(), "machine");
  ExpectRefused(handler_.GetTrend(Of("share")).status(), "machine");
  v1::GetTrendRequest request = Of("jobs");
  request.set_epochs(201);
  ExpectRefused(handler_.GetTrend(request).status(), "epochs");
  request.set_epochs(1);
  request.set_band_epochs(8);
  ExpectRefused(handler_.GetTrend(request).status(), "band_epochs");
  EXPECT_TRUE(absl::IsNotFound(handler_.GetTrend(Of("jobs", "B")).status()));
  const auto nowhere = handler_.GetTrend(Of("jobs", "", "m-z"));
  EXPECT_TRUE(absl::StrContains(nowhere.status().message(),
                                "\"m-z\"; did you mean \"m-a\"?; there are: m-a"))
      << nowhere.status();
}

}  // namespace
}  // namespace proverlog
