#include "client/commands/submissions_command.h"

#include <memory>

#include "client/commands/query_flags.h"
#include "client/commands/timing_flags.h"
#include "client/format/summary.h"

namespace proverlog {

void AddSubmissionsCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "submissions",
      "List what became of epochs' proofs on L1: transactions, fees, margins, errors");
  AddExample(command, "proverlog submissions --limit 10");
  AddQueryFlags(command, flags);
  struct Asked {
    v1::ListSubmissionsRequest request;
    TimingFlags timing;
  };
  auto asked = std::make_shared<Asked>();
  AddPaging(command, "default 20, at most 100",
            std::shared_ptr<v1::ListSubmissionsRequest>(asked, &asked->request));
  AddTimingFlags(command, &asked->timing);
  SetBody(command, exit_code, [flags, asked] {
    asked->request.set_prover(flags->prover);
    if (HasTiming(asked->timing)) {
      const auto status = ReadTimingFlags(asked->timing, *asked->request.mutable_timing());
      if (!status.ok()) return Fail(status);
    }
    return Ask(*flags, &Stub::ListSubmissions, asked->request,
               Show(&SubmissionsText, HasTiming(asked->timing)));
  });
}

}  // namespace proverlog
