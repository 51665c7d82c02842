#include "client/explain/log_reader.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "client/importer/progress_line.h"
#include "client/input/dating.h"
#include "client/input/log_file.h"
#include "client/input/log_scan.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

// Hands the facts on and notes what else the records tell.
class ReadingSink : public NormalizerSink {
 public:
  ReadingSink(LogReading* reading, ExplainedLog* log) : reading_(reading), log_(log) {}

  void OnFact(const JobIdView& job, Fact fact) override {
    if (fact.kind == FactKind::kEnqueued) reading_->epochs.AddEnqueue(job.epoch, fact.at);
    reading_->jobs.OnFact(job, std::move(fact));
  }

  void OnEvent(const Event& event) override { reading_->epochs.AddEvent(event); }

  void OnRecord(const Record& /*record*/, std::optional<UnixMillis> /*at*/,
                const MessageMatch* match) override {
    if (match != nullptr) log_->writers.insert(match->spec->writer);
  }

  void OnUnknown(const Record& record, std::optional<UnixMillis> at,
                 const Origin& origin) override {
    reading_->unknown.Add(record, at, origin.offset);
  }

 private:
  LogReading* reading_;
  ExplainedLog* log_;
};

// Without flags there is always a way: where nothing in a log dates it, it is taken to lie near the
// logs that were read before it, or to be of today.
Dating DateLog(const LogScan& scan, const LogFile& log, const LogReading& reading) {
  DatingOptions options;
  options.now = absl::ToUnixMillis(absl::Now());
  const auto dating = ChooseDating(scan, log.name(), log.modified_at(), options);
  const bool is_sure = dating.ok() && dating->basis != DateBasis::kModificationTime;
  if (is_sure) return *dating;
  for (const ExplainedLog& other : reading.logs) {
    if (other.counts.first_at) {
      return Dating{DateBasis::kModificationTime, Anchor{0, *other.counts.first_at, "UTC"}, ""};
    }
  }
  if (dating.ok()) return *dating;
  return Dating{DateBasis::kModificationTime, Anchor{0, options.now, "UTC"}, ""};
}

// What the logs are called: their sources, and where several have the same, with as many of their
// directories as tell them apart. Else the agents of all of them would be one process.
std::vector<std::string> DistinctNames(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  std::vector<std::filesystem::path> parents;  // what is not in the name
  for (const std::string& path : paths) {
    names.push_back(SourceName(path));
    parents.push_back(std::filesystem::path(path).lexically_normal().parent_path());
  }
  for (bool changed = true; changed;) {
    changed = false;
    const std::multiset<std::string> all(names.begin(), names.end());
    for (size_t i = 0; i < names.size(); ++i) {
      if (all.count(names[i]) == 1 || !parents[i].has_filename()) continue;
      names[i] = parents[i].filename() / names[i];
      parents[i] = parents[i].parent_path();
      changed = true;
    }
  }
  return names;
}

absl::Status ReadLog(const std::string& path, const std::string& name, const MessageIndex& index,
                     LogReading& reading) {
  const auto log = LogFile::Open(path);
  if (!log.ok()) return log.status();
  const LogScan scan = ScanLog(**log);
  ExplainedLog explained;
  explained.name = name;
  explained.machine = scan.hostname.empty() ? explained.name : scan.hostname;
  const Dating dating = DateLog(scan, **log, reading);
  explained.dates_are_known = dating.basis != DateBasis::kModificationTime;
  if (explained.dates_are_known) explained.dating_remark = dating.remark;
  explained.damage = scan.damage;

  StreamLabels labels{
      static_cast<int64_t>(reading.logs.size()), explained.machine, explained.name, {}};
  if (dating.anchor) labels.anchors.push_back(*dating.anchor);
  auto normalizer = StreamNormalizer::Create(std::move(labels), {}, &index);
  if (!normalizer.ok()) return normalizer.status();
  ReadingSink sink(&reading, &explained);
  ProgressLine progress((*log)->name(), scan.size);
  for (int64_t offset = 0; offset < scan.size;) {
    const auto piece = (*log)->Read(offset, kPieceBytes);
    if (!piece.ok()) return piece.status();
    if (piece->empty()) break;
    normalizer->Feed(*piece, sink);
    offset += static_cast<int64_t>(piece->size());
    progress.Update("read", offset);
  }
  normalizer->Seal(sink);
  explained.counts = normalizer->progress().counts;
  reading.versions.Merge(explained.counts.versions);
  reading.logs.push_back(std::move(explained));
  return absl::OkStatus();
}

}  // namespace

bool LogReading::HasWriter(Writer writer) const {
  return std::any_of(logs.begin(), logs.end(),
                     [&](const ExplainedLog& log) { return log.writers.count(writer) > 0; });
}

absl::StatusOr<LogReading> ReadLogs(const std::vector<std::string>& paths) {
  const MessageIndex index;
  LogReading reading;
  const std::vector<std::string> names = DistinctNames(paths);
  for (size_t i = 0; i < paths.size(); ++i) {
    if (absl::Status status = ReadLog(paths[i], names[i], index, reading); !status.ok()) {
      return status;
    }
  }
  return reading;
}

}  // namespace proverlog
