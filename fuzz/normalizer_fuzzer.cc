// Any bytes, cut anywhere and sealed anywhere: the facts and events are those of the whole.

#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "normalizer/stream_normalizer.h"

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

  std::map<JobId, std::vector<Fact>> facts;
  std::set<std::string> events;
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
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  proverlog::KeepingSink whole;
  const auto end = proverlog::Feed({}, bytes, true, whole);

  proverlog::KeepingSink pieces;
  const size_t cut = bytes.size() * data[0] / 255;
  const bool seal_at_cut = data[0] % 2 == 1;
  auto progress = proverlog::Feed({}, bytes.substr(0, cut), seal_at_cut, pieces);
  progress = proverlog::Feed(progress, bytes.substr(cut), true, pieces);
  const bool same = whole.facts == pieces.facts && whole.events == pieces.events &&
                    end.counts == progress.counts && end.state == progress.state;
  if (!same) std::abort();
  return 0;
}
