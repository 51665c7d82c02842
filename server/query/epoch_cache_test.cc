#include "server/query/epoch_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace proverlog {
namespace {

ProverRef Prover(ProverId id, int32_t projection = 1) { return {id, projection, "p"}; }

std::shared_ptr<const CachedEpoch> Epoch(int32_t epoch, int64_t revision, size_t streams = 0) {
  auto cached = std::make_shared<CachedEpoch>();
  cached->known.version = {epoch, revision, {}};
  cached->known.stream_ids.resize(streams);
  return cached;
}

size_t BytesOfOne(size_t streams) {
  EpochCache cache(1 << 30);
  cache.Put(Prover(1), Epoch(1, 1, streams));
  return cache.bytes();
}

TEST(EpochCacheTest, FindsWhatWasPutForThatProverAndProjection) {
  EpochCache cache(1 << 20);
  cache.Put(Prover(1), Epoch(7, 3));
  ASSERT_NE(cache.Find(Prover(1), 7), nullptr);
  EXPECT_EQ(cache.Find(Prover(1), 7)->known.version.revision, 3);
  EXPECT_EQ(cache.Find(Prover(1), 8), nullptr);
  EXPECT_EQ(cache.Find(Prover(2), 7), nullptr);
  EXPECT_EQ(cache.Find(Prover(1, 2), 7), nullptr);
}

TEST(EpochCacheTest, ANewerOneTakesTheOldersPlace) {
  EpochCache cache(1 << 20);
  cache.Put(Prover(1), Epoch(7, 3, 1000));
  const auto older = cache.Find(Prover(1), 7);
  cache.Put(Prover(1), Epoch(7, 4));
  EXPECT_EQ(cache.Find(Prover(1), 7)->known.version.revision, 4);
  EXPECT_EQ(older->known.version.revision, 3);  // whoever has it may use it
  EXPECT_EQ(cache.bytes(), BytesOfOne(0));
}

TEST(EpochCacheTest, ForgetsTheLongestUnusedWhenItIsFull) {
  EpochCache cache(3 * BytesOfOne(10));
  for (const int32_t epoch : {1, 2, 3}) cache.Put(Prover(1), Epoch(epoch, 1, 10));
  cache.Find(Prover(1), 1);
  cache.Put(Prover(1), Epoch(4, 1, 10));
  EXPECT_NE(cache.Find(Prover(1), 1), nullptr);
  EXPECT_EQ(cache.Find(Prover(1), 2), nullptr);
  EXPECT_NE(cache.Find(Prover(1), 3), nullptr);
  EXPECT_NE(cache.Find(Prover(1), 4), nullptr);
  EXPECT_EQ(cache.bytes(), 3 * BytesOfOne(10));
}

TEST(EpochCacheTest, WhatIsLargerThanAllOfItIsNotKept) {
  EpochCache cache(BytesOfOne(100));
  cache.Put(Prover(1), Epoch(1, 1, 10));
  cache.Put(Prover(1), Epoch(1, 2, 1000));
  EXPECT_EQ(cache.Find(Prover(1), 1), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(EpochCacheTest, ThreadsShareIt) {
  EpochCache cache(20 * BytesOfOne(10));
  std::vector<std::thread> threads;
  for (int32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&cache, thread] {
      for (int32_t i = 0; i < 2000; ++i) {
        cache.Put(Prover(thread), Epoch(i % 40, i, 10));
        const auto found = cache.Find(Prover((thread + 1) % 4), i % 40);
        if (found != nullptr) {
          EXPECT_EQ(found->known.version.epoch, i % 40);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.bytes(), 20 * BytesOfOne(10));
}

}  // namespace
}  // namespace proverlog
