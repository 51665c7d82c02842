#include "client/tail/follower.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace proverlog {
namespace {

const grpc::Status kLost(grpc::StatusCode::UNAVAILABLE, "gone");

// What a follower did whose calls end so; "heard" ones are heard before they end.
struct Ending {
  bool heard = false;
  grpc::Status status;
};
struct Followed {
  absl::Status status;
  std::vector<std::string> told;
};
Followed Follow(const std::vector<Ending>& endings) {
  Followed followed;
  size_t calls = 0;
  Follower follower("here",
                    [&](grpc::ClientContext&, const std::function<void()>& heard) {
                      const Ending& ending = endings.at(calls++);
                      if (ending.heard) heard();
                      return ending.status;
                    },
                    {.on_lost = [&](const absl::Status&) { followed.told.emplace_back("lost"); },
                     .on_back = [&] { followed.told.emplace_back("back"); }});
  followed.status = follower.Run();
  EXPECT_EQ(calls, endings.size());
  return followed;
}

const grpc::Status kRefused(grpc::StatusCode::NOT_FOUND, "no such prover");

TEST(FollowerTest, AServerThatWasNeverHeardEndsIt) {
  const Followed followed = Follow({{false, kLost}});
  EXPECT_TRUE(absl::IsUnavailable(followed.status));
  EXPECT_TRUE(followed.told.empty());
}

TEST(FollowerTest, ALossIsToldOnceAndThatItIsOver) {
  const Followed followed =
      Follow({{true, kLost}, {false, kLost}, {true, kLost}, {false, kRefused}});
  EXPECT_TRUE(absl::IsNotFound(followed.status));
  EXPECT_EQ(followed.told, (std::vector<std::string>{"lost", "back", "lost"}));
}

TEST(FollowerTest, WhatAnotherCallDoesNotHelpEndsIt) {
  EXPECT_TRUE(absl::IsNotFound(Follow({{true, kRefused}}).status));
}

TEST(FollowerTest, ItStops) {
  Follower* self = nullptr;
  Follower follower("here",
                    [&](grpc::ClientContext&, const std::function<void()>& heard) {
                      heard();
                      self->Stop();
                      return kLost;
                    },
                    {.on_lost = [](const absl::Status&) { FAIL(); }, .on_back = [] {}});
  self = &follower;
  EXPECT_TRUE(follower.Run().ok());
}

}  // namespace
}  // namespace proverlog
