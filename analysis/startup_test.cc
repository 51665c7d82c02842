#include "analysis/startup.h"

#include <gtest/gtest.h>

#include "tests/testing_util/facts.h"

namespace proverlog {
namespace {

using testing_util::At;

Event Step(const std::string& kind, UnixMillis at, int64_t stream_id = 1,
           std::map<std::string, std::string> fields = {}) {
  Event event;
  event.kind = kind;
  event.at = at;
  event.fields = std::move(fields);
  event.origin = {"m", "p", stream_id, at};
  return event;
}

Job StartedAt(UnixMillis at, char hash, int64_t stream_id = 1) {
  return DeriveJob({7, "A", std::string(64, hash)},
                   {At(at, FactKind::kStarted).On("m", "p", stream_id)});
}

TEST(StartupTest, AStartIsItsStepsAndItsFirstJob) {
  const auto startups = StartupsOf({Step("bb.configured", 20), Step("crs.cached", 10),
                                    Step("crs.cached", 10, 1, {{"curve", "Grumpkin"}}),
                                    Step("l1.published", 15), Step("process.listening", 30)},
                                   {StartedAt(50, 'b'), StartedAt(40, 'a'), StartedAt(5, 'c')});
  ASSERT_EQ(startups.size(), 1U);
  EXPECT_EQ(startups[0].machine, "m");
  ASSERT_EQ(startups[0].steps.size(), 4U);
  EXPECT_EQ(startups[0].steps[0].kind, "crs.cached");
  EXPECT_EQ(startups[0].steps[3].kind, "process.listening");
  EXPECT_EQ(startups[0].first_job_at, 40);
  EXPECT_EQ(startups[0].first_job, "7:A:" + std::string(64, 'a'));
}

TEST(StartupTest, AStepThatIsSaidAgainIsAnotherStart) {
  const auto startups = StartupsOf({Step("crs.cached", 10), Step("bb.configured", 20),
                                    Step("crs.cached", 100), Step("bb.configured", 120)},
                                   {StartedAt(130, 'a')});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, std::nullopt);  // it is the second one's
  EXPECT_EQ(startups[1].first_job_at, 130);
}

TEST(StartupTest, SoIsAnyStepBehindAJob) {
  const auto startups =
      StartupsOf({Step("crs.cached", 10), Step("bb.configured", 100)}, {StartedAt(50, 'a')});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, 50);
  EXPECT_EQ(startups[1].first_job_at, std::nullopt);
}

TEST(StartupTest, EachLogHasItsOwn) {
  const auto startups =
      StartupsOf({Step("crs.cached", 10), Step("crs.cached", 11, 2)}, {StartedAt(50, 'a', 2)});
  ASSERT_EQ(startups.size(), 2U);
  EXPECT_EQ(startups[0].first_job_at, std::nullopt);
  EXPECT_EQ(startups[1].first_job_at, 50);
}

}  // namespace
}  // namespace proverlog
