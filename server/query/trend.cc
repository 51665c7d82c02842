#include "server/query/trend.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "analysis/figure.h"
#include "analysis/trend.h"
#include "rpc/convert.h"
#include "rpc/near_names.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

constexpr int32_t kDefaultEpochsOfTrend = 50;
constexpr int32_t kMaxEpochsOfTrend = 200;
constexpr int32_t kDefaultBandEpochs = 20;
constexpr int32_t kMinBandEpochs = static_cast<int32_t>(kLeastBandValues);
constexpr int32_t kMaxBandEpochs = 100;

// The question, with what was left open.
struct Question {
  const Figure* figure = nullptr;
  FigureOf of;
  int32_t epochs = kDefaultEpochsOfTrend;
  int32_t band_epochs = kDefaultBandEpochs;
};

absl::Status UnknownFigure(const std::string& name) {
  std::vector<std::string> names;
  for (const Figure& figure : Figures()) names.push_back(figure.name);
  const std::vector<std::string> nearest = NearestFigures(name);
  return InvalidField(
      "figure",
      absl::StrCat(
          "\"", name.substr(0, 64), "\" is none; ",
          nearest.empty() ? "" : absl::StrCat("is it ", absl::StrJoin(nearest, " or "), "? "),
          "there are ", absl::StrJoin(names, ", ")));
}

// The names of the figures that may be asked for so.
std::string NamesWith(FigureScope Figure::*scope) {
  std::vector<std::string> names;
  for (const Figure& figure : Figures()) {
    if (figure.*scope != FigureScope::kNever) names.push_back(figure.name);
  }
  return absl::StrJoin(names, ", ");
}

absl::Status CheckScope(const Figure& figure, FigureScope Figure::*scope, const char* field,
                        const std::string& value) {
  if (figure.*scope == FigureScope::kAlways && value.empty()) {
    return InvalidField(field, absl::StrCat(figure.name, " is of one ", field, ": name it"));
  }
  if (figure.*scope == FigureScope::kNever && !value.empty()) {
    return InvalidField(field, absl::StrCat(figure.name, " is not known by ", field,
                                            "; these are: ", NamesWith(scope)));
  }
  return absl::OkStatus();
}

absl::StatusOr<int32_t> ReadNumber(const char* field, int32_t value, int32_t if_zero, int32_t least,
                                   int32_t most) {
  if (value == 0) return if_zero;
  if (value >= least && value <= most) return value;
  return InvalidField(field, absl::StrCat(value, " is not between ", least, " and ", most));
}

absl::StatusOr<Question> ReadQuestion(const v1::GetTrendRequest& request) {
  Question question;
  question.figure = FindFigure(request.figure());
  if (question.figure == nullptr) return UnknownFigure(request.figure());
  question.of = {request.type(), request.machine()};
  for (const auto& status :
       {CheckScope(*question.figure, &Figure::by_type, "type", request.type()),
        CheckScope(*question.figure, &Figure::by_machine, "machine", request.machine())}) {
    if (!status.ok()) return status;
  }
  const auto epochs =
      ReadNumber("epochs", request.epochs(), kDefaultEpochsOfTrend, 1, kMaxEpochsOfTrend);
  if (!epochs.ok()) return epochs.status();
  const auto band = ReadNumber("band_epochs", request.band_epochs(), kDefaultBandEpochs,
                               kMinBandEpochs, kMaxBandEpochs);
  if (!band.ok()) return band.status();
  question.epochs = *epochs;
  question.band_epochs = *band;
  return question;
}

// Reads the figure of one epoch after the other.
class Reading {
 public:
  Reading(QueryStore& store, EpochCache* cache, const ProverRef& prover, const Question& question)
      : store_(store), cache_(cache), prover_(prover), question_(question) {}

  // The epochs are added from the oldest on.
  absl::Status Add(const EpochVersion& version) {
    const auto epoch = FiguresOf(version);
    if (!epoch.ok()) return epoch.status();
    const EpochFigures& figures = (*epoch)->figures;
    values_.push_back(question_.figure->value(figures, question_.of));
    v1::TrendPoint point;
    point.set_epoch(version.epoch);
    point.set_outcome(ToProto(figures.summary.outcome));
    if (figures.summary.first_at) {
      *point.mutable_first_time() = ToProtoTimestamp(*figures.summary.first_at);
    }
    if (values_.back()) point.set_value(*values_.back());
    points_.push_back(std::move(point));
    for (const SubjectOnType& row : figures.work.job_types) types_.insert(row.type);
    for (const auto& [machine, work] : figures.machines) machines_.insert(machine);
    return absl::OkStatus();
  }

  size_t size() const { return points_.size(); }

  // NOT_FOUND where no epoch has anything of the type or machine.
  absl::Status CheckNames() const {
    for (const auto& [what, name, known] :
         {std::make_tuple("job of type", &question_.of.type, &types_),
          std::make_tuple("attempt on machine", &question_.of.machine, &machines_)}) {
      if (name->empty() || known->count(*name) > 0) continue;
      constexpr size_t kMaxNames = 30;
      std::vector<std::string> names(known->begin(), known->end());
      names.resize(std::min(names.size(), kMaxNames));
      return absl::NotFoundError(absl::StrCat(
          "the last ", points_.size(), " epochs of prover \"", prover_.name, "\" have no ", what,
          " \"", name->substr(0, 64), "\"", DidYouMean(*name, {known->begin(), known->end()}),
          "; there are: ", absl::StrJoin(names, ", ")));
    }
    return absl::OkStatus();
  }

  void AddPoints(v1::GetTrendResponse& response) {
    const std::vector<TrendPoint> trend = FindTrend(values_, static_cast<size_t>(question_.epochs),
                                                    static_cast<size_t>(question_.band_epochs));
    const size_t first = points_.size() - trend.size();
    for (size_t i = 0; i < trend.size(); ++i) {
      v1::TrendPoint& point = *response.add_points();
      point = std::move(points_[first + i]);
      // In the order of the messages' numbers, of which 0 is none.
      point.set_position(static_cast<v1::TrendPosition>(trend[i].position));
      if (!trend[i].band) continue;
      point.set_median(trend[i].band->median);
      point.set_low(trend[i].band->low);
      point.set_high(trend[i].band->high);
    }
  }

 private:
  absl::StatusOr<std::shared_ptr<const CachedEpoch>> FiguresOf(const EpochVersion& version) {
    auto cached = cache_ == nullptr ? nullptr : cache_->Find(prover_, version.epoch);
    if (cached != nullptr && cached->known.version == version) return cached;
    auto state = store_.LoadEpoch(prover_, version.epoch, kMaxJobsLoaded);
    if (!state.ok()) return state.status();
    cached = ComputeEpoch(version.epoch, *state);
    if (cache_ != nullptr) cache_->Put(prover_, cached);
    return cached;
  }

  QueryStore& store_;
  EpochCache* const cache_;
  const ProverRef& prover_;
  const Question& question_;
  std::vector<std::optional<double>> values_;
  std::vector<v1::TrendPoint> points_;
  std::set<std::string> types_;
  std::set<std::string> machines_;
};

// Of the time of the latest epochs.
absl::StatusOr<v1::Completeness> CompletenessOfLatest(QueryStore& store, const ProverRef& prover,
                                                      int32_t epochs, absl::Time now) {
  const auto latest = store.FindEpochs(prover, {}, epochs);
  if (!latest.ok()) return latest.status();
  std::map<int32_t, EpochWindow> windows;
  for (const EpochRevision& epoch : *latest) {
    windows[epoch.epoch] = {epoch.first_at, epoch.last_at + 1};
  }
  return CompletenessOf(store, prover, windows, now);
}

}  // namespace

absl::StatusOr<v1::GetTrendResponse> GetTrend(QueryStore& store, EpochCache* cache,
                                              const ProverRef& prover,
                                              const v1::GetTrendRequest& request, absl::Time now) {
  const auto question = ReadQuestion(request);
  if (!question.ok()) return question.status();
  auto completeness = CompletenessOfLatest(store, prover, question->epochs, now);
  if (!completeness.ok()) return completeness.status();
  const auto versions = store.ListEpochVersions(prover, question->epochs + question->band_epochs);
  if (!versions.ok()) return versions.status();
  if (versions->empty()) {
    return absl::NotFoundError(absl::StrCat("prover \"", prover.name, "\" has no epoch yet"));
  }
  Reading reading(store, cache, prover, *question);
  for (auto version = versions->rbegin(); version != versions->rend(); ++version) {
    const absl::Status added = reading.Add(*version);
    if (absl::IsDeadlineExceeded(added)) {
      return absl::DeadlineExceededError(
          absl::StrCat("there was not enough time for all epochs: ", reading.size(), " of ",
                       versions->size(), " are computed, and kept; ask again to go on"));
    }
    if (!added.ok()) return added;
  }
  if (auto status = reading.CheckNames(); !status.ok()) return status;

  v1::GetTrendResponse response;
  *response.mutable_completeness() = *std::move(completeness);
  response.set_prover(prover.name);
  response.set_figure(question->figure->name);
  // In the order of the messages' numbers, of which 0 is none.
  response.set_unit(static_cast<v1::FigureUnit>(static_cast<int>(question->figure->unit) + 1));
  response.set_type(request.type());
  response.set_machine(request.machine());
  response.set_band_epochs(question->band_epochs);
  response.set_least_band_values(static_cast<int32_t>(kLeastBandValues));
  response.set_band_low(kBandLow);
  response.set_band_high(kBandHigh);
  reading.AddPoints(response);
  return response;
}

}  // namespace proverlog
