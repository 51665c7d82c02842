// Bytes of logs to facts, on one core, beside two references on the same bytes: finding the ends of
// the lines, and one RE2 pass a line that takes the same fields out of it. docs/performance.md says
// how to read the figures.
//
//   build/bench/normalizer_bench        in the root of the repository

#include <benchmark/benchmark.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "bench/allocations.h"
#include "bench/generator/generator.h"
#include "client/input/log_file.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {
namespace {

using generator::GeneratorOptions;
using generator::LogFormat;
using generator::Release;

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

// Logs are read apart, and together make one figure.
using Logs = std::vector<std::string>;

// A log of the real software.
Logs Recorded(const std::string& name) {
  constexpr size_t kPiece = size_t{1} << 20;
  auto log = LogFile::Open("tests/data/" + name + ".log.gz");
  if (!log.ok()) std::abort();
  std::string text;
  for (;;) {
    const auto piece = (*log)->Read(static_cast<int64_t>(text.size()), kPiece);
    if (!piece.ok()) std::abort();
    if (piece->empty()) return {text};
    text.append(piece->data(), piece->size());
  }
}

// About 14 MB: more than fits the caches near the core.
Logs Generated(Release release, LogFormat format) {
  struct Memory : generator::GeneratorSink {
    Logs logs;
    void OnText(size_t log, absl::string_view text) override { absl::StrAppend(&logs[log], text); }
  } memory;
  GeneratorOptions options;
  options.release = release;
  options.format = format;
  options.epochs = 10;
  options.jobs = 600;
  memory.logs.resize(LogsOf(options).size());
  Generate(options, memory);
  return memory.logs;
}

// Every message that is known and says nothing, such as heartbeats: what a debug log is full of.
Logs Silent(LogFormat format) {
  std::string log;
  for (int times = 0; times < 100; ++times) {
    for (const MessageSpec& spec : MessageSpecs()) {
      const bool is_plain = !absl::StrContains(spec.example, '\n');
      if (spec.says_anything() || spec.writer == Writer::kConsole || !is_plain) continue;
      if (format == LogFormat::kPretty) {
        absl::StrAppend(&log, "[02:03:04.567] DEBUG: prover-client:proving-broker ", spec.example,
                        " {\"eventName\":\"any\"}\n");
      } else {
        absl::StrAppend(&log, R"({"level":20,"time":)", kSomeDay,
                        R"(,"pid":17,"hostname":"prover-broker-0.prover-broker",)",
                        R"("module":"prover-client:proving-broker","eventName":"any","msg":")",
                        absl::CEscape(spec.example), "\"}\n");
      }
    }
  }
  return {log};
}

// As Kubernetes keeps it.
Logs InCri(const Logs& logs) {
  Logs wrapped;
  for (const std::string& log : logs) {
    std::string& text = wrapped.emplace_back();
    for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(log, "\n"), '\n')) {
      absl::StrAppend(&text, "2026-11-21T03:04:05.678901234Z stderr F ", line, "\n");
    }
  }
  return wrapped;
}

int64_t Bytes(const Logs& logs) {
  int64_t bytes = 0;
  for (const std::string& log : logs) bytes += static_cast<int64_t>(log.size());
  return bytes;
}

class CountingSink : public NormalizerSink {
 public:
  void OnFact(const JobIdView& /*job*/, Fact fact) override {
    benchmark::DoNotOptimize(fact);
    ++told_;
  }
  void OnEvent(const Event& event) override {
    benchmark::DoNotOptimize(event.at);
    ++told_;
  }
  void OnCircuitRun(const CircuitRun& run) override {
    benchmark::DoNotOptimize(run.at);
    ++told_;
  }

  int64_t told() const { return told_; }

 private:
  int64_t told_ = 0;
};

StreamNormalizer NewNormalizer(const MessageIndex& index) {
  const StreamLabels labels{1, "prover-1", "agent.log", {Anchor{0, kSomeDay, "UTC"}}};
  return *StreamNormalizer::Create(labels, {}, &index);
}

// Reads the logs once more with a normalizer that has read them before, and counts.
void CountWarm(const Logs& logs, const MessageIndex& index, benchmark::State& state) {
  int64_t lines = 0;
  int64_t allocations = 0;
  CountingSink sink;
  for (const std::string& log : logs) {
    StreamNormalizer normalizer = NewNormalizer(index);
    CountingSink ignored;
    normalizer.Feed(log, ignored);
    const int64_t lines_before = normalizer.progress().counts.lines;
    const int64_t before = bench::AllocationCount();
    normalizer.Feed(log, sink);
    allocations += bench::AllocationCount() - before;
    lines += normalizer.progress().counts.lines - lines_before;
  }
  const auto per_line = [&](int64_t n) {
    return static_cast<double>(n) / static_cast<double>(std::max<int64_t>(lines, 1));
  };
  state.counters["allocs/line"] = per_line(allocations);
  state.counters["told/line"] = per_line(sink.told());
}

void Normalize(benchmark::State& state, const Logs& logs) {
  const MessageIndex index;
  for (auto _ : state) {
    for (const std::string& log : logs) {
      StreamNormalizer normalizer = NewNormalizer(index);
      CountingSink sink;
      normalizer.Feed(log, sink);
      benchmark::DoNotOptimize(sink.told());
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * Bytes(logs));
  CountWarm(logs, index, state);
}

void FindNewlines(benchmark::State& state, const Logs& logs) {
  for (auto _ : state) {
    int64_t lines = 0;
    for (const std::string& log : logs) {
      const char* at = log.data();
      const char* const end = at + log.size();
      while ((at = static_cast<const char*>(
                  std::memchr(at, '\n', static_cast<size_t>(end - at)))) != nullptr) {
        ++at;
        ++lines;
      }
    }
    benchmark::DoNotOptimize(lines);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * Bytes(logs));
}

// What the normalizer takes out of a line: time, level, module, message, the parts of the job's id
// and the data.
constexpr char kPrettyPattern[] =
    R"re(\[(\d\d):(\d\d):(\d\d)\.(\d{3})\] ([A-Z]+): ([a-z0-9:_./-]+) )re"
    R"re(((?:[^{=]*[iI]d=(\d+):([A-Z0-9_]+):([0-9a-f]{64}))?[^{]*)(?P<data>\{.*\})?)re";
constexpr char kCriPattern[] =
    R"re((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{9})Z (?:stdout|stderr) ([FP]) )re"
    R"re(\[(?:\d\d):(?:\d\d):(?:\d\d)\.(?:\d{3})\] ([A-Z]+): ([a-z0-9:_./-]+) )re"
    R"re(((?:[^{=]*[iI]d=(\d+):([A-Z0-9_]+):([0-9a-f]{64}))?[^{]*)(?P<data>\{.*\})?)re";
constexpr char kJsonPattern[] =
    R"re(\{"level":(\d+),"time":(\d+),"pid":(\d+),"hostname":"([^"]*)","module":"([^"]*)",)re"
    R"re((?P<data>.*?)"msg":"([^"=]*(?:[iI]d=(\d+):([A-Z0-9_]+):([0-9a-f]{64}))?.*)"\})re";
// A field of the data, which the normalizer takes apart in the records of circuits.
constexpr char kFieldPattern[] = R"re("(\w+)":(?:"([^"]*)"|([^,}]*)))re";

void MatchWithRe2(benchmark::State& state, const Logs& logs, const char* text) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  const RE2 pattern(text, options);
  const RE2 field(kFieldPattern, options);
  const auto data_group = static_cast<size_t>(pattern.NamedCapturingGroups().at("data"));
  int64_t found = 0;
  int64_t fields = 0;
  int64_t lines = 0;
  for (auto _ : state) {
    for (const std::string& log : logs) {
      re2::StringPiece rest(log);
      while (!rest.empty()) {
        const re2::StringPiece line = rest.substr(0, rest.find('\n'));
        re2::StringPiece groups[16];
        const int count = pattern.NumberOfCapturingGroups() + 1;
        found += pattern.Match(line, 0, line.size(), RE2::ANCHOR_BOTH, groups, count) ? 1 : 0;
        benchmark::DoNotOptimize(groups);
        re2::StringPiece data = groups[data_group];
        if (data.find("\"eventName\":\"circuit-") != re2::StringPiece::npos) {
          re2::StringPiece name;
          re2::StringPiece quoted;
          re2::StringPiece plain;
          while (RE2::FindAndConsume(&data, field, &name, &quoted, &plain)) ++fields;
        }
        ++lines;
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      }
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * Bytes(logs));
  state.counters["matched"] = static_cast<double>(found) / static_cast<double>(lines);
  state.counters["fields"] = static_cast<double>(fields) / static_cast<double>(lines);
}

void Register(const std::string& name, const Logs& logs, const char* pattern) {
  const auto add = [&](const char* what, auto function) {
    benchmark::RegisterBenchmark(absl::StrCat(what, "/", name).c_str(), function)
        ->Unit(benchmark::kMillisecond);
  };
  add("FindNewlines", [logs](benchmark::State& state) { FindNewlines(state, logs); });
  if (pattern != nullptr) {
    add("MatchWithRe2",
        [logs, pattern](benchmark::State& state) { MatchWithRe2(state, logs, pattern); });
  }
  add("Normalize", [logs](benchmark::State& state) { Normalize(state, logs); });
}

void RegisterAll() {
  Register("recorded-5.2-pretty", Recorded("5.2.0-pretty-info"), kPrettyPattern);
  Register("recorded-5.2-json", Recorded("5.2.0-json-info"), kJsonPattern);
  Register("recorded-1.1-colour", Recorded("1.1.3-color-info"), nullptr);
  for (const auto& [name, release] :
       {std::pair("1.1", Release::k1_1), {"4.1", Release::k4_1}, {"5.2", Release::k5_2}}) {
    Register(absl::StrCat("generated-", name, "-pretty"), Generated(release, LogFormat::kPretty),
             kPrettyPattern);
    Register(absl::StrCat("generated-", name, "-json"), Generated(release, LogFormat::kJson),
             kJsonPattern);
  }
  Register("silent-pretty", Silent(LogFormat::kPretty), kPrettyPattern);
  Register("silent-json", Silent(LogFormat::kJson), kJsonPattern);
  Register("generated-5.2-cri", InCri(Generated(Release::k5_2, LogFormat::kPretty)), kCriPattern);
}

}  // namespace
}  // namespace proverlog

int main(int argc, char** argv) {
  proverlog::RegisterAll();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
