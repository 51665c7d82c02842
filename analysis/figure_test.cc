#include "analysis/figure.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

std::vector<Job> Jobs() {
  const auto proven = [](const std::string& type, const std::string& name, UnixMillis at,
                         Millis length, const std::string& machine) {
    return DeriveJob({7, type, name},
                     {At(at - 10, K::kEnqueued).On("broker"), At(at, K::kStarted).On(machine),
                      At(at + length, K::kAgentCompleted).On(machine),
                      At(at + length + 2, K::kCompleted).On("broker")});
  };
  return {proven("A", "1", 100, 50, "a"), proven("A", "2", 100, 150, "b"),
          proven("B", "1", 300, 100, "a"),
          DeriveJob({7, "B", "2"},
                    {At(300, K::kEnqueued).On("broker"), At(310, K::kStarted).On("b"),
                     At(320, K::kAgentFailed).On("b"), At(321, K::kRetried).On("broker")})};
}

std::optional<double> ValueOf(const std::string& name, const FigureOf& of = {}) {
  const Figure* const figure = FindFigure(name);
  EXPECT_NE(figure, nullptr) << name;
  if (figure == nullptr) return std::nullopt;
  EpochContext context;
  context.sessions.emplace_back().started_at = 50;
  context.sessions.back().proof_ready_at = 450;
  return figure->value(ComputeFigures(7, Jobs(), context), of);
}

TEST(FigureTest, OfTheEpoch) {
  EXPECT_EQ(ValueOf("wall_time"), 402 - 90);
  EXPECT_EQ(ValueOf("proving_time"), 400);
  EXPECT_EQ(ValueOf("submission_time"), std::nullopt);
  EXPECT_EQ(ValueOf("sessions"), 1);
  EXPECT_EQ(ValueOf("machines"), 2);
  EXPECT_EQ(ValueOf("jobs"), 4);
  EXPECT_EQ(ValueOf("completed"), 3);
  EXPECT_EQ(ValueOf("in_flight"), 1);
  EXPECT_EQ(ValueOf("retries"), 1);
  EXPECT_EQ(ValueOf("failed_attempts"), 1);
  EXPECT_EQ(ValueOf("max_parallel"), 2);
  EXPECT_EQ(ValueOf("running_time"), 250);  // 100 to 250, 300 to 400
  EXPECT_DOUBLE_EQ(*ValueOf("throughput"), 12);
}

TEST(FigureTest, OfATypeOrAMachineOrBoth) {
  EXPECT_EQ(ValueOf("jobs", {"A", ""}), 2);
  EXPECT_EQ(ValueOf("jobs", {"A", "a"}), 1);
  EXPECT_EQ(ValueOf("jobs", {"", "a"}), 2);
  EXPECT_EQ(ValueOf("jobs", {"C", ""}), 0);
  EXPECT_EQ(ValueOf("failed_attempts", {"B", "b"}), 1);
  EXPECT_EQ(ValueOf("duration.p50", {"A", ""}), 100);
  EXPECT_EQ(ValueOf("duration.max", {"A", "a"}), 50);
  EXPECT_EQ(ValueOf("duration.max", {"B", "b"}), std::nullopt);
  EXPECT_EQ(ValueOf("queue_wait.p95", {"A", ""}), 10);
  EXPECT_EQ(ValueOf("turnaround.p50", {"B", ""}), 112);
  EXPECT_EQ(ValueOf("queue_wait.p50", {"C", ""}), std::nullopt);
  EXPECT_EQ(ValueOf("busy_time", {"", "b"}), 160);
  EXPECT_DOUBLE_EQ(*ValueOf("share", {"", "a"}), 2.0 / 3);
  EXPECT_EQ(ValueOf("share", {"", "c"}), 0);
  EXPECT_EQ(ValueOf("throughput", {"B", "c"}), std::nullopt);
}

TEST(FigureTest, NamesAreDistinct) {
  std::set<std::string> names;
  for (const Figure& figure : Figures()) {
    EXPECT_TRUE(names.insert(figure.name).second) << figure.name;
    EXPECT_NE(figure.value, nullptr);
  }
  EXPECT_EQ(FindFigure("wall"), nullptr);
}

TEST(FigureTest, TheNearestNames) {
  EXPECT_EQ(NearestFigures("wal_time").front(), "wall_time");
  EXPECT_EQ(NearestFigures("retry").front(), "retries");
  EXPECT_EQ(NearestFigures("duration.p59").front(), "duration.p50");
  EXPECT_LE(NearestFigures("duration.p9").size(), 3U);
  EXPECT_TRUE(NearestFigures("banana_bread_recipes").empty());
  EXPECT_TRUE(NearestFigures(std::string(10'000, 'x')).empty());
}

}  // namespace
}  // namespace proverlog
