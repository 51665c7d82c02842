#include "alerts/epoch_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "alerts/rule_text.h"
#include "alerts/view_reading.h"
#include "analysis/explanation.h"

namespace proverlog {
namespace {

constexpr size_t kFewestGaps = 3;

Labels LabelsOf(const EpochView& epoch) { return {{"epoch", absl::StrCat(epoch.epoch)}}; }

std::string NameOf(const EpochView& epoch) { return absl::StrCat("Epoch ", epoch.epoch); }

std::string ProgressOf(const EpochView& epoch) {
  int32_t done = 0;
  int32_t running = 0;
  int32_t queued = 0;
  for (const Job& job : epoch.jobs) {
    done += job.state == JobState::kCompleted ? 1 : 0;
    running += job.state == JobState::kRunning ? 1 : 0;
    queued += job.state == JobState::kQueued ? 1 : 0;
  }
  return absl::StrCat(CountText(done, "job"), " done, ", running, " running, ", queued,
                      " queued\n");
}

constexpr char kFaster[] =
    "See what it waits for (`proverlog progress`, `proverlog epoch`): more agents help where jobs "
    "queue, nothing does where the root is being proven.";

std::optional<Finding> LateFinding(const ProverView& view, const EpochView& epoch) {
  const UnixMillis deadline = epoch.deadline->at;
  if (view.complete_until <= deadline) return std::nullopt;
  Finding finding{"epoch_at_risk", Severity::kCritical, LabelsOf(epoch), deadline};
  finding.summary =
      absl::StrCat(NameOf(epoch), " is late: its proof had to be on L1 by ", InstantText(deadline),
                   ", ", LengthText(view.complete_until - deadline), " ago, and is not.");
  finding.detail = ProgressOf(epoch);
  finding.next_step =
      "See where the time went (`proverlog why`, `proverlog critical-path`) before the next epoch.";
  return finding;
}

bool IsLost(const SubmissionError& error) { return error.kind != "candidate.delayed"; }

// The first error that kept the epoch's proof from L1, if it is not there.
const SubmissionError* WhyNotOnL1(const EpochView& epoch) {
  const std::vector<SubmissionError>& errors = epoch.submission.errors;
  const auto first = std::find_if(errors.begin(), errors.end(), IsLost);
  // One that is proven is not on L1 yet.
  const bool is_on_l1 =
      epoch.outcome == EpochOutcome::kPublished || epoch.outcome == EpochOutcome::kSuperseded;
  return first == errors.end() || is_on_l1 ? nullptr : &*first;
}

// The proof did not get onto L1, for another prover was earlier: the epoch is proven, only not by
// this one. That is told, and nothing else of how it ended.
bool IsProvenByAnother(const EpochView& epoch) {
  return epoch.submission.tip_advance == TipAdvance::kAnotherProver && WhyNotOnL1(epoch) != nullptr;
}

std::vector<Finding> FindAtRisk(const ProverView& view, const ThresholdReader& thresholds) {
  std::vector<Finding> findings;
  for (const EpochView* epoch : OpenEpochs(view)) {
    if (!epoch->deadline || !epoch->begin || IsProvenByAnother(*epoch)) continue;
    if (auto late = LateFinding(view, *epoch)) {
      findings.push_back(*std::move(late));
      continue;
    }
    if (!epoch->estimate) continue;
    const UnixMillis deadline = epoch->deadline->at;
    const bool has_interval = epoch->estimate->share > 0;
    const UnixMillis latest = has_interval ? epoch->estimate->latest : epoch->estimate->at;
    const auto window = static_cast<double>(deadline - *epoch->begin);
    const double part = static_cast<double>(latest - *epoch->begin) / window * 100;
    const bool is_past = latest > deadline;
    if (window <= 0 || (!is_past && part <= thresholds.Get("share_of_window", LabelsOf(*epoch))))
      continue;
    Finding finding{"epoch_at_risk", is_past ? Severity::kCritical : Severity::kWarning,
                    LabelsOf(*epoch), *epoch->begin};
    finding.summary =
        absl::StrCat(NameOf(*epoch), " may end as late as ", InstantText(latest), ", ",
                     is_past ? absl::StrCat(LengthText(latest - deadline), " after its deadline")
                             : absl::StrFormat("%.0f %% of its window, %s before its deadline",
                                               part, LengthText(deadline - latest)),
                     " (", InstantText(deadline), ").");
    finding.detail = absl::StrCat(
        has_interval
            ? absl::StrFormat("estimate: %s, with %.0f %% not after the first\n",
                              InstantText(epoch->estimate->at), (1 + epoch->estimate->share) * 50)
            : std::string("one earlier epoch is known: the estimate has no interval\n"),
        ProgressOf(*epoch));
    finding.next_step = kFaster;
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Why the epoch ended as it did.
struct Why {
  std::string summary;  // what goes behind its outcome
  std::string detail;
  std::string remedy;
  UnixMillis at = 0;
};

Why WhyOf(const EpochView& epoch) {
  const EpochSummary summary = SummarizeEpoch(epoch.epoch, epoch.jobs, epoch.context);
  const Explanation explanation = ExplainEpoch(summary, epoch.jobs, epoch.context);
  Why why;
  why.at = ClosedAt(epoch.context).value_or(epoch.last_at.value_or(0));
  if (!explanation.cause) {
    why.summary = "no log says why";
    why.remedy =
        absl::StrCat("Run `proverlog why ", epoch.epoch, "`: it says which log would tell.");
    return why;
  }
  const Cause& cause = *explanation.cause;
  why.summary = CauseText(cause);
  why.at = cause.at;
  if (cause.job) absl::StrAppend(&why.detail, "job ", cause.job->ToString(), "\n");
  if (cause.ran_in) absl::StrAppend(&why.detail, "in ", ProcessText(*cause.ran_in), "\n");
  for (const auto& [kind, count] : explanation.failures) {
    absl::StrAppend(&why.detail, CountText(count, "job"), " failed: ", EntryOf(kind).name, "\n");
  }
  why.remedy = std::string(EntryOf(cause.kind).remedy);
  return why;
}

std::vector<Finding> FindEnded(const ProverView& view, absl::string_view rule, Severity severity,
                               bool (*is_it)(EpochOutcome), absl::string_view verb) {
  std::vector<Finding> findings;
  for (const EpochView& epoch : view.epochs) {
    if (!epoch.over || !is_it(epoch.outcome) || IsProvenByAnother(epoch)) continue;
    const Why why = WhyOf(epoch);
    Finding finding{std::string(rule), severity, LabelsOf(epoch), why.at};
    finding.summary = absl::StrCat(NameOf(epoch), " ", verb, ": ", why.summary);
    if (finding.summary.back() != '.') finding.summary += '.';
    finding.detail = why.detail + ProgressOf(epoch);
    finding.next_step = why.remedy;
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindFailedEpochs(const ProverView& view,
                                      const ThresholdReader& /*thresholds*/) {
  const auto failed = [](EpochOutcome outcome) { return outcome == EpochOutcome::kFailed; };
  const auto late = [](EpochOutcome outcome) { return outcome == EpochOutcome::kTimedOut; };
  auto findings = FindEnded(view, "epoch_failed", Severity::kCritical, failed, "failed");
  for (Finding& finding :
       FindEnded(view, "epoch_failed", Severity::kCritical, late, "missed its deadline")) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindGivenUp(const ProverView& view, const ThresholdReader& /*thresholds*/) {
  const auto aborted = [](EpochOutcome outcome) { return outcome == EpochOutcome::kAborted; };
  return FindEnded(view, "epoch_given_up", Severity::kWarning, aborted, "was given up");
}

std::vector<Finding> FindUnpublished(const ProverView& view, const ThresholdReader& thresholds) {
  std::vector<Finding> findings;
  for (const EpochView* epoch : OpenEpochs(view)) {
    const Submission& submission = epoch->submission;
    if (!submission.waiting_since || IsProvenByAnother(*epoch)) continue;
    const Millis waits = view.complete_until - *submission.waiting_since;
    if (waits <= ReadMillis(thresholds, "wait", LabelsOf(*epoch))) continue;
    Finding finding{"proof_unpublished", Severity::kCritical, LabelsOf(*epoch),
                    *submission.waiting_since};
    finding.summary = absl::StrCat(
        NameOf(*epoch), ": the proof has been ready for ", LengthText(waits), " and is not on L1; ",
        submission.submitted_at
            ? absl::StrCat("it was handed in ",
                           LengthText(view.complete_until - *submission.submitted_at), " ago.")
            : std::string("no log says that it was handed in."));
    if (epoch->deadline) {
      finding.detail = absl::StrCat("deadline ", InstantText(epoch->deadline->at), "\n");
    }
    finding.next_step =
        "Look at the prover node's log since then (`proverlog events --kind l1.`): the L1 "
        "endpoint, "
        "the publisher's balance, and whether the epoch before it is proven on L1.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> FindSubmissionFailed(const ProverView& view,
                                          const ThresholdReader& /*thresholds*/) {
  std::vector<Finding> findings;
  for (const EpochView& epoch : view.epochs) {
    const SubmissionError* const first = WhyNotOnL1(epoch);
    if (first == nullptr) continue;
    const bool by_another = IsProvenByAnother(epoch);
    Finding finding{"submission_failed", by_another ? Severity::kInfo : Severity::kCritical,
                    LabelsOf(epoch), first->at};
    finding.summary = absl::StrCat(
        NameOf(epoch), ": its proof did not get onto L1 (", first->kind,
        first->words.empty() ? std::string() : absl::StrCat(": ", Shortened(first->words)), ")");
    absl::StrAppend(&finding.summary, by_another ? "; another prover was earlier." : ".");
    for (const SubmissionError& error : epoch.submission.errors) {
      absl::StrAppend(&finding.detail, InstantText(error.at), " ", error.kind, "\n");
    }
    finding.next_step =
        by_another ? "Nothing is to be repaired."
                   : "It is tried once: see what L1 answered (`proverlog events --kind l1.`), the "
                     "publisher's balance and the L1 endpoints, and submit again before the "
                     "deadline where the software can.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// How long an epoch lasts, and who says so.
struct EpochLength {
  Millis length = 0;
  std::string from;
};

// Of the network, else the median of the times between the epochs that are known.
std::optional<EpochLength> LengthOf(const ProverView& view) {
  if (view.epoch_length) return EpochLength{*view.epoch_length, "of the network"};
  std::vector<Millis> lengths;
  for (size_t i = 0; i + 1 < view.earlier.size(); ++i) {
    const EpochSummary& later = view.earlier[i]->summary;
    const EpochSummary& earlier = view.earlier[i + 1]->summary;
    if (!later.first_at || !earlier.first_at || later.epoch <= earlier.epoch) continue;
    lengths.push_back((*later.first_at - *earlier.first_at) / (later.epoch - earlier.epoch));
  }
  if (lengths.size() < kFewestGaps) return std::nullopt;
  std::sort(lengths.begin(), lengths.end());
  return EpochLength{static_cast<Millis>(Percentile(lengths, 0.5)),
                     absl::StrCat("the median of ", lengths.size(), " earlier ones")};
}

// The last epoch that began, and when.
std::optional<std::pair<int32_t, UnixMillis>> LastBegun(const ProverView& view) {
  std::optional<std::pair<int32_t, UnixMillis>> last;
  const auto take = [&](int32_t epoch, std::optional<UnixMillis> begin) {
    if (begin && (!last || *begin > last->second)) last = {epoch, *begin};
  };
  for (const EpochView& epoch : view.epochs) take(epoch.epoch, epoch.begin);
  for (const auto& figures : view.earlier) take(figures->summary.epoch, figures->summary.first_at);
  return last;
}

std::vector<Finding> FindNoNewEpoch(const ProverView& view, const ThresholdReader& thresholds) {
  const auto last = LastBegun(view);
  const auto length = LengthOf(view);
  // A prover whose logs nobody sends any more has no new epochs either.
  const bool followed =
      view.replayed || std::any_of(view.logs.begin(), view.logs.end(),
                                   [&](const LogView& log) { return IsHeard(log, view.now); });
  if (!last || !length || !followed) return {};
  const Millis since = view.complete_until - last->second;
  if (static_cast<double>(since) <=
      thresholds.Get("epoch_lengths") * static_cast<double>(length->length)) {
    return {};
  }
  Finding finding{"no_new_epoch", Severity::kWarning, {}, last->second};
  finding.summary =
      absl::StrCat("No new epoch since ", last->first, " began ", LengthText(since),
                   " ago; one lasts ", LengthText(length->length), " (", length->from, ").");
  finding.next_step =
      "See whether the prover node runs, syncs with L1 and is not in standby (`proverlog events`), "
      "and whether its log is followed (`proverlog sources`).";
  return {finding};
}

}  // namespace

std::vector<Rule> EpochRules() {
  return {
      {"epoch_at_risk",
       "The upper bound of an epoch's estimated end is late in its window, or past it.",
       "A proof that comes after the window is worth nothing.",
       {{"share_of_window", 80, "%",
         "The part of the time from the epoch's start to its deadline that is left for the end."}},
       absl::Minutes(2),
       "warning past the share, critical past the window",
       {"epoch"},
       {},
       FindAtRisk},
      {"epoch_failed",
       "An epoch failed, or missed its deadline.",
       "Its reward is lost.",
       {},
       absl::ZeroDuration(),
       "critical",
       {"epoch"},
       {"epoch_given_up", "epoch_at_risk"},
       FindFailedEpochs},
      {"epoch_given_up",
       "An epoch was stopped, or the broker moved on, and nobody began it again.",
       "Its reward is lost, unless its blocks changed.",
       {},
       absl::Minutes(5),
       "warning",
       {"epoch"},
       {"epoch_at_risk"},
       FindGivenUp},
      {"proof_unpublished",
       "An epoch's proof is ready, and is not on L1.",
       "All work is done, and the window may close on it.",
       {{"wait", 120, "s", "For how long a proof may wait."}},
       absl::ZeroDuration(),
       "critical",
       {"epoch"},
       {"epoch_at_risk"},
       FindUnpublished},
      {"submission_failed",
       "The transaction with an epoch's proof reverted, or was not made or mined.",
       "The software tries once: the proof is lost if nobody acts.",
       {},
       absl::ZeroDuration(),
       "critical; info where another prover was earlier",
       {"epoch"},
       {"proof_unpublished", "epoch_failed", "epoch_given_up", "epoch_at_risk"},
       FindSubmissionFailed},
      {"no_new_epoch",
       "No epoch began for much longer than one lasts.",
       "Epochs go by unproven.",
       {{"epoch_lengths", 1.5, "", "After so many epoch lengths without a new one it fires."}},
       absl::Minutes(2),
       "warning",
       {},
       {},
       FindNoNewEpoch},
  };
}

}  // namespace proverlog
