#include "server/query/deadlines.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rpc/convert.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

constexpr absl::Duration kLongestSlot = absl::Hours(1);
constexpr int32_t kMostSlots = 1000;
constexpr int32_t kLongestWindow = 10'000;

}  // namespace

absl::StatusOr<std::optional<EpochTiming>> ReadTiming(bool has_timing,
                                                      const v1::EpochTiming& timing) {
  if (!has_timing) return std::optional<EpochTiming>();
  const absl::Duration slot = FromProtoDuration(timing.slot_duration());
  if (slot < absl::Milliseconds(1) || slot > kLongestSlot) {
    return InvalidField("timing.slot_duration",
                        absl::StrCat(absl::FormatDuration(slot), " is not between 1ms and ",
                                     absl::FormatDuration(kLongestSlot)));
  }
  if (timing.epoch_slots() < 1 || timing.epoch_slots() > kMostSlots) {
    return InvalidField("timing.epoch_slots",
                        absl::StrCat(timing.epoch_slots(), " is not between 1 and ", kMostSlots));
  }
  EpochTiming read{absl::ToInt64Milliseconds(slot), timing.epoch_slots()};
  if (!timing.has_proof_window_epochs()) return read;
  read.window = timing.proof_window_epochs();
  if (read.window < 0 || read.window > kLongestWindow) {
    return InvalidField("timing.proof_window_epochs",
                        absl::StrCat(read.window, " is not between 0 and ", kLongestWindow));
  }
  return read;
}

absl::StatusOr<KnownTiming> KnownTimingOf(QueryStore& store, const ProverRef& prover,
                                          const std::optional<EpochTiming>& asked) {
  KnownTiming known{asked, nullptr};
  const auto network = store.FindNetwork(prover);
  if (!network.ok()) return network.status();
  if (!*network) return known;
  const auto& fields = (*network)->fields;
  const auto chain = fields.find("l1ChainId");
  const auto rollup = fields.find("l1RollupAddress");
  int64_t chain_id = 0;
  if (chain == fields.end() || !absl::SimpleAtoi(chain->second, &chain_id)) return known;
  known.preset = FindTimingPreset(chain_id, rollup == fields.end() ? "" : rollup->second);
  return known;
}

v1::ProofDeadline ToProto(const ProofDeadline& deadline) {
  v1::ProofDeadline proto;
  *proto.mutable_time() = ToProtoTimestamp(deadline.at);
  // In the order of the messages' numbers, of which 0 is none.
  proto.set_source(static_cast<v1::DeadlineSource>(static_cast<int>(deadline.source) + 1));
  if (deadline.source == DeadlineSource::kLog) return proto;
  proto.set_from_epoch(deadline.from_epoch);
  *proto.mutable_epoch_length() = MillisToProto(static_cast<double>(deadline.epoch_length));
  proto.set_network(std::string(deadline.network));
  proto.set_at_the_latest(deadline.at_the_latest);
  return proto;
}

}  // namespace proverlog
