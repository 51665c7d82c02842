#include "client/commands/progress_command.h"

#include <cstdint>
#include <memory>

#include "client/commands/query_flags.h"
#include "client/commands/timing_flags.h"
#include "client/format/summary.h"

namespace proverlog {

void AddProgressCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "progress", "Say how far an epoch is, when it will end, and whether it makes its deadline");
  AddExample(command, "proverlog progress 3055 --slot-duration 72s --epoch-slots 32");
  AddQueryFlags(command, flags);
  struct Asked {
    v1::GetProgressRequest request;
    TimingFlags timing;
  };
  auto asked = std::make_shared<Asked>();
  command->add_option_function<int32_t>(
      "EPOCH", [asked](int32_t value) { asked->request.set_epoch(value); },
      "The epoch's number (default: the latest)");
  AddTimingFlags(command, &asked->timing);
  SetBody(command, exit_code, [flags, asked] {
    asked->request.set_prover(flags->prover);
    if (HasTiming(asked->timing)) {
      const auto status = ReadTimingFlags(asked->timing, *asked->request.mutable_timing());
      if (!status.ok()) return Fail(status);
    }
    return Ask(*flags, &Stub::GetProgress, asked->request,
               Show(&ProgressText, HasTiming(asked->timing)));
  });
}

}  // namespace proverlog
