#include "model/epoch_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace proverlog {
namespace {

using Fields = std::map<std::string, std::string>;

Event Make(UnixMillis at, const std::string& kind, Fields fields) {
  return {kind, at, std::move(fields), {"node", "node.log", 1, at}};
}

// A session of 5.x, as the prover node's lines tell it.
Event Created(UnixMillis at, const std::string& id) {
  return Make(at, "session.created", {{"session", id}, {"epochNumber", "7"}, {"kind", "full"}});
}
Event Exited(UnixMillis at, const std::string& id, const std::string& state) {
  return Make(at, "session.exited", {{"session", id}, {"state", state}});
}

SessionState StateOf(std::vector<Event> events) {
  const std::vector<EpochSession> sessions = DeriveSessions(std::move(events));
  EXPECT_EQ(sessions.size(), 1U);
  return sessions.empty() ? SessionState::kOpen : sessions.front().state;
}

TEST(EpochSessionTest, APublishedSession) {
  const std::vector<EpochSession> sessions = DeriveSessions(
      {Created(100, "a"), Make(160, "top_tree.finished", {{"epoch", "7"}, {"ms", "55.5"}}),
       Make(161, "session.proof_ready", {{"session", "a"}, {"durationMs", "60.25"}}),
       Make(162, "candidate.submitted",
            {{"session", "a"}, {"epoch", "7"}, {"deadline", "1970-01-01T00:00:02.500Z"}}),
       Make(190, "candidate.resolved", {{"session", "a"}, {"state", "published"}}),
       Make(191, "epoch.submitted", {{"epoch", "7"}, {"uuid", "a"}}),
       Exited(192, "a", "completed")});
  ASSERT_EQ(sessions.size(), 1U);
  EpochSession expected;
  expected.id = "a";
  expected.kind = "full";
  expected.state = SessionState::kPublished;
  expected.machine = "node";
  expected.stream_id = 1;
  expected.started_at = 100;
  expected.proof_ready_at = 161;
  expected.published_at = 190;
  expected.ended_at = 192;
  expected.deadline = 2500;
  expected.top_tree_millis = 60.25;
  EXPECT_EQ(sessions.front(), expected);
}

TEST(EpochSessionTest, AnEpochsJobUpTo4) {
  const std::vector<EpochSession> sessions = DeriveSessions(
      {Make(100, "epoch.started", {{"epoch", "7"}, {"uuid", "u"}}),
       Make(200, "epoch.finalized", {{"epoch", "7"}, {"uuid", "u"}, {"duration", "99.5"}}),
       Make(210, "l1.published", {{"epochNumber", "7"}, {"transactionHash", "0x1"}}),
       Make(211, "epoch.submitted", {{"epoch", "7"}, {"uuid", "u"}}),
       Make(212, "epoch.exited", {{"epoch", "7"}, {"uuid", "u"}, {"state", "completed"}})});
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions.front().state, SessionState::kPublished);
  EXPECT_EQ(sessions.front().started_at, 100);
  EXPECT_EQ(sessions.front().proof_ready_at, 200);
  EXPECT_EQ(sessions.front().published_at, 210);
  EXPECT_EQ(sessions.front().ended_at, 212);
  EXPECT_FALSE(sessions.front().top_tree_millis);
}

TEST(EpochSessionTest, ThatItExitedIsNoSuccess) {
  EXPECT_EQ(StateOf({Created(1, "a"), Exited(2, "a", "completed")}), SessionState::kExited);
}

TEST(EpochSessionTest, HowASessionEnds) {
  const auto ends = [](const std::string& kind, Fields fields) {
    fields["session"] = "a";
    return StateOf({Created(1, "a"), Make(2, kind, std::move(fields))});
  };
  EXPECT_EQ(ends("session.superseded", {}), SessionState::kSuperseded);
  EXPECT_EQ(ends("candidate.resolved", {{"state", "superseded"}}), SessionState::kSuperseded);
  EXPECT_EQ(ends("session.expired", {}), SessionState::kTimedOut);
  EXPECT_EQ(ends("candidate.expired", {}), SessionState::kTimedOut);
  EXPECT_EQ(ends("session.deadline", {}), SessionState::kTimedOut);
  EXPECT_EQ(ends("session.cancelled", {{"reason", "deadline"}}), SessionState::kTimedOut);
  EXPECT_EQ(ends("session.cancelled", {{"reason", "chain pruned"}}), SessionState::kCancelled);
  EXPECT_EQ(ends("session.failed", {{"error", "Error: x"}}), SessionState::kFailed);
  EXPECT_EQ(ends("session.exited", {{"state", "failed"}}), SessionState::kFailed);
  EXPECT_EQ(ends("session.exited", {{"state", "timed-out"}}), SessionState::kTimedOut);
  EXPECT_EQ(ends("session.exited", {{"state", "superseded"}}), SessionState::kSuperseded);
  EXPECT_EQ(ends("session.exited", {{"state", "cancelled"}}), SessionState::kCancelled);
  EXPECT_EQ(ends("session.exited", {{"state", "a-new-one"}}), SessionState::kExited);
  EXPECT_EQ(ends("session.proof_ready", {}), SessionState::kOpen);
  EXPECT_EQ(ends("candidate.failed", {{"error", "fetch failed"}}), SessionState::kOpen);
}

TEST(EpochSessionTest, HowAnEpochsJobUpTo4Ends) {
  const auto ends = [](const std::string& kind, Fields fields) {
    fields["uuid"] = "u";
    fields["epoch"] = "7";
    return StateOf({Make(1, "epoch.started", {{"epoch", "7"}, {"uuid", "u"}}),
                    Make(2, kind, std::move(fields))});
  };
  EXPECT_EQ(ends("epoch.failed", {{"error", "Error: x"}}), SessionState::kFailed);
  EXPECT_EQ(ends("epoch.deadline", {}), SessionState::kTimedOut);
  EXPECT_EQ(ends("epoch.halted", {{"details", "Halted execution due to state timed-out"}}),
            SessionState::kTimedOut);
  EXPECT_EQ(ends("epoch.halted", {{"details", "Halted execution due to state stopped"}}),
            SessionState::kCancelled);
  EXPECT_EQ(ends("epoch.reorg", {}), SessionState::kCancelled);
  EXPECT_EQ(ends("epoch.exited", {{"state", "reorg"}}), SessionState::kCancelled);
}

TEST(EpochSessionTest, ADroppedProofNamesNoSession) {
  EXPECT_EQ(
      StateOf({Make(1, "epoch.started", {{"epoch", "7"}, {"uuid", "u"}}),
               Make(5, "epoch.dropped", {{"epoch", "7"}}),
               Make(6, "epoch.exited", {{"epoch", "7"}, {"uuid", "u"}, {"state", "completed"}})}),
      SessionState::kDropped);
  EXPECT_EQ(StateOf({Created(1, "a"), Make(5, "l1.estimated", {{"epochNumber", "7"}}),
                     Exited(6, "a", "completed")}),
            SessionState::kDropped);
}

TEST(EpochSessionTest, ADeadlineOutranksWhatItCauses) {
  const std::vector<EpochSession> sessions =
      DeriveSessions({Created(1, "a"), Make(5, "session.deadline", {{"session", "a"}}),
                      Make(5, "session.cancelled", {{"session", "a"}, {"reason", "deadline"}}),
                      Make(6, "session.failed", {{"session", "a"}, {"error", "Error: Aborted"}}),
                      Exited(7, "a", "failed")});
  EXPECT_EQ(sessions.front().state, SessionState::kTimedOut);
  EXPECT_EQ(sessions.front().reason, "deadline");
  EXPECT_EQ(sessions.front().ended_at, 7);
}

TEST(EpochSessionTest, TheReasonOfAFailedSubmission) {
  std::vector<Event> events = {
      Created(1, "a"), Make(5, "candidate.failed", {{"session", "a"}, {"error", "Rollup__X"}}),
      Make(6, "candidate.resolved", {{"session", "a"}, {"state", "failed"}}),
      Make(7, "session.failed", {{"session", "a"}, {"error", "Error: Failed to submit"}})};
  EXPECT_EQ(DeriveSessions(events).front().reason, "Rollup__X");
  // Tried again, it was published.
  events[2].fields["state"] = "published";
  events.pop_back();
  EXPECT_EQ(DeriveSessions(events).front().state, SessionState::kPublished);
  EXPECT_EQ(DeriveSessions(events).front().reason, "");
}

TEST(EpochSessionTest, WhatCannotBeIsNotTaken) {
  for (const char* deadline : {"infinite-future", "99999-01-01T00:00:00Z", "soon"}) {
    EXPECT_FALSE(DeriveSessions({Created(1, "a"), Make(2, "candidate.submitted",
                                                       {{"session", "a"}, {"deadline", deadline}})})
                     .front()
                     .deadline)
        << deadline;
  }
  for (const char* millis : {"nan", "inf", "1e300", "-1", "soon"}) {
    EXPECT_FALSE(DeriveSessions({Created(1, "a"), Make(2, "session.proof_ready",
                                                       {{"session", "a"}, {"durationMs", millis}})})
                     .front()
                     .top_tree_millis)
        << millis;
  }
}

// The node crashed and began again: what it had begun is over.
TEST(EpochSessionTest, ASessionThatDiedEndsWhereTheNextBegins) {
  const std::vector<EpochSession> sessions =
      DeriveSessions({Created(1, "a"), Created(50, "b"), Exited(60, "b", "timed-out")});
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].state, SessionState::kExited);
  EXPECT_EQ(sessions[0].ended_at, 50);
  EXPECT_EQ(sessions[1].state, SessionState::kTimedOut);
  Event partial = Created(1, "a");
  partial.fields["kind"] = "partial";
  EXPECT_EQ(DeriveSessions({partial, Created(50, "b")})[0].state, SessionState::kOpen);
}

TEST(EpochSessionTest, APublicationWithoutAUuidIsOfTheSessionWithAProof) {
  const std::vector<EpochSession> sessions = DeriveSessions(
      {Created(1, "a"), Make(2, "session.proof_ready", {{"session", "a"}}),
       Make(3, "session.created", {{"session", "b"}, {"kind", "partial"}, {"epochNumber", "7"}}),
       Make(4, "l1.published", {{"epochNumber", "7"}}),
       Make(9, "session.deadline", {{"session", "b"}}), Exited(9, "b", "timed-out")});
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].state, SessionState::kPublished);
  EXPECT_EQ(sessions[1].state, SessionState::kTimedOut);
}

TEST(EpochSessionTest, SeveralSessionsOfAnEpoch) {
  const std::vector<EpochSession> sessions =
      DeriveSessions({Created(10, "b"), Created(1, "a"), Exited(5, "a", "failed"),
                      Make(20, "l1.published", {{"epochNumber", "7"}})});
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].id, "a");
  EXPECT_EQ(sessions[0].state, SessionState::kFailed);
  EXPECT_EQ(sessions[1].id, "b");
  EXPECT_EQ(sessions[1].state, SessionState::kPublished);  // of the one that began last
}

TEST(EpochSessionTest, WithoutAUuidThereIsOneSession) {
  const std::vector<EpochSession> sessions =
      DeriveSessions({Make(5, "epoch.submitted", {{"epoch", "7"}})});
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions.front().id, "");
  EXPECT_EQ(sessions.front().state, SessionState::kPublished);
  EXPECT_FALSE(sessions.front().started_at);
}

TEST(EpochSessionTest, WhatTellsOfNoSessionIsSkipped) {
  EXPECT_TRUE(DeriveSessions({Make(5, "epoch.ready", {{"epoch", "7"}})}).empty());
}

// A function of the set: every order of the events, each of them twice.
TEST(EpochSessionTest, TheOrderAndRepetitionsDoNotMatter) {
  const std::vector<Event> events = {
      Created(1, "a"), Make(5, "session.deadline", {{"session", "a"}}), Exited(5, "a", "timed-out"),
      Created(5, "b"), Make(9, "l1.published", {{"epochNumber", "7"}})};
  const std::vector<EpochSession> expected = DeriveSessions(events);
  std::vector<size_t> order = {0, 1, 2, 3, 4};
  do {
    std::vector<Event> shuffled;
    for (const size_t i : order) shuffled.push_back(events[i]);
    for (const size_t i : order) shuffled.push_back(events[i]);
    ASSERT_EQ(DeriveSessions(shuffled), expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(EpochSessionTest, TheBestSession) {
  EXPECT_EQ(BestSession({}), nullptr);
  const auto best = [](SessionState a, SessionState b) {
    EpochSession first;
    first.state = a;
    EpochSession second;
    second.state = b;
    return BestSession({first, second})->state;
  };
  using enum SessionState;
  const std::vector<SessionState> ranked = {kPublished, kSuperseded, kDropped,   kOpen,
                                            kFailed,    kTimedOut,   kCancelled, kExited};
  for (size_t i = 0; i + 1 < ranked.size(); ++i) {
    EXPECT_EQ(best(ranked[i], ranked[i + 1]), ranked[i]);
    EXPECT_EQ(best(ranked[i + 1], ranked[i]), ranked[i]);
  }
}

TEST(EpochSessionTest, TroubleIsTheFirstLineOfIt) {
  const auto trouble = [](std::vector<Event> events) {
    return DeriveSessions(std::move(events)).front().trouble;
  };
  const Event failed = Make(5, "candidate.failed", {{"session", "a"}, {"error", "fetch failed"}});
  const Event deadline = Make(9, "session.deadline", {{"session", "a"}});
  EXPECT_EQ(trouble({deadline, failed, Created(1, "a"), Exited(10, "a", "timed-out")}), failed);
  EXPECT_EQ(trouble({Created(1, "a"), failed}), failed);
  EXPECT_EQ(trouble({Created(1, "a"), failed,
                     Make(6, "candidate.resolved", {{"session", "a"}, {"state", "published"}})}),
            std::nullopt);
  EXPECT_EQ(trouble({Created(1, "a"), Exited(10, "a", "completed")}), std::nullopt);
  const Event dropped = Make(9, "l1.estimated", {{"epoch", "7"}});
  EXPECT_EQ(trouble({Created(1, "a"), dropped}), dropped);
}

}  // namespace
}  // namespace proverlog
