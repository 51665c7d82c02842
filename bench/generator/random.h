#ifndef PROVERLOG_BENCH_GENERATOR_RANDOM_H_
#define PROVERLOG_BENCH_GENERATOR_RANDOM_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace proverlog::generator {

// Random numbers that are the same on every machine and with every standard library (splitmix64;
// std::mt19937 would be, its distributions are not). Take one number a statement: the order in
// which arguments are evaluated is the compiler's. Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15U;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // A number from 0 to limit - 1; the bias of the remainder does not matter here.
  int64_t Below(int64_t limit) {
    return static_cast<int64_t>(Next() % static_cast<uint64_t>(limit));
  }
  bool Chance(double rate) { return static_cast<double>(Next() >> 11) * 0x1p-53 < rate; }
  // 16 lower-case hex digits.
  std::string Hex16() { return absl::StrCat(absl::Hex(Next(), absl::kZeroPad16)); }
  std::string Hex64() {
    std::string text;
    for (int i = 0; i < 4; ++i) text += Hex16();
    return text;
  }
  std::string Uuid() {
    const std::string a = Hex16();
    const std::string b = Hex16();
    return absl::StrCat(a.substr(0, 8), "-", a.substr(8, 4), "-4", a.substr(13, 3), "-a",
                        b.substr(1, 3), "-", b.substr(4));
  }

 private:
  uint64_t state_;
};

}  // namespace proverlog::generator

#endif  // PROVERLOG_BENCH_GENERATOR_RANDOM_H_
