// Bytes of real logs to facts, on one core, beside two references on the same bytes: finding the
// ends of the lines, and one RE2 pass a line that takes the same fields out of a pretty line.
//
//   build/bench/normalizer_bench        in the root of the repository

#include <benchmark/benchmark.h>
#include <re2/re2.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "client/input/log_file.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {
namespace {

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

std::string ReadLog(const std::string& name) {
  constexpr size_t kPiece = size_t{1} << 20;
  auto log = LogFile::Open("tests/data/" + name + ".log.gz");
  if (!log.ok()) std::abort();
  std::string text;
  for (;;) {
    const auto piece = (*log)->Read(static_cast<int64_t>(text.size()), kPiece);
    if (!piece.ok()) std::abort();
    if (piece->empty()) return text;
    text.append(piece->data(), piece->size());
  }
}

class CountingSink : public NormalizerSink {
 public:
  void OnFact(const JobIdView& /*job*/, Fact fact) override {
    benchmark::DoNotOptimize(fact);
    ++facts_;
  }

 private:
  int64_t facts_ = 0;
};

void Normalize(benchmark::State& state, const std::string& name) {
  const std::string log = ReadLog(name);
  const MessageIndex index;
  for (auto _ : state) {
    auto normalizer =
        StreamNormalizer::Create({1, "m", "a.log", {Anchor{0, kSomeDay, "UTC"}}}, {}, &index);
    CountingSink sink;
    normalizer->Feed(log, sink);
    benchmark::DoNotOptimize(normalizer->progress());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * log.size()));
}

void ScanForNewlines(benchmark::State& state, const std::string& name) {
  const std::string log = ReadLog(name);
  for (auto _ : state) {
    int64_t lines = 0;
    const char* at = log.data();
    const char* const end = at + log.size();
    while ((at = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)))) !=
           nullptr) {
      ++at;
      ++lines;
    }
    benchmark::DoNotOptimize(lines);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * log.size()));
}

void MatchWithRe2(benchmark::State& state, const std::string& name) {
  const std::string log = ReadLog(name);
  const RE2 pattern(
      R"(\[(\d\d):(\d\d):(\d\d)\.(\d{3})\] ([A-Z]+): (\S+) (.*?id=(\d+:[A-Z_]+:[0-9a-f]+).*))");
  for (auto _ : state) {
    re2::StringPiece rest(log);
    int64_t found = 0;
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      const re2::StringPiece line = rest.substr(0, end);
      re2::StringPiece hour, minute, second, millis, level, module, message, job;
      found += RE2::FullMatch(line, pattern, &hour, &minute, &second, &millis, &level, &module,
                              &message, &job)
                   ? 1
                   : 0;
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    benchmark::DoNotOptimize(found);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * log.size()));
}

BENCHMARK_CAPTURE(ScanForNewlines, pretty, "5.2.0-pretty-info");
BENCHMARK_CAPTURE(MatchWithRe2, pretty, "5.2.0-pretty-info");
BENCHMARK_CAPTURE(Normalize, pretty, "5.2.0-pretty-info");
BENCHMARK_CAPTURE(Normalize, colour, "1.1.3-color-info");
BENCHMARK_CAPTURE(Normalize, json, "5.2.0-json-info");

}  // namespace
}  // namespace proverlog
