#include "analysis/progress.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/numbers.h"
#include "analysis/duration_stats.h"
#include "analysis/epoch_summary.h"

namespace proverlog {
namespace {

// A share of leaf jobs below which an epoch's size is not taken from them.
constexpr size_t kFewestLeavesPart = 10;

// What is seen of an epoch at an instant.
struct Size {
  std::optional<int32_t> transactions;
  size_t leaves = 0;  // leaf jobs that were told of
  Millis elapsed = 0;
  size_t done = 0;  // but for the root
};

// How many times the earlier epoch this one is.
struct Scale {
  double factor = 1;
  ExpectedBasis basis = ExpectedBasis::kEarlierEpochs;
};

void Count(JobState state, TypeProgress& counts) {
  switch (state) {
    case JobState::kCompleted:
      ++counts.done;
      return;
    case JobState::kRunning:
      ++counts.running;
      return;
    case JobState::kQueued:
      ++counts.queued;
      return;
    case JobState::kFailed:
    case JobState::kAborted:
    case JobState::kAbandoned:
      ++counts.given_up;
      return;
  }
}

std::vector<const Job*> InOrderOfAppearance(const std::vector<Job>& jobs) {
  std::vector<const Job*> existing;
  for (const Job& job : jobs) {
    if (job.exists) existing.push_back(&job);
  }
  std::sort(existing.begin(), existing.end(), [](const Job* a, const Job* b) {
    return std::tie(a->first_at, a->id) < std::tie(b->first_at, b->id);
  });
  return existing;
}

using Shapes = std::vector<const EpochShape*>;

Size SizeOf(const EpochSoFar& epoch, const Shapes& earlier) {
  std::set<std::string> leaf_types;
  for (const EpochShape* shape : earlier) {
    leaf_types.insert(shape->leaf_types.begin(), shape->leaf_types.end());
  }
  Size size;
  size.transactions = epoch.transactions;
  UnixMillis begin = epoch.as_of;
  for (const Job& job : epoch.jobs) {
    if (!job.exists) continue;
    begin = std::min(begin, job.first_at.value_or(begin));
    if (leaf_types.count(job.id.type) > 0) ++size.leaves;
    if (job.state == JobState::kCompleted && job.id.type != kRootRollup) ++size.done;
  }
  size.elapsed = epoch.as_of - begin;
  return size;
}

// How many leaves the earlier epoch had so long after its begin; for times that grow.
class LeavesCounter {
 public:
  explicit LeavesCounter(const EpochShape& shape) : shape_(&shape) {}
  size_t After(Millis elapsed) {
    const UnixMillis at = shape_->begin + elapsed;
    while (count_ < shape_->leaves.size() && shape_->leaves[count_] <= at) ++count_;
    return count_;
  }

 private:
  const EpochShape* shape_;
  size_t count_ = 0;
};

size_t LeavesAfter(const EpochShape& shape, Millis elapsed) {
  return static_cast<size_t>(
      std::upper_bound(shape.leaves.begin(), shape.leaves.end(), shape.begin + elapsed) -
      shape.leaves.begin());
}

// `then`: the leaves of the earlier epoch after the same time.
Scale ScaleOf(const Size& size, const EpochShape& earlier, size_t then) {
  if (size.transactions.value_or(0) > 0 && earlier.transactions > 0) {
    return {static_cast<double>(*size.transactions) / earlier.transactions,
            ExpectedBasis::kTransactions};
  }
  if (size.leaves == 0 || then * kFewestLeavesPart < earlier.leaves.size()) return {};
  return {static_cast<double>(size.leaves) / static_cast<double>(then), ExpectedBasis::kLeafJobs};
}

Scale ScaleOf(const Size& size, const EpochShape& earlier) {
  return ScaleOf(size, earlier, LeavesAfter(earlier, size.elapsed));
}

// Which part of its jobs seems to be done, by what the other one had in the end.
double PartDone(const Size& size, const EpochShape& other, size_t then) {
  const double in_the_end =
      ScaleOf(size, other, then).factor * static_cast<double>(other.done.size());
  return static_cast<double>(size.done) / std::max(in_the_end, 1.0);
}

double MedianOf(std::vector<double>& parts) {
  std::sort(parts.begin(), parts.end());
  const size_t middle = parts.size() / 2;
  return parts.size() % 2 == 1 ? parts[middle] : (parts[middle - 1] + parts[middle]) / 2;
}

double PartDone(const Size& size, const Shapes& others) {
  std::vector<double> parts;
  for (const EpochShape* other : others) {
    parts.push_back(PartDone(size, *other, LeavesAfter(*other, size.elapsed)));
  }
  return MedianOf(parts);
}

// When the earlier epoch first seemed to be as far, seen by the others as this one is by all.
UnixMillis SeemedAsFarAt(const EpochShape& shape, double part, bool has_transactions,
                         const Shapes& earlier) {
  Shapes others;
  for (const EpochShape* other : earlier) {
    if (other != &shape) others.push_back(other);
  }
  if (others.empty()) others = earlier;
  LeavesCounter leaves(shape);
  std::vector<LeavesCounter> others_leaves;
  for (const EpochShape* other : others) others_leaves.emplace_back(*other);
  std::vector<double> parts;
  Size size;
  if (has_transactions) size.transactions = shape.transactions;
  // As it was seen when so many of its jobs were done.
  for (size.done = 0; size.done < shape.done.size(); ++size.done) {
    const UnixMillis at = size.done == 0 ? shape.begin : shape.done[size.done - 1];
    size.elapsed = at - shape.begin;
    size.leaves = leaves.After(size.elapsed);
    parts.clear();
    for (size_t i = 0; i < others.size(); ++i) {
      parts.push_back(PartDone(size, *others[i], others_leaves[i].After(size.elapsed)));
    }
    if (MedianOf(parts) >= part) return at;
  }
  return shape.done.empty() ? shape.begin : shape.done.back();
}

bool IsOfItsKind(const EpochShape& earlier, const std::vector<TypeProgress>& types) {
  const auto known = std::count_if(types.begin(), types.end(), [&](const TypeProgress& type) {
    return earlier.counts.count(type.type) > 0;
  });
  return 2 * static_cast<size_t>(known) >= types.size();
}

std::optional<UnixMillis> RootCompletedAt(const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    if (job.id.type == kRootRollup && job.state == JobState::kCompleted) return job.ended_at;
  }
  return std::nullopt;
}

EndEstimate EstimateOf(const EpochSoFar& epoch, const Size& size, const Shapes& earlier) {
  EndEstimate estimate;
  estimate.to_l1 = std::all_of(earlier.begin(), earlier.end(),
                               [](const EpochShape* shape) { return shape->published_at; });
  const std::optional<UnixMillis> root_at = RootCompletedAt(epoch.jobs);
  const double part = PartDone(size, earlier);
  std::vector<Millis> ends;
  for (const EpochShape* shape : earlier) {
    const UnixMillis end = estimate.to_l1 ? *shape->published_at : shape->proven_at;
    if (root_at) {
      ends.push_back(std::max(epoch.as_of, *root_at + end - shape->proven_at));
      continue;
    }
    const UnixMillis then = SeemedAsFarAt(*shape, part, size.transactions.has_value(), earlier);
    // As many more jobs as this epoch has take so much longer; what comes after them does not.
    const UnixMillis last = shape->done.empty() ? then : shape->done.back();
    const double jobs = static_cast<double>(last - then) * ScaleOf(size, *shape).factor;
    ends.push_back(epoch.as_of + static_cast<Millis>(jobs) + std::max<Millis>(0, end - last));
  }
  std::sort(ends.begin(), ends.end());
  estimate.at = static_cast<UnixMillis>(Percentile(ends, 0.5));
  estimate.earliest = ends.front();
  estimate.latest = ends.back();
  // Of n + 1 exchangeable values the last one lies between the least and the greatest of the
  // others with this probability (order statistics; Wilks, Ann. Math. Statist. 12, 1941).
  const auto n = static_cast<double>(ends.size());
  estimate.share = (n - 1) / (n + 1);
  return estimate;
}

void Expect(const Size& size, const Shapes& earlier, Progress& progress) {
  std::map<std::string, std::vector<Millis>> counts;  // by type, as in each of the earlier epochs
  for (const EpochShape* shape : earlier) {
    progress.earlier_epochs.push_back(shape->epoch);
    const Scale scale = ScaleOf(size, *shape);
    if (progress.basis != ExpectedBasis::kTransactions) progress.basis = scale.basis;
    for (const auto& [type, count] : shape->counts) {
      // There is one root, however large the epoch.
      const double factor = type == kRootRollup ? 1 : scale.factor;
      counts[type].push_back(std::llround(count * factor));
    }
  }
  if (progress.basis == ExpectedBasis::kTransactions) progress.transactions = *size.transactions;
  for (const TypeProgress& type : progress.types) counts[type.type];
  std::map<std::string, int32_t> expected;
  for (auto& [type, values] : counts) {
    values.resize(earlier.size());  // none in the others
    std::sort(values.begin(), values.end());
    expected[type] = static_cast<int32_t>(std::llround(Percentile(values, 0.5)));
  }
  int32_t total = 0;
  for (TypeProgress& type : progress.types) {
    type.expected = std::max(type.known(), expected[type.type]);
    total += *type.expected;
    expected.erase(type.type);
  }
  for (const auto& [type, count] : expected) {
    if (count == 0) continue;
    progress.types.push_back({type, 0, 0, 0, 0, count});
    total += count;
  }
  progress.total.expected = total;
}

}  // namespace

Progress CountsOf(const std::vector<Job>& jobs) {
  Progress progress;
  for (const Job* job : InOrderOfAppearance(jobs)) {
    const auto is_same = [&](const TypeProgress& type) { return type.type == job->id.type; };
    auto type = std::find_if(progress.types.begin(), progress.types.end(), is_same);
    if (type == progress.types.end()) {
      type = progress.types.insert(type, {job->id.type, 0, 0, 0, 0, std::nullopt});
    }
    Count(job->state, *type);
    Count(job->state, progress.total);
    if (job->state == JobState::kCompleted) {
      progress.last_completed_at = std::max(progress.last_completed_at, job->ended_at);
    }
  }
  return progress;
}

Progress ProgressOf(const EpochSoFar& epoch, const std::vector<EpochShape>& earlier) {
  Progress progress = CountsOf(epoch.jobs);
  Shapes of_its_kind;
  for (const EpochShape& shape : earlier) {
    if (IsOfItsKind(shape, progress.types)) of_its_kind.push_back(&shape);
  }
  if (of_its_kind.empty()) return progress;
  const Size size = SizeOf(epoch, of_its_kind);
  Expect(size, of_its_kind, progress);
  progress.estimate = EstimateOf(epoch, size, of_its_kind);
  return progress;
}

const std::vector<std::string>& TransactionEventKinds() {
  static const auto* const kKinds = new std::vector<std::string>{"epoch.gathered", "epoch.started"};
  return *kKinds;
}

std::optional<int32_t> TransactionsOf(const std::vector<Event>& events) {
  for (const char* field : {"epochSizeTxs", "txs"}) {
    for (const Event& event : events) {
      const auto found = event.fields.find(field);
      int32_t count = 0;
      if (found != event.fields.end() && absl::SimpleAtoi(found->second, &count)) return count;
    }
  }
  return std::nullopt;
}

}  // namespace proverlog
