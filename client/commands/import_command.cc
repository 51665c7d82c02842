#include "client/commands/import_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/date_flags.h"
#include "client/format/human.h"
#include "client/format/table.h"
#include "client/importer/log_importer.h"
#include "client/importer/normalized.h"
#include "client/importer/progress_line.h"
#include "client/input/dating.h"
#include "client/input/log_file.h"
#include "client/input/log_scan.h"

namespace proverlog {
namespace {

struct ImportFlags {
  GlobalFlags* global = nullptr;
  std::string machine;
  DateFlags date;
  std::vector<std::string> files;
};

struct Stubs {
  std::unique_ptr<v1::LogIngestService::Stub> ingest;
  std::unique_ptr<v1::QueryService::Stub> queries;
};

absl::Status CheckFiles(const std::vector<std::string>& files) {
  if (std::count(files.begin(), files.end(), "-") > 1) {
    return absl::InvalidArgumentError("standard input (-) can be imported once, not twice");
  }
  return absl::OkStatus();
}

// The facts by kind, the most frequent first.
std::vector<std::string> FactTexts(const v1::LineCounts& counts) {
  std::vector<std::pair<int64_t, std::string>> facts;
  for (const auto& [kind, count] : counts.facts()) facts.emplace_back(-count, kind);
  std::sort(facts.begin(), facts.end());
  std::vector<std::string> texts;
  for (const auto& [negative, kind] : facts) {
    texts.push_back(absl::StrCat(HumanCount(-negative), " ", kind));
  }
  return texts;
}

// What became of the log's lines, all of them, from the beginning.
void PrintCounts(const v1::LogStream& stream) {
  const v1::LineCounts& counts = stream.counts();
  std::printf("  %s: %s and %s that continue one or are no log lines\n",
              Plural(counts.lines(), "line").c_str(), Plural(counts.records(), "record").c_str(),
              HumanCount(counts.lines() - counts.records()).c_str());
  std::printf("  %s understood, %s not understood%s%s\n", HumanCount(counts.understood()).c_str(),
              HumanCount(counts.not_understood()).c_str(),
              counts.undated() > 0
                  ? absl::StrCat(", ", HumanCount(counts.undated()), " without a date").c_str()
                  : "",
              counts.cut() > 0
                  ? absl::StrCat(", ", Plural(counts.cut(), "line"), " over 1 MiB").c_str()
                  : "");
  if (!counts.facts().empty()) {
    std::printf("%s", WrapList("  facts: ", FactTexts(counts)).c_str());
  }
  if (stream.has_first_record_time()) {
    std::printf("  from %s to %s UTC\n", HumanTime(stream.first_record_time()).c_str(),
                HumanTime(stream.last_record_time()).c_str());
  }
}

void PrintDating(const Dating& dating, const ImportResult& result) {
  const bool kept_other =
      dating.anchor && !result.anchors.empty() && !(result.anchors.front() == *dating.anchor);
  if (result.found_offset > 0 && kept_other) {
    std::printf("  its dates stay as they were when it was first imported\n");
  } else if (!dating.remark.empty()) {
    std::printf("  %s\n", dating.remark.c_str());
  }
}

void PrintSent(const LogFile& log, const ImportResult& result) {
  const int64_t sent = result.committed_offset - result.found_offset;
  if (result.found_offset == 0) {
    std::printf("%s: %s imported\n", log.name().c_str(), HumanBytes(sent).c_str());
  } else if (sent == 0) {
    std::printf("%s: nothing new; all %s were there already\n", log.name().c_str(),
                HumanBytes(result.committed_offset).c_str());
  } else {
    std::printf("%s: %s were there already, %s imported\n", log.name().c_str(),
                HumanBytes(result.found_offset).c_str(), HumanBytes(sent).c_str());
  }
}

// The error with the file's name and what is safe nevertheless.
absl::Status FailedImport(absl::Status status, const LogFile& log, const ImportResult& result,
                          const std::string& server) {
  if (absl::IsUnavailable(status)) {
    status = CallStatus(ToGrpcStatus(status), server);
  }
  const std::string kept = result.stream_id == 0
                               ? "nothing was committed"
                               : absl::StrCat("committed up to byte ", result.committed_offset,
                                              "; the same command goes on from there");
  return absl::Status(status.code(),
                      absl::StrCat(log.name(), ": ", status.message(), " (", kept, ")"));
}

// Waits for the counts and prints them; the status of the import, if they are not all.
absl::Status ReportCounts(const ImportFlags& flags, v1::QueryService::Stub* queries,
                          const ImportResult& result, const LogScan& scan, ProgressLine& progress) {
  if (result.committed_offset < scan.size) return result.status;
  const AwaitedStream awaited{flags.global->prover, result.stream_id, scan.damage.ok()};
  const auto stream = AwaitNormalized(queries, awaited, RealSleeper(), [&](int64_t normalized) {
    progress.Update("reading", normalized);
  });
  if (!stream.ok()) return stream.status();
  PrintCounts(*stream);
  return result.status;
}

absl::Status ImportFile(const ImportFlags& flags, const DatingOptions& dating_options,
                        const Stubs& stubs, const std::string& path) {
  const auto log = LogFile::Open(path);
  if (!log.ok()) return log.status();
  const LogScan scan = ScanLog(**log);
  const auto dating = ChooseDating(scan, (*log)->name(), (*log)->modified_at(), dating_options);
  if (!dating.ok()) return dating.status();

  ImportRequest request{flags.global->prover, flags.machine, (*log)->source(), {}};
  if (dating->anchor) request.anchors.push_back(*dating->anchor);
  ProgressLine progress((*log)->name(), scan.size);
  LogImporter importer(stubs.ingest.get(), RealSleeper());
  const ImportResult result = importer.Import(
      request, **log, scan, [&](int64_t committed) { progress.Update("sent", committed); });
  absl::Status status = result.status;
  if (result.stream_id != 0) {
    PrintSent(**log, result);
    PrintDating(*dating, result);
    status = ReportCounts(flags, stubs.queries.get(), result, scan, progress);
  } else if (status.ok()) {
    std::printf("%s: empty; there is nothing to import\n", (*log)->name().c_str());
  }
  return status.ok() ? status
                     : FailedImport(std::move(status), **log, result, flags.global->server);
}

// Imports one file after the other; a file that fails does not keep the others from being
// imported, unless the server is gone.
int ImportFiles(const ImportFlags& flags) {
  const auto dating = ParseDateFlags(flags.date);
  if (!dating.ok()) return Fail(dating.status());
  if (auto status = CheckFiles(flags.files); !status.ok()) return Fail(status);
  const auto channel = Connect(flags.global->server);
  const Stubs stubs{v1::LogIngestService::NewStub(channel), v1::QueryService::NewStub(channel)};
  int exit_code = kExitOk;
  for (const std::string& path : flags.files) {
    const absl::Status status = ImportFile(flags, *dating, stubs, path);
    std::fflush(stdout);
    if (status.ok()) continue;
    exit_code = Fail(status);
    if (exit_code == kExitUnavailable) break;
  }
  return exit_code;
}

}  // namespace

void AddImportCommand(CLI::App& app, GlobalFlags* flags, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "import", "Send log files to proverlogd; importing one again changes nothing");
  AddExample(command,
             "proverlog import --prover mine --machine prover-a --date 2026-11-21 broker.log");
  auto import = std::make_shared<ImportFlags>();
  import->global = flags;
  AddServerFlag(command, flags);
  command->add_option("--prover", flags->prover, "Whose logs they are: a name of [a-z0-9._-]")
      ->required();
  command->add_option("--machine", import->machine, "The machine that wrote them")->required();
  command->add_option("--date", import->date.date,
                      "Date of the first line, YYYY-MM-DD, where lines have only a time of day");
  command
      ->add_option("--time-zone", import->date.time_zone,
                   "Time zone in which the machine writes its times of day")
      ->capture_default_str();
  command->add_option("FILE", import->files, "Log files, also .gz and .zst; - is standard input")
      ->required();
  SetBody(command, exit_code, [import] { return ImportFiles(*import); });
}

}  // namespace proverlog
