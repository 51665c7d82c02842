#include "server/query/compared_subject.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/find_prover.h"
#include "server/query/known_machine.h"
#include "server/query/time_asked.h"

namespace proverlog {
namespace {

constexpr int kDefaultEpochsCompared = 10;
constexpr int kMaxEpochsNamed = 50;
constexpr int kMaxEpochsOfSubject = 200;
constexpr int kMaxLogsOfSubject = 10'000;
constexpr size_t kMaxVersionsNamed = 10;

// "machine "a" ", for messages.
std::string OfMachine(const std::string& machine) {
  return machine.empty() ? "" : absl::StrCat(" of machine \"", machine, "\"");
}

absl::StatusOr<std::vector<StreamStatus>> FindLogs(QueryStore& store, const ProverRef& prover,
                                                   const std::string& machine,
                                                   const EpochWindow& window) {
  LogFilter filter;
  filter.machine = machine;
  if (window.begin || window.end) {
    filter.first_at = window.begin.value_or(0);
    filter.last_at = window.end.value_or(std::numeric_limits<UnixMillis>::max()) - 1;
  }
  auto logs = store.FindStreams(prover, filter, kMaxLogsOfSubject + 1);
  if (!logs.ok()) return logs.status();
  if (logs->size() > kMaxLogsOfSubject) {
    return absl::ResourceExhaustedError(absl::StrCat("prover \"", prover.name, "\" has more than ",
                                                     kMaxLogsOfSubject, " logs", OfMachine(machine),
                                                     " then; name a machine, or a shorter time"));
  }
  if (logs->empty() && !machine.empty()) {
    if (auto status = CheckMachine(store, prover, machine); !status.ok()) return status;
  }
  if (logs->empty()) {
    return absl::NotFoundError(absl::StrCat("prover \"", prover.name, "\" has no log",
                                            OfMachine(machine),
                                            filter.first_at ? " of that time" : ""));
  }
  return logs;
}

bool TellsOfStarts(const StreamStatus& log) {
  const auto& facts = log.counts.facts;
  return facts.count(FactKind::kStarted) > 0 || facts.count(FactKind::kControllerStarted) > 0;
}

// The logs that tell of starts and are surely of the version.
absl::StatusOr<std::vector<StreamStatus>> OfVersion(std::vector<StreamStatus> logs,
                                                    const ProverRef& prover,
                                                    const std::string& version) {
  std::set<std::string> told;
  std::vector<StreamStatus> matching;
  for (StreamStatus& log : logs) {
    if (!TellsOfStarts(log)) continue;
    if (log.counts.versions.is_known()) told.insert(log.counts.versions.ToString());
    if (log.counts.versions.IsOf(version)) matching.push_back(std::move(log));
  }
  if (!matching.empty()) return matching;
  std::vector<std::string> names(told.begin(), told.end());
  names.resize(std::min(names.size(), kMaxVersionsNamed));
  return absl::NotFoundError(absl::StrCat(
      "prover \"", prover.name, "\" has no log of agents that is surely of version ", version,
      names.empty() ? "; none tells its version"
                    : absl::StrCat("; they tell: ", absl::StrJoin(names, ", "))));
}

// The part of the window in which the logs went on.
EpochWindow WhileTheyWent(EpochWindow window, const std::vector<StreamStatus>& logs) {
  std::optional<UnixMillis> first_at;
  std::optional<UnixMillis> last_at;
  for (const StreamStatus& log : logs) {
    if (!log.counts.first_at) continue;
    first_at = std::min(first_at.value_or(*log.counts.first_at), *log.counts.first_at);
    last_at = std::max(last_at, log.counts.last_at);
  }
  if (first_at) window.begin = std::max(window.begin.value_or(*first_at), *first_at);
  if (last_at) window.end = std::min(window.end.value_or(*last_at + 1), *last_at + 1);
  return window;
}

absl::Status ReadEpochs(const std::string& field, const v1::ComparedSubject& asked,
                        ComparedSubject& subject) {
  if (asked.epochs_size() > kMaxEpochsNamed) {
    return InvalidField(field + ".epochs",
                        absl::StrCat("there are ", asked.epochs_size(), ", at most ",
                                     kMaxEpochsNamed, " can be compared"));
  }
  for (const int32_t epoch : asked.epochs()) {
    if (epoch < 0) return InvalidField(field + ".epochs", absl::StrCat(epoch, " is negative"));
    subject.epochs.insert(epoch);
  }
  return absl::OkStatus();
}

absl::Status ChooseEpochs(QueryStore& store, const EpochWindow& window, bool has_time,
                          ComparedSubject& subject) {
  const int limit = has_time ? kMaxEpochsOfSubject : kDefaultEpochsCompared;
  auto epochs = store.FindEpochs(subject.prover, window, limit + 1);
  if (!epochs.ok()) return epochs.status();
  if (epochs->empty()) {
    return absl::NotFoundError(absl::StrCat("prover \"", subject.prover.name, "\" has no epoch",
                                            has_time ? " in that time" : ""));
  }
  if (has_time && epochs->size() > static_cast<size_t>(limit)) {
    return absl::ResourceExhaustedError(absl::StrCat("prover \"", subject.prover.name,
                                                     "\" has more than ", limit,
                                                     " epochs in that time; name a shorter one"));
  }
  epochs->resize(std::min(epochs->size(), static_cast<size_t>(limit)));
  for (const EpochRevision& epoch : *epochs) subject.epochs.insert(epoch.epoch);
  subject.epochs_chosen = true;
  return absl::OkStatus();
}

}  // namespace

bool ComparedSubject::Contains(const ComparedSubject& other) const {
  const SubjectFilter& inner = other.filter;
  const bool same_streams =
      !filter.streams ||
      (inner.streams && std::includes(filter.streams->begin(), filter.streams->end(),
                                      inner.streams->begin(), inner.streams->end()));
  return prover.prover_id == other.prover.prover_id &&
         std::includes(epochs.begin(), epochs.end(), other.epochs.begin(), other.epochs.end(),
                       std::greater<>()) &&
         (filter.machine.empty() || filter.machine == inner.machine) && same_streams &&
         (!filter.begin || (inner.begin && *inner.begin >= *filter.begin)) &&
         (!filter.end || (inner.end && *inner.end <= *filter.end));
}

absl::StatusOr<ComparedSubject> ReadSubject(QueryStore& store, const std::string& field,
                                            const v1::ComparedSubject& asked,
                                            const std::string& default_prover) {
  ComparedSubject subject;
  if (auto status = ReadEpochs(field, asked, subject); !status.ok()) return status;
  auto window = ReadWindow(asked, field + ".");
  if (!window.ok()) return window.status();
  auto prover = FindProver(store, asked.prover().empty() ? default_prover : asked.prover());
  if (!prover.ok()) return prover.status();
  subject.prover = *std::move(prover);
  const bool has_time = window->begin || window->end;
  subject.filter = {asked.machine(), std::nullopt, window->begin, window->end};
  if (!asked.machine().empty() || !asked.aztec_version().empty()) {
    auto logs = FindLogs(store, subject.prover, asked.machine(), *window);
    if (!logs.ok()) return logs.status();
    if (!asked.aztec_version().empty()) {
      logs = OfVersion(*std::move(logs), subject.prover, asked.aztec_version());
      if (!logs.ok()) return logs.status();
      subject.filter.streams.emplace();
      for (const StreamStatus& log : *logs) subject.filter.streams->insert(log.key.stream_id);
    }
    *window = WhileTheyWent(*window, *logs);
  }
  if (!subject.epochs.empty()) return subject;
  if (auto status = ChooseEpochs(store, *window, has_time, subject); !status.ok()) return status;
  return subject;
}

}  // namespace proverlog
