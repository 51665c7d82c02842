// Any bytes, cut anywhere and sealed anywhere: the facts, the events and the counts are those of
// the whole. Only of hostile logs a seal tells more: it takes a full hash for a whole id, and JSON
// data for the end of a record.

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "normalizer/stream_normalizer.h"
#include "normalizer/unknown_messages.h"

namespace proverlog {
namespace {

// What a database would keep.
class KeepingSink : public NormalizerSink {
 public:
  void OnFact(const JobIdView& job, Fact fact) override {
    UniteFacts({std::move(fact)}, facts[JobId::From(job)]);
  }
  void OnEvent(const Event& event) override {
    std::string key = absl::StrCat(event.kind, "|", event.at);
    for (const auto& [name, value] : event.fields) absl::StrAppend(&key, "|", name, "=", value);
    events.insert(key);
  }
  void OnCircuitRun(const CircuitRun& run) override {
    events.insert(absl::StrCat(run.at, "|", CircuitStepName(run.step), "|", run.circuit, "|",
                               run.micros, "|", run.tx, "|", run.input_size.value_or(-1), "|",
                               run.output_size.value_or(-1), "|", run.circuit_size.value_or(-1),
                               "|", run.epoch.value_or(-1), "|",
                               run.job ? run.job->ToString() : ""));
  }
  void OnUnknown(const Record& record, std::optional<UnixMillis> at,
                 const Origin& origin) override {
    unknown.Add(record, at, origin.offset);
  }

  std::map<JobId, std::vector<Fact>> facts;
  std::set<std::string> events;
  UnknownMessages unknown;
};

// Whether a log in pieces told what the whole one does.
bool SameFacts(const KeepingSink& whole, const KeepingSink& pieces, bool sealed) {
  if (!sealed) return whole.facts == pieces.facts;
  for (const auto& [id, facts] : whole.facts) {
    const auto found = pieces.facts.find(id);
    if (found == pieces.facts.end() || found->second != facts) return false;
  }
  return std::all_of(pieces.facts.begin(), pieces.facts.end(), [&](const auto& job) {
    return whole.facts.count(job.first) > 0 || IsFullHash(job.first.hash);
  });
}

bool SameEvents(const KeepingSink& whole, const KeepingSink& pieces, bool sealed) {
  if (!sealed) return whole.events == pieces.events;
  return std::includes(pieces.events.begin(), pieces.events.end(), whole.events.begin(),
                       whole.events.end());
}

// Where a piece of the log ends, and whether its sender says that this is all for now.
struct Cut {
  size_t at = 0;
  bool seal = false;
};

StreamProgress Feed(const StreamProgress& progress, absl::string_view bytes, bool seal,
                    NormalizerSink& sink) {
  static const MessageIndex* const kIndex = new MessageIndex;
  StreamLabels labels{1, "m", "a.log", {Anchor{0, 1795226400000, "Europe/Berlin"}}};
  auto normalizer = StreamNormalizer::Create(std::move(labels), progress, kIndex);
  if (!normalizer.ok()) std::abort();
  normalizer->Feed(bytes, sink);
  if (seal) normalizer->Seal(sink);
  return normalizer->progress();
}

}  // namespace
}  // namespace proverlog

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The cuts are made of the last bytes: what stands before them is a log.
  FuzzedDataProvider input(data, size);
  std::array<proverlog::Cut, 2> cuts;
  for (proverlog::Cut& cut : cuts) {
    cut = {input.ConsumeIntegralInRange<size_t>(0, size), input.ConsumeBool()};
  }
  // In the end every line has ended: what a seal told before must stand in the whole lines.
  const std::string bytes = input.ConsumeRemainingBytesAsString() + "\n";
  for (proverlog::Cut& cut : cuts) cut.at = std::min(cut.at, bytes.size());
  std::sort(cuts.begin(), cuts.end(), [](const auto& a, const auto& b) { return a.at < b.at; });

  proverlog::KeepingSink whole;
  const auto end = proverlog::Feed({}, bytes, true, whole);
  proverlog::KeepingSink pieces;
  proverlog::StreamProgress progress;
  size_t begin = 0;
  for (const proverlog::Cut& cut : cuts) {
    const auto piece = absl::string_view(bytes).substr(begin, cut.at - begin);
    progress = proverlog::Feed(progress, piece, cut.seal, pieces);
    begin = cut.at;
  }
  progress = proverlog::Feed(progress, absl::string_view(bytes).substr(begin), true, pieces);
  const bool sealed = cuts[0].seal || cuts[1].seal;
  const bool same = proverlog::SameFacts(whole, pieces, sealed) &&
                    proverlog::SameEvents(whole, pieces, sealed) &&
                    whole.unknown.counts() == pieces.unknown.counts() &&
                    end.counts == progress.counts && end.state == progress.state;
  if (!same) std::abort();
  return 0;
}
