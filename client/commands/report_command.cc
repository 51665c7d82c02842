#include "client/commands/report_command.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "client/commands/query_flags.h"
#include "client/format/report_text.h"

namespace proverlog {

void AddReportCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("report", "Write the report on some epochs, as a Markdown document");
  AddExample(command, "proverlog report --epoch 3054 --epoch 3055 > report.md");
  AddQueryFlags(command, flags);
  struct Asked {
    v1::GetReportRequest request;
    WindowFlags window;
  };
  auto asked = std::make_shared<Asked>();
  command->add_option_function<std::vector<int32_t>>(
      "--epoch",
      [asked](const std::vector<int32_t>& values) {
        for (const int32_t epoch : values) asked->request.add_epochs(epoch);
      },
      "Report on this epoch; at most 10 (default: those of the time, else the latest 2)");
  AddWindowFlags(command, &asked->window, "Also what went on");
  SetBody(command, exit_code, [flags, asked] {
    asked->request.set_prover(flags->prover);
    if (auto status = ReadWindow(asked->window, asked->request); !status.ok()) return Fail(status);
    return Ask(*flags, &Stub::GetReport, asked->request, Show(&ReportText));
  });
}

}  // namespace proverlog
