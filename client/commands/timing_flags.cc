#include "client/commands/timing_flags.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rpc/convert.h"

namespace proverlog {

void AddTimingFlags(CLI::App* command, TimingFlags* flags) {
  CLI::Option* const slot = command->add_option(
      "--slot-duration", flags->slot_duration,
      "How long a slot of the network lasts, such as 72s; where the logs and their"
      " network do not tell");
  CLI::Option* const slots = command->add_option("--epoch-slots", flags->epoch_slots,
                                                 "How many slots an epoch has; with it");
  slot->needs(slots);
  slots->needs(slot);
  command
      ->add_option("--proof-window", flags->proof_window,
                   "For how many epochs after an epoch's end its proof is accepted (default 1)")
      ->needs(slot);
}

bool HasTiming(const TimingFlags& flags) {
  return !flags.slot_duration.empty() || flags.epoch_slots != 0 || flags.proof_window;
}

absl::Status ReadTimingFlags(const TimingFlags& flags, v1::EpochTiming& timing) {
  absl::Duration slot;
  if (!flags.slot_duration.empty() && !absl::ParseDuration(flags.slot_duration, &slot)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--slot-duration: \"", flags.slot_duration, "\" is no duration, such as 72s"));
  }
  *timing.mutable_slot_duration() = ToProtoDuration(slot);
  timing.set_epoch_slots(flags.epoch_slots);
  if (flags.proof_window) timing.set_proof_window_epochs(*flags.proof_window);
  return absl::OkStatus();
}

}  // namespace proverlog
