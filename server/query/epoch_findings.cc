#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "analysis/epoch_summary.h"
#include "rpc/convert.h"
#include "rpc/human.h"
#include "server/query/findings.h"

namespace proverlog {
namespace {

using Report = v1::GetReportResponse;

// More jobs at once than this are worth a word.
constexpr int32_t kManyAtOnce = 10;
// More agents shorten an epoch that waited for them: where its critical path was in the queue for
// this part of its length,
constexpr double kMuchQueueing = 0.1;
// and no more of the agents' time was lost beside queued jobs than comes of asking for work.
constexpr double kLittleLost = 0.05;

// Whether a root rollup completed, or a session says that its proof was ready.
bool HasProof(const v1::GetEpochSummaryResponse& epoch) {
  const v1::EpochOutcome outcome = epoch.outcome();
  return outcome == v1::EPOCH_OUTCOME_PROVEN || outcome == v1::EPOCH_OUTCOME_PUBLISHED ||
         outcome == v1::EPOCH_OUTCOME_DROPPED ||
         std::any_of(epoch.job_types().begin(), epoch.job_types().end(),
                     [](const v1::JobTypeSummary& type) {
                       return type.type() == kRootRollup && type.completed() > 0;
                     }) ||
         std::any_of(
             epoch.sessions().begin(), epoch.sessions().end(),
             [](const v1::EpochSession& session) { return session.has_proof_ready_time(); });
}

// Of an epoch that was given up: how; else null.
const char* GivenUp(v1::EpochOutcome outcome) {
  switch (outcome) {
    case v1::EPOCH_OUTCOME_FAILED:
      return "its session failed";
    case v1::EPOCH_OUTCOME_TIMED_OUT:
      return "its deadline came first";
    case v1::EPOCH_OUTCOME_ABORTED:
      return "its session was stopped";
    default:
      return nullptr;
  }
}

void AddProof(const v1::GetEpochSummaryResponse& epoch, Findings& findings) {
  const std::string name = absl::StrCat("Epoch ", epoch.epoch());
  if (HasProof(epoch)) {
    findings.Judge(true, "outcome", absl::StrCat(name, " was proven up to its root"));
  } else if (GivenUp(epoch.outcome()) != nullptr) {
    findings.Judge(false, "outcome", absl::StrCat(name, " was not proven"));
  } else if (epoch.outcome() == v1::EPOCH_OUTCOME_INCOMPLETE) {
    findings.Observe("outcome", absl::StrCat(name, ": the logs do not show how it ended."));
  }
}

// What became of a proof on L1.
void AddL1(const v1::GetEpochSummaryResponse& epoch, Findings& findings) {
  const std::string proof = absl::StrCat("The proof of epoch ", epoch.epoch());
  const char* given_up = GivenUp(epoch.outcome());
  if (epoch.outcome() == v1::EPOCH_OUTCOME_PUBLISHED) {
    findings.Judge(true, "l1", absl::StrCat(proof, " is on L1"));
  } else if (epoch.outcome() == v1::EPOCH_OUTCOME_SUPERSEDED) {
    findings.Observe("l1",
                     absl::StrCat("A longer proof was published in the stead of that of epoch ",
                                  epoch.epoch(), "."));
  } else if (epoch.outcome() == v1::EPOCH_OUTCOME_DROPPED) {
    findings.Observe("l1", absl::StrCat(proof, " was not sent to L1: publishing is disabled."));
  } else if (epoch.outcome() == v1::EPOCH_OUTCOME_PROVEN) {
    findings.Observe("l1", absl::StrCat("No log tells whether the proof of epoch ", epoch.epoch(),
                                        " got to L1."));
  } else if (given_up != nullptr && HasProof(epoch)) {
    findings.Judge(false, "l1", absl::StrCat(proof, " did not get to L1: ", given_up));
  }
}

// "117 of its attempts, 36 %" of each machine.
void AddShares(const v1::GetEpochSummaryResponse& epoch, Findings& findings) {
  std::vector<std::string> shares;
  for (const v1::MachineShare& machine : epoch.machines()) {
    shares.push_back(absl::StrCat(machine.machine(), " (", HumanCount(machine.started()),
                                  " of its attempts, ", HumanPercent(machine.share(), 0), ")"));
  }
  findings.Observe(
      "machines",
      shares.empty()
          ? absl::StrCat("Epoch ", epoch.epoch(), ": no agent's log tells which machine ran it.")
          : absl::StrCat("Epoch ", epoch.epoch(), " ran on ", absl::StrJoin(shares, ", "), "."));
}

// Whether the epoch ran together with the one before it.
void AddOverlap(const v1::GetEpochSummaryResponse& before, const v1::GetEpochSummaryResponse& epoch,
                Findings& findings) {
  if (!before.has_last_time() || !epoch.has_first_time()) return;
  const absl::Duration pause = absl::Milliseconds(FromProtoTimestamp(epoch.first_time()) -
                                                  FromProtoTimestamp(before.last_time()));
  findings.Observe("overlap",
                   pause >= absl::ZeroDuration()
                       ? absl::StrCat("Epoch ", epoch.epoch(), " began ", HumanDuration(pause),
                                      " after the last instant of epoch ", before.epoch(), ".")
                       : absl::StrCat("Epochs ", before.epoch(), " and ", epoch.epoch(),
                                      " overlapped by ", HumanDuration(-pause), "."));
}

}  // namespace

void AddOutcomes(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    AddProof(epoch, findings);
    AddL1(epoch, findings);
  }
}

void AddOpenJobs(const Report& report, Findings& findings) {
  int64_t jobs = 0;
  int64_t open = 0;
  for (int i = 0; i < report.epochs_size(); ++i) {
    const v1::GetEpochSummaryResponse& epoch = report.epochs(i);
    const v1::ReportReliability& states = report.reliability(i);
    std::string flags;
    int64_t of_epoch = 0;
    const auto add = [&](const char* state, int32_t count) {
      of_epoch += count;
      if (count > 0) absl::StrAppend(&flags, " --state ", state);
    };
    add("queued", states.queued());
    add("running", states.running());
    add("abandoned", epoch.totals().abandoned());
    jobs += epoch.totals().jobs();
    open += of_epoch;
    const std::string which = absl::StrCat(Plural(of_epoch, "job"), " of epoch ", epoch.epoch());
    if (of_epoch == 0) continue;
    if (epoch.outcome() == v1::EPOCH_OUTCOME_IN_PROGRESS) {
      findings.Observe("open-jobs", absl::StrCat(which, " had not ended yet."));
      continue;
    }
    findings.Judge(false, "open-jobs", absl::StrCat(which, " never ended"));
    findings.Recommend("open-jobs", absl::StrCat("Look for what became of ", which,
                                                 " without an end: proverlog"
                                                 " jobs --epoch ",
                                                 epoch.epoch(), flags, "."));
  }
  if (jobs > 0 && open == 0) findings.Judge(true, "open-jobs", "Every job that is known has ended");
}

void AddMachines(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) AddShares(epoch, findings);
  for (int i = 1; i < report.epochs_size(); ++i) {
    AddOverlap(report.epochs(i - 1), report.epochs(i), findings);
  }
}

void AddParallelism(const Report& report, Findings& findings) {
  for (const v1::GetEpochSummaryResponse& epoch : report.epochs()) {
    std::vector<std::string> types;
    for (const v1::JobTypeSummary& type : epoch.job_types()) {
      if (type.max_parallel() < kManyAtOnce) continue;
      types.push_back(absl::StrCat("up to ", type.max_parallel(), " ", type.type()));
    }
    if (types.empty()) continue;
    findings.Observe("parallelism", absl::StrCat("In epoch ", epoch.epoch(), " ", HumanList(types),
                                                 " jobs ran at once."));
  }
}

void AddCapacity(const Report& report, Findings& findings) {
  for (const v1::ReportPath& path : report.paths()) {
    const absl::Duration length = FromProtoDuration(path.length());
    const absl::Duration queueing = FromProtoDuration(path.queueing());
    const absl::Duration agents = FromProtoDuration(path.agent_time());
    const absl::Duration lost = FromProtoDuration(path.lost_capacity());
    if (!path.ends_with_root() || agents == absl::ZeroDuration() ||
        queueing < length * kMuchQueueing || lost > agents * kLittleLost) {
      continue;
    }
    findings.Recommend(
        "capacity",
        absl::StrCat("The critical path of epoch ", path.epoch(), " was in the queue for ",
                     HumanDuration(queueing), " of its ", HumanDuration(length), ", while ",
                     HumanPercent(absl::FDivDuration(lost, agents), 0),
                     " of the agents' time was free beside queued jobs: more agents would shorten"
                     " the epoch."));
  }
}

}  // namespace proverlog
