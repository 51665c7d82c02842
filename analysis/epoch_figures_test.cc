#include "analysis/epoch_figures.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;
using K = FactKind;

Job On(const std::string& machine, const std::string& name) {
  return DeriveJob({7, "A", name},
                   {At(1, K::kEnqueued).On("broker"), At(2, K::kStarted).On(machine),
                    At(9, K::kAgentCompleted).On(machine)});
}

TEST(EpochFiguresTest, AMachineHasTheJobsThatRanOnIt) {
  const Job on_both =
      DeriveJob({7, "A", "3"}, {At(2, K::kStarted).On("a"), At(5, K::kAgentFailed).On("a"),
                                At(6, K::kStarted).On("b"), At(9, K::kAgentCompleted).On("b")});
  const EpochFigures figures = ComputeFigures(7, {On("a", "1"), On("b", "2"), on_both}, {});
  EXPECT_EQ(figures.summary.totals.jobs, 3);
  EXPECT_EQ(figures.work.total.jobs, 3);
  ASSERT_EQ(figures.machines.size(), 2U);
  EXPECT_EQ(figures.machines.at("a").total.jobs, 2);
  EXPECT_EQ(figures.machines.at("a").total.completed, 1);
  EXPECT_EQ(figures.machines.at("b").total.completed, 2);
}

TEST(EpochFiguresTest, BytesGrowWithWhatIsKept) {
  std::vector<Job> jobs = {On("a", "1")};
  const size_t one = BytesOf(ComputeFigures(7, jobs, {}));
  EXPECT_GT(one, sizeof(EpochFigures));
  for (int i = 0; i < 100; ++i) jobs.push_back(On("a", absl::StrCat(i, "x")));
  EXPECT_EQ(BytesOf(ComputeFigures(7, jobs, {})), one);  // jobs are not kept
  for (int i = 0; i < 100; ++i) jobs.push_back(On(absl::StrCat("m", i), absl::StrCat(i, "y")));
  EXPECT_GT(BytesOf(ComputeFigures(7, jobs, {})), one + 100 * sizeof(SubjectFigures));
  EpochContext context;
  context.sessions.emplace_back().reason = std::string(10'000, 'x');
  EXPECT_GT(BytesOf(ComputeFigures(7, {}, context)), 10'000U);
}

}  // namespace
}  // namespace proverlog
