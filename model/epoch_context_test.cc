#include "model/epoch_context.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

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
  EXPECT_EQ(
      ClosedAt({{Session(SessionState::kFailed, 5), Session(SessionState::kPublished, 9)}, {}}), 9);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 5), Session(SessionState::kOpen, {})}, {}}),
            std::nullopt);
}

TEST(EpochContextTest, OrWhenTheBrokerMovesOn) {
  EXPECT_EQ(ClosedAt({{}, 7}), 7);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 5)}, 7}), 7);
  EXPECT_EQ(ClosedAt({{Session(SessionState::kFailed, 9)}, 7}), 9);
}

Event Created(UnixMillis at, const std::string& id) {
  return {"session.created", at, {{"session", id}, {"kind", "partial"}}, {}};
}

TEST(EpochContextTest, ASessionThatIsOpenWhenTheBrokerMovesOnDied) {
  const EpochContext context = ContextOf({Created(1, "a")}, 7);
  EXPECT_EQ(context.sessions[0].state, SessionState::kExited);
  EXPECT_EQ(context.sessions[0].ended_at, 7);
  EXPECT_EQ(ClosedAt(context), 7);
  EXPECT_EQ(ContextOf({Created(1, "a")}, std::nullopt).sessions[0].state, SessionState::kOpen);
}

// Of two sessions the one that died does not hide how the other went.
TEST(EpochContextTest, ASessionThatDiedIsNotTheBest) {
  const EpochContext context =
      ContextOf({Created(1, "a"),
                 Created(2, "b"),
                 {"session.exited", 3, {{"session", "b"}, {"state", "timed-out"}}, {}}},
                7);
  EXPECT_EQ(BestSession(context.sessions)->id, "b");
}

TEST(EpochContextTest, AnEpochThatIsProvenAgainLaterIsOpen) {
  const EpochContext context = ContextOf({Created(9, "a")}, 7);
  EXPECT_EQ(context.sessions[0].state, SessionState::kOpen);
  EXPECT_EQ(ClosedAt(context), std::nullopt);
}

}  // namespace
}  // namespace proverlog
