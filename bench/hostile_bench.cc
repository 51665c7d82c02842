// Logs that are made to take time or memory: each in two sizes, whose bytes a second must be the
// same, with the most memory that was in use meanwhile. docs/performance.md says how to read it.
//
//   build/bench/hostile_bench

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/allocations.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/unknown_messages.h"

namespace proverlog {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;
constexpr size_t kPiece = size_t{64} << 10;  // the normalizer is fed as a log is read
constexpr char kRecord[] = "[10:00:00.000] INFO: prover-client:proving-broker ";

// As the service: facts are dropped here, and what is unknown is counted.
class Sink : public NormalizerSink {
 public:
  void OnFact(const JobIdView& /*job*/, Fact fact) override { benchmark::DoNotOptimize(fact); }
  void OnUnknown(const Record& record, std::optional<UnixMillis> at,
                 const Origin& origin) override {
    unknown_.Add(record, at, origin.offset);
  }

 private:
  UnknownMessages unknown_;
};

std::string Repeat(const std::string& unit, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

// Lines as long as the normalizer reads them whole.
std::string Lines(const std::string& begin, const std::string& unit, const std::string& end,
                  size_t bytes) {
  const size_t middle = kMaxLineBytes - begin.size() - end.size() - unit.size();
  return Repeat(absl::StrCat(begin, Repeat(unit, middle), end, "\n"), bytes);
}

// A line of another service each, all of which go on.
std::string ManyServices(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) {
    absl::StrAppendFormat(&text, "2026-11-21T10:00:00.000Z stderr P s-%d | part of a line\n", i);
    absl::StrAppendFormat(&text, "service-%d | %sCancelling job id=1:A:%d\n", i, kRecord, i);
    absl::StrAppendFormat(&text, "service-%d | a line that goes on\n", i);
  }
  return text;
}

std::string ManyUnknownMessages(size_t bytes) {
  std::string text;
  for (uint64_t i = 0; text.size() < bytes; ++i) {
    std::string word;
    for (uint64_t rest = i + 1; rest > 0; rest /= 26) word += static_cast<char>('a' + rest % 26);
    absl::StrAppend(&text, kRecord, "Something ", word, " happened\n");
  }
  return text;
}

std::string OneRecordWithAStack(size_t bytes) {
  return absl::StrCat(kRecord, "Cancelling job id=1:A:b\n",
                      Repeat("    at f (file.js:1:2)\n", bytes));
}

using Make = std::string (*)(size_t bytes);

void Hostile(benchmark::State& state, Make make) {
  const std::string log = make(static_cast<size_t>(state.range(0)) * kMegabyte);
  const MessageIndex index;
  const StreamLabels labels{1, "m", "a.log", {Anchor{0, 1795226400000, "UTC"}}};
  size_t state_bytes = 0;
  bench::StartPeak();
  for (auto _ : state) {
    auto normalizer = StreamNormalizer::Create(labels, {}, &index);
    Sink sink;
    for (size_t at = 0; at < log.size(); at += kPiece) {
      normalizer->Feed(absl::string_view(log).substr(at, kPiece), sink);
    }
    normalizer->Seal(sink);
    state_bytes = std::max(state_bytes, normalizer->progress().state.size());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * log.size()));
  state.counters["peak_MB"] = static_cast<double>(bench::PeakBytes()) / kMegabyte;
  state.counters["state_MB"] = static_cast<double>(state_bytes) / kMegabyte;
}

void RegisterAll() {
  const std::pair<const char*, Make> kKinds[] = {
      {"one-line", [](size_t n) { return Repeat("x", n); }},
      {"one-json-line",
       [](size_t n) { return R"({"level":30,"time":1,"msg":")" + Repeat("x", n) + "\"}\n"; }},
      {"braces", [](size_t n) { return Lines("", "{", "", n); }},
      {"record-of-braces", [](size_t n) { return Lines(kRecord, " {\"", "}", n); }},
      {"record-of-brackets", [](size_t n) { return Lines(kRecord, " {\"a\":[", "}", n); }},
      {"record-of-quotes", [](size_t n) { return Lines(kRecord, " {\"\\", "\"}", n); }},
      {"deep-json", [](size_t n) { return Lines(R"({"level":30,"time":1,"a":)", "[", "", n); }},
      {"deep-json-objects",
       [](size_t n) { return Lines(R"({"level":30,"time":1,"a":)", R"({"a":)", "", n); }},
      {"many-json-keys",
       [](size_t n) { return Lines(R"({"level":30,"time":1)", R"(,"a":1)", R"(,"msg":"x"})", n); }},
      {"control-bytes",
       [](size_t n) { return Lines("", std::string("\0\x1b\x01\x7f\x80\xff", 6), "", n); }},
      {"colour-codes", [](size_t n) { return Lines(kRecord, "\x1b[31m", "", n); }},
      {"forged-records", [](size_t n) { return Lines("", kRecord, "", n); }},
      {"forged-records-quoted",
       [](size_t n) { return Lines(std::string(kRecord) + "x {\"a\":\"", kRecord, "\"}", n); }},
      {"forged-json-records",
       [](size_t n) { return Lines("", R"({"level":30,"time":1,"msg":"x"})", "", n); }},
      {"forged-prefixes",
       [](size_t n) { return Lines("", "2026-11-21T10:00:00Z stderr P a | ", "", n); }},
      {"words", [](size_t n) { return Lines(kRecord, "id={a} b: ", "", n); }},
      {"one-record-with-a-stack", OneRecordWithAStack},
      {"many-services", ManyServices},
      {"many-unknown-messages", ManyUnknownMessages},
      {"empty-lines", [](size_t n) { return Repeat("\n", n); }},
  };
  for (const auto& [name, make] : kKinds) {
    benchmark::RegisterBenchmark(name,
                                 [make = make](benchmark::State& state) { Hostile(state, make); })
        ->Arg(10)
        ->Arg(100)
        ->ArgName("MB")
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace proverlog

int main(int argc, char** argv) {
  proverlog::RegisterAll();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
