#include "analysis/proof_deadline.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "model/time.h"

namespace proverlog {
namespace {

// The times are those of Aztec's spartan/environments/network-defaults.yml (networks.mainnet and
// networks.testnet; mainnet's are Ignition's too), the address is that of
// https://docs.aztec.network/networks.
const std::vector<TimingPreset>& TimingPresets() {
  static const auto* const kPresets = new std::vector<TimingPreset>{
      {1, "", "mainnet", {72 * kSecond, 32, 1}},
      {11155111, "0xf6d0d42ace06829becb78c74f49879528fc632c1", "testnet", {72 * kSecond, 32, 1}},
  };
  return *kPresets;
}

// An instant so many epochs later; nothing where that is no instant.
std::optional<UnixMillis> After(UnixMillis at, int64_t epochs, Millis length) {
  const double later =
      static_cast<double>(at) + static_cast<double>(epochs) * static_cast<double>(length);
  if (later < 0 || later > static_cast<double>(kLastInstant)) return std::nullopt;
  return at + epochs * length;
}

// The deadlines that lines print, by epoch.
std::map<int32_t, UnixMillis> PrintedDeadlines(const std::map<int32_t, EpochContext>& contexts) {
  std::map<int32_t, UnixMillis> printed;
  for (const auto& [epoch, context] : contexts) {
    for (const EpochSession& session : context.sessions) {
      if (session.deadline) printed.emplace(epoch, *session.deadline);
    }
  }
  return printed;
}

// An epoch's length, of the deadlines of two of them.
std::optional<Millis> LearntLength(const std::map<int32_t, UnixMillis>& printed) {
  if (printed.size() < 2) return std::nullopt;
  const int64_t epochs = int64_t{printed.rbegin()->first} - printed.begin()->first;
  const Millis between = printed.rbegin()->second - printed.begin()->second;
  if (between <= 0 || between % epochs != 0) return std::nullopt;
  return between / epochs;
}

std::optional<ProofDeadline> FromPrinted(int32_t epoch,
                                         const std::map<int32_t, UnixMillis>& printed,
                                         const KnownTiming& known) {
  const auto nearest =
      std::min_element(printed.begin(), printed.end(), [&](const auto& a, const auto& b) {
        return std::abs(int64_t{a.first} - epoch) < std::abs(int64_t{b.first} - epoch);
      });
  ProofDeadline deadline;
  deadline.source = DeadlineSource::kOtherEpoch;
  deadline.from_epoch = nearest->first;
  if (const auto learnt = LearntLength(printed)) {
    deadline.epoch_length = *learnt;
  } else if (known.asked) {
    deadline.epoch_length = known.asked->length();
  } else if (known.preset != nullptr) {
    deadline.epoch_length = known.preset->timing.length();
    deadline.network = known.preset->network;
  } else {
    return std::nullopt;
  }
  const auto at = After(nearest->second, int64_t{epoch} - nearest->first, deadline.epoch_length);
  if (!at) return std::nullopt;
  deadline.at = *at;
  return deadline;
}

// When the epoch's first session began; the first instant where none is known.
UnixMillis FirstStart(int32_t epoch, const std::map<int32_t, EpochContext>& contexts) {
  const auto own = contexts.find(epoch);
  if (own == contexts.end()) return 0;
  std::optional<UnixMillis> first;
  for (const EpochSession& session : own->second.sessions) {
    if (session.started_at) first = std::min(*session.started_at, first.value_or(kLastInstant));
  }
  return first.value_or(0);
}

// A full session starts when its epoch has ended: of all of them the one that was the least late
// tells the most of when epochs end.
std::optional<ProofDeadline> FromStarts(int32_t epoch,
                                        const std::map<int32_t, EpochContext>& contexts,
                                        const KnownTiming& known) {
  if (!known.asked && known.preset == nullptr) return std::nullopt;
  const EpochTiming timing = known.asked ? *known.asked : known.preset->timing;
  std::optional<ProofDeadline> first;
  for (const auto& [other, context] : contexts) {
    for (const EpochSession& session : context.sessions) {
      if (!session.started_at || session.kind == "partial") continue;
      const int64_t epochs = int64_t{epoch} - other + timing.window;
      const auto at = After(*session.started_at, epochs, timing.length());
      if (!at || (first && first->at <= *at)) continue;
      first = ProofDeadline{*at,
                            known.asked ? DeadlineSource::kAsked : DeadlineSource::kPreset,
                            other,
                            timing.length(),
                            known.asked ? absl::string_view() : known.preset->network,
                            true};
    }
  }
  return first;
}

}  // namespace

const TimingPreset* FindTimingPreset(int64_t l1_chain_id, absl::string_view rollup) {
  for (const TimingPreset& preset : TimingPresets()) {
    const bool is_it = preset.rollup.empty() || preset.rollup == absl::AsciiStrToLower(rollup);
    if (preset.l1_chain_id == l1_chain_id && is_it) return &preset;
  }
  return nullptr;
}

std::optional<ProofDeadline> DeadlineOf(int32_t epoch,
                                        const std::map<int32_t, EpochContext>& contexts,
                                        const KnownTiming& known) {
  const std::map<int32_t, UnixMillis> printed = PrintedDeadlines(contexts);
  if (const auto own = printed.find(epoch); own != printed.end()) {
    ProofDeadline deadline;
    deadline.at = own->second;
    return deadline;
  }
  if (!printed.empty()) {
    if (auto deadline = FromPrinted(epoch, printed, known)) return deadline;
  }
  auto deadline = FromStarts(epoch, contexts, known);
  // Nobody begins what is too late: these are not the times of this network.
  if (deadline && deadline->at < FirstStart(epoch, contexts)) return std::nullopt;
  return deadline;
}

}  // namespace proverlog
