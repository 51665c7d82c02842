#ifndef PROVERLOG_TESTS_TESTING_UTIL_SEED_H_
#define PROVERLOG_TESTS_TESTING_UTIL_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <random>

namespace proverlog::testing_util {

// The machine's entropy, or PROVERLOG_SEED to see a failure again.
inline uint32_t Seed() {
  const char* seed = std::getenv("PROVERLOG_SEED");
  return seed == nullptr ? std::random_device{}() : static_cast<uint32_t>(std::atoll(seed));
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_SEED_H_
