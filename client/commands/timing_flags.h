#ifndef PROVERLOG_CLIENT_COMMANDS_TIMING_FLAGS_H_
#define PROVERLOG_CLIENT_COMMANDS_TIMING_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "client/commands/command.h"
#include "proverlog/v1/progress.pb.h"

namespace proverlog {

// The network's times, where neither the logs nor a preset tell them.
struct TimingFlags {
  std::string slot_duration;
  int32_t epoch_slots = 0;
  std::optional<int32_t> proof_window;
};

// `flags` outlives the command.
void AddTimingFlags(CLI::App* command, TimingFlags* flags);

// Sets what is given; INVALID_ARGUMENT where the slot's length is no duration.
absl::Status ReadTimingFlags(const TimingFlags& flags, v1::EpochTiming& timing);

// Whether any of them is given.
bool HasTiming(const TimingFlags& flags);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_COMMANDS_TIMING_FLAGS_H_
