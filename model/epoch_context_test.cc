#include "model/epoch_context.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

EpochSession Session(SessionState state, std::optional<UnixMillis> ended_at) {
  EpochSession session;
  session.state = state;
  session.ended_at = ended_at;
  return session;
}

TEST(EpochContextTest, AnEpochIsClosedWithItsLastSession) {
  EXPECT_EQ(ClosedAt({}), std::nullopt);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 5), Session(SessionState::kPublished, 9)}, {}}),
            9);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 5), Session(SessionState::kOpen, {})}, {}}),
            std::nullopt);
}

TEST(EpochContextTest, OrWhenTheBrokerMovesOn) {
  EXPECT_EQ(ClosedAt({{}, 7}), 7);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kOpen, {})}, 7}), 7);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 5)}, 7}), 7);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 9)}, 7}), 9);
}

TEST(EpochContextTest, TheBestSession) {
  EXPECT_EQ(BestSession({}), nullptr);
  const auto best = [](SessionState a, SessionState b) {
    return BestSession({Session(a, 1), Session(b, 2)})->state;
  };
  using enum SessionState;
  const std::vector<SessionState> ranked = {kPublished, kSuperseded, kDropped,   kOpen,
                                            kFailed,    kTimedOut,   kCancelled, kExited};
  for (size_t i = 0; i + 1 < ranked.size(); ++i) {
    EXPECT_EQ(best(ranked[i], ranked[i + 1]), ranked[i]);
    EXPECT_EQ(best(ranked[i + 1], ranked[i]), ranked[i]);
  }
}

}  // namespace
}  // namespace proverlog
