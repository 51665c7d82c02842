#include "analysis/epoch_collector.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

Event Make(UnixMillis at, const std::string& kind, std::map<std::string, std::string> fields) {
  return {kind, at, std::move(fields), {}};
}

TEST(EpochCollectorTest, AnEventBelongsToTheEpochOfItsSession) {
  EpochCollector collector;
  collector.AddEvent(Make(9, "session.exited", {{"session", "a"}, {"state", "failed"}}));
  collector.AddEvent(Make(1, "session.created", {{"session", "a"}, {"epochNumber", "7"}}));
  collector.AddEvent(Make(9, "session.exited", {{"session", "unknown"}, {"state", "failed"}}));
  collector.AddEvent(Make(9, "epoch.ready", {{"epoch", "8"}}));  // not of a session
  const auto contexts = collector.Contexts();
  ASSERT_EQ(contexts.size(), 1U);
  ASSERT_EQ(contexts.at(7).sessions.size(), 1U);
  EXPECT_EQ(contexts.at(7).sessions.front().state, SessionState::kFailed);
}

TEST(EpochCollectorTest, ABrokerKeepsItsLatestEpochAndTheOneBefore) {
  EpochCollector collector;
  collector.AddEnqueue(5, 100);
  collector.AddEnqueue(6, 200);
  EXPECT_EQ(collector.Contexts().at(5).moved_on_at, std::nullopt);
  collector.AddEnqueue(9, 900);
  collector.AddEnqueue(7, 310);
  collector.AddEnqueue(7, 300);
  const auto contexts = collector.Contexts();
  EXPECT_EQ(contexts.at(5).moved_on_at, 300);
  EXPECT_EQ(contexts.at(6).moved_on_at, 900);
  EXPECT_EQ(contexts.at(7).moved_on_at, 900);
  EXPECT_EQ(contexts.at(9).moved_on_at, std::nullopt);
}

}  // namespace
}  // namespace proverlog
