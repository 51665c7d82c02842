#include "client/commands/compare_command.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/commands/instant_flag.h"
#include "client/commands/query_flags.h"
#include "client/format/comparison_text.h"
#include "client/format/summary.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

absl::Status SetField(const std::string& key, const std::string& value,
                      v1::ComparedSubject& subject) {
  if (key == "epoch") {
    int32_t epoch = 0;
    if (!absl::SimpleAtoi(value, &epoch)) {
      return absl::InvalidArgumentError(absl::StrCat("epoch \"", value, "\" is no number"));
    }
    subject.add_epochs(epoch);
    return absl::OkStatus();
  }
  if (key == "from" || key == "to") {
    const auto at = ParseInstant(key, value);
    if (!at.ok()) return at.status();
    *(key == "from" ? subject.mutable_start_time() : subject.mutable_end_time()) =
        ToProtoTimestamp(*at);
    return absl::OkStatus();
  }
  if (key == "machine") {
    subject.set_machine(value);
  } else if (key == "prover") {
    subject.set_prover(value);
  } else if (key == "version") {
    subject.set_aztec_version(value);
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", key, "\" is none of epoch, machine, prover, version, from, to; such as epoch=3054"));
  }
  return absl::OkStatus();
}

struct CompareFlags {
  std::vector<std::string> subjects;
  std::vector<int32_t> epochs;
  bool machines = false;
  double margin_percent = 10;
};

int CompareMachines(const GlobalFlags& flags, const CompareFlags& asked) {
  v1::CompareMachinesRequest request;
  request.set_prover(flags.prover);
  request.mutable_epochs()->Add(asked.epochs.begin(), asked.epochs.end());
  return Ask(flags, &Stub::CompareMachines, request, Show(&ComparisonText));
}

int CompareSubjects(const GlobalFlags& flags, const CompareFlags& asked) {
  constexpr double kPercent = 100;
  v1::CompareRequest request;
  request.set_prover(flags.prover);
  request.set_margin(asked.margin_percent / kPercent);
  for (const std::string& text : asked.subjects) {
    auto subject = ParseSubject(text);
    if (!subject.ok()) return Fail(subject.status());
    *request.add_subjects() = *std::move(subject);
  }
  return Ask(flags, &Stub::Compare, request, Show(&CompareText));
}

}  // namespace

absl::StatusOr<v1::ComparedSubject> ParseSubject(const std::string& text) {
  v1::ComparedSubject subject;
  if (text == "all") return subject;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<std::string, std::string> field = absl::StrSplit(part, absl::MaxSplits('=', 1));
    const absl::Status status = SetField(field.first, field.second, subject);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("subject ", text, ": ", status.message()));
    }
  }
  return subject;
}

void AddCompareCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "compare", "Set epochs, machines, provers, versions or times side by side");
  AddExample(command, "proverlog compare epoch=3054 epoch=3055,machine=prover-a");
  AddQueryFlags(command, flags);
  auto asked = std::make_shared<CompareFlags>();
  CLI::Option* subjects = command->add_option(
      "SUBJECT", asked->subjects,
      "Two to ten of KEY=VALUE[,KEY=VALUE...] with epoch (may come again), machine, prover, "
      "version,"
      " from, to, or \"all\"; what is left open means all, of the latest 10 epochs");
  command
      ->add_option("--margin", asked->margin_percent,
                   "Medians that differ by at most this many percent are similar")
      ->needs(subjects)
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  command->add_flag("--machines", asked->machines, "The machines, as without a SUBJECT")
      ->excludes(subjects);
  command
      ->add_option("--epoch", asked->epochs,
                   "The machines in these epochs (default: the latest 10)")
      ->excludes(subjects);
  SetBody(command, exit_code, [flags, asked] {
    return asked->subjects.empty() ? CompareMachines(*flags, *asked)
                                   : CompareSubjects(*flags, *asked);
  });
}

}  // namespace proverlog
