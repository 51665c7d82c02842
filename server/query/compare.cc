#include "server/query/compare.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "analysis/circuit_rates.h"
#include "analysis/comparison.h"
#include "analysis/epoch_summary.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/compared_subject.h"
#include "server/query/completeness.h"
#include "server/query/computed_epoch.h"
#include "server/query/known_epoch.h"

namespace proverlog {
namespace {

constexpr int kMinSubjects = 2;
constexpr int kMaxSubjects = 10;
constexpr double kDefaultMargin = 0.1;

v1::SubjectWork ToProto(const SubjectWork& work) {
  v1::SubjectWork proto;
  proto.set_jobs(work.jobs);
  proto.set_completed(work.completed);
  proto.set_failed_attempts(work.failed_attempts);
  if (work.failed) proto.set_failed(*work.failed);
  if (work.retries) proto.set_retries(*work.retries);
  if (work.timeouts) proto.set_timeouts(*work.timeouts);
  *proto.mutable_running_time() = MillisToProto(static_cast<double>(work.running));
  if (work.per_second) proto.set_per_second(*work.per_second);
  return proto;
}

v1::ContrastVerdict ToProto(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSimilar:
      return v1::CONTRAST_VERDICT_SIMILAR;
    case Verdict::kFaster:
      return v1::CONTRAST_VERDICT_FASTER;
    case Verdict::kSlower:
      return v1::CONTRAST_VERDICT_SLOWER;
    case Verdict::kUnclear:
      return v1::CONTRAST_VERDICT_UNCLEAR;
  }
  return v1::CONTRAST_VERDICT_UNSPECIFIED;
}

v1::MedianContrast ToProto(const MedianContrast& contrast) {
  v1::MedianContrast proto;
  *proto.mutable_difference() = MillisToProto(contrast.difference);
  if (contrast.difference_interval) {
    *proto.mutable_difference_low() = MillisToProto(contrast.difference_interval->low);
    *proto.mutable_difference_high() = MillisToProto(contrast.difference_interval->high);
  }
  if (contrast.ratio) proto.set_ratio(*contrast.ratio);
  if (contrast.ratio_interval) {
    proto.set_ratio_low(contrast.ratio_interval->low);
    proto.set_ratio_high(contrast.ratio_interval->high);
  }
  proto.set_verdict(ToProto(contrast.verdict));
  return proto;
}

v1::ComparedJobType ToProto(const ComparedType& type) {
  v1::ComparedJobType proto;
  proto.set_type(type.type);
  for (const OnSubject& subject : type.subjects) {
    v1::JobTypeOnSubject& row = *proto.add_subjects();
    row.set_subject(static_cast<int32_t>(subject.subject));
    *row.mutable_work() = ToProto(subject.figures.work);
    *row.mutable_duration() = proverlog::ToProto(subject.figures.duration);
    if (subject.against_first) *row.mutable_against_first() = ToProto(*subject.against_first);
  }
  return proto;
}

// A subject while its epochs are read.
struct Collected {
  ComparedSubject subject;
  SubjectCollector jobs;
  CircuitRateCollector circuits;
  std::set<int32_t, std::greater<>> epochs;  // those of which it has jobs
  std::optional<SubjectFigures> figures;     // when all are read
  SubjectVersions versions;

  // Whether what is computed of an epoch anyway tells all of it.
  bool IsOfOneEpoch() const {
    const SubjectFilter& filter = subject.filter;
    return subject.epochs.size() == 1 && !filter.streams && !filter.begin && !filter.end;
  }
};

class Comparing {
 public:
  Comparing(QueryStore& store, EpochCache* cache, const v1::CompareRequest& request, absl::Time now)
      : store_(store),
        cache_(cache),
        request_(request),
        now_(now),
        margin_(request.margin() == 0 ? kDefaultMargin : request.margin()) {}

  absl::Status Read() {
    for (int i = 0; i < request_.subjects_size(); ++i) {
      auto subject = ReadSubject(store_, absl::StrCat("subjects[", i, "]"), request_.subjects(i),
                                 request_.prover());
      if (!subject.ok()) return subject.status();
      if (auto status = CheckOverlap(*subject, i); !status.ok()) return status;
      SubjectCollector collector(subject->filter);
      subjects_.push_back({*std::move(subject), std::move(collector), {}, {}, {}, {}});
    }
    if (auto status = ReadCompletenessOfTimes(); !status.ok()) return status;
    if (auto status = ReadEpochs(); !status.ok()) return status;
    for (Collected& collected : subjects_) {
      if (!collected.figures) collected.figures = collected.jobs.Figures();
      if (auto status = ReadVersions(collected); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  v1::CompareResponse Answer() const {
    v1::CompareResponse response;
    *response.mutable_completeness() = completeness_;
    response.set_margin(margin_);
    response.set_confidence(kConfidence);
    response.set_least_durations(static_cast<int32_t>(kLeastDurations));
    std::vector<SubjectFigures> figures;
    std::vector<bool> other_circuits;
    for (int i = 0; i < request_.subjects_size(); ++i) {
      const Collected& collected = subjects_[static_cast<size_t>(i)];
      figures.push_back(*collected.figures);
      other_circuits.push_back(
          SubjectVersions::DifferInCircuits(subjects_.front().versions, collected.versions));
      AddSubject(request_.subjects(i), collected, other_circuits.back(), response);
    }
    for (const ComparedType& type : CompareSubjects(figures, other_circuits, margin_)) {
      *response.add_job_types() = ToProto(type);
    }
    response.set_durations_only(AnyDifferInMajor());
    AddCircuits(response);
    return response;
  }

 private:
  // Jobs that are on both sides differ from none of themselves: the interval would mean nothing.
  absl::Status CheckOverlap(const ComparedSubject& subject, int number) const {
    const std::string field = absl::StrCat("subjects[", number, "]");
    for (size_t i = 0; i < subjects_.size(); ++i) {
      const bool holds = subjects_[i].subject.Contains(subject);
      const bool is_held = subject.Contains(subjects_[i].subject);
      if (holds && is_held) {
        return InvalidField(field, absl::StrCat("it is the same as number ", i + 1));
      }
      if (i > 0 || (!holds && !is_held)) continue;
      return InvalidField(field, absl::StrCat(holds ? "all of it is in" : "it has all of",
                                              " number 1; compare what has no job in common"));
    }
    return absl::OkStatus();
  }

  // Of the times that were asked for, also where no epoch was; of epochs it comes with them.
  absl::Status ReadCompletenessOfTimes() {
    for (const Collected& collected : subjects_) {
      const SubjectFilter& filter = collected.subject.filter;
      if (!filter.begin && !filter.end) continue;
      const EpochWindow window{filter.begin, filter.end};
      const auto completeness = CompletenessOf(store_, collected.subject.prover, window, now_);
      if (!completeness.ok()) return completeness.status();
      UniteCompleteness(*completeness, completeness_);
    }
    return absl::OkStatus();
  }

  // Each epoch once, whichever subjects have it.
  absl::Status ReadEpochs() {
    std::map<ProverId, std::map<int32_t, std::vector<Collected*>>> wanted;
    for (Collected& collected : subjects_) {
      for (const int32_t epoch : collected.subject.epochs) {
        wanted[collected.subject.prover.prover_id][epoch].push_back(&collected);
      }
    }
    size_t loaded = 0;
    for (const auto& [prover_id, epochs] : wanted) {
      for (const auto& [epoch, subjects] : epochs) {
        if (auto status = ReadEpoch(epoch, subjects, loaded); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadEpoch(int32_t epoch, const std::vector<Collected*>& subjects, size_t& loaded) {
    if (absl::c_all_of(subjects, [](const Collected* c) { return c->IsOfOneEpoch(); })) {
      return TakeComputed(epoch, subjects);
    }
    const ProverRef& prover = subjects.front()->subject.prover;
    auto state = store_.LoadEpochState(prover, epoch, kMaxJobsLoaded);
    if (!state.ok()) return state.status();
    if (auto status = CheckKnown(store_, prover, epoch, *state); !status.ok()) return status;
    loaded += state->jobs.size();
    if (loaded > kMaxJobsLoaded) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the subjects have more than ", kMaxJobsLoaded,
                       " jobs, too many for one answer; compare fewer epochs, or a shorter time"));
    }
    for (Collected* collected : subjects) {
      const int32_t before = collected->jobs.jobs();
      for (const Job& job : state->jobs) collected->jobs.Add(job);
      if (collected->jobs.jobs() > before) collected->epochs.insert(epoch);
      if (collected->subject.IsWholeEpochs()) collected->circuits.Add(state->circuits);
    }
    const EpochSummary summary = SummarizeEpoch(epoch, std::move(state->jobs), state->context);
    UniteCompleteness(CompletenessOf(*state, summary, prover.name, now_), completeness_);
    return absl::OkStatus();
  }

  absl::Status TakeComputed(int32_t epoch, const std::vector<Collected*>& subjects) {
    const ProverRef& prover = subjects.front()->subject.prover;
    std::shared_ptr<const CachedEpoch> computed;
    const auto state = ComputedEpoch(store_, cache_, prover, epoch, computed);
    if (!state.ok()) return state.status();
    for (Collected* collected : subjects) {
      const SubjectFigures* work = FindWork(computed->figures, collected->subject.filter);
      collected->figures = work == nullptr ? SubjectFigures() : *work;
      if (collected->figures->total.jobs > 0) collected->epochs.insert(epoch);
      if (collected->subject.IsWholeEpochs()) collected->circuits.Add(state->circuits);
    }
    UniteCompleteness(CompletenessOf(*state, computed->figures.summary, prover.name, now_),
                      completeness_);
    return absl::OkStatus();
  }

  absl::Status ReadVersions(Collected& collected) {
    const std::set<int64_t>& ids = collected.figures->streams;
    if (ids.empty()) return absl::OkStatus();
    const auto streams = store_.LoadStreams(collected.subject.prover, {ids.begin(), ids.end()});
    if (!streams.ok()) return streams.status();
    for (const StreamStatus& stream : *streams) collected.versions.Add(stream.counts.versions);
    return absl::OkStatus();
  }

  static void AddSubject(const v1::ComparedSubject& asked, const Collected& collected,
                         bool other_circuits, v1::CompareResponse& response) {
    v1::SubjectSummary& summary = *response.add_subjects();
    *summary.mutable_subject() = asked;
    summary.mutable_subject()->set_prover(collected.subject.prover.name);
    summary.mutable_subject()->mutable_epochs()->Clear();
    summary.mutable_subject()->mutable_epochs()->Add(collected.epochs.begin(),
                                                     collected.epochs.end());
    summary.set_epochs_chosen(collected.subject.epochs_chosen);
    summary.set_aztec_version(collected.versions.ToString());
    const SubjectFigures& figures = *collected.figures;
    if (figures.first_at) *summary.mutable_first_time() = ToProtoTimestamp(*figures.first_at);
    if (figures.last_at) *summary.mutable_last_time() = ToProtoTimestamp(*figures.last_at);
    *summary.mutable_work() = ToProto(figures.total);
    summary.set_other_circuits(other_circuits);
  }

  bool AnyDifferInMajor() const {
    for (const Collected& a : subjects_) {
      for (const Collected& b : subjects_) {
        if (&a != &b && SubjectVersions::DifferInMajor(a.versions, b.versions)) return true;
      }
    }
    return false;
  }

  void AddCircuits(v1::CompareResponse& response) const {
    std::map<std::pair<std::string, std::string>, v1::ComparedCircuit> circuits;
    for (size_t i = 0; i < subjects_.size(); ++i) {
      for (const CircuitRate& rate : subjects_[i].circuits.Rates()) {
        v1::ComparedCircuit& circuit = circuits[{rate.circuit, rate.step}];
        circuit.set_circuit(rate.circuit);
        circuit.set_step(rate.step);
        v1::CircuitOnSubject& row = *circuit.add_subjects();
        row.set_subject(static_cast<int32_t>(i));
        row.set_runs(rate.runs);
        row.set_mean_input_bytes(rate.mean_input_size);
        *row.mutable_time_per_kib() = MillisToProto(rate.millis_per_kib);
      }
    }
    for (auto& [name, circuit] : circuits) *response.add_circuits() = std::move(circuit);
  }

  QueryStore& store_;
  EpochCache* const cache_;
  const v1::CompareRequest& request_;
  const absl::Time now_;
  const double margin_;
  v1::Completeness completeness_;
  std::vector<Collected> subjects_;
};

}  // namespace

absl::StatusOr<v1::CompareResponse> Compare(QueryStore& store, EpochCache* cache,
                                            const v1::CompareRequest& request, absl::Time now) {
  const int subjects = request.subjects_size();
  if (subjects < kMinSubjects || subjects > kMaxSubjects) {
    return InvalidField("subjects", absl::StrCat("there are ", subjects, ", ", kMinSubjects, " to ",
                                                 kMaxSubjects, " can be compared"));
  }
  if (!(request.margin() >= 0 && request.margin() <= 1)) {  // also what is no number
    return InvalidField("margin",
                        absl::StrCat(request.margin(), " is not between 0 and 1, such as 0.1"));
  }
  Comparing comparing(store, cache, request, now);
  if (auto status = comparing.Read(); !status.ok()) return status;
  return comparing.Answer();
}

}  // namespace proverlog
