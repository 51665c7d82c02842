#ifndef PROVERLOG_TESTS_TESTING_UTIL_PROVER_VIEWS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_PROVER_VIEWS_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "alerts/rule.h"
#include "model/time.h"
#include "tests/testing_util/facts.h"

namespace proverlog::testing_util {

// What rules look at, made by hand: everything happens some minutes before and after kNoon.
inline constexpr UnixMillis kNoon = 1795262400000;  // 2026-11-21T12:00:00Z

// The thresholds as they are built in, and for what they were asked.
class BuiltInThresholds : public ThresholdReader {
 public:
  explicit BuiltInThresholds(const Rule& rule) : rule_(rule) {}
  double Get(absl::string_view name, const Labels& about) const override {
    for (const auto& [label, value] : about) {
      EXPECT_TRUE(HasLabel(rule_, label) || absl::c_linear_search(rule_.threshold_labels, label))
          << rule_.name << " " << label;
    }
    asked_[std::string(name)].push_back(about);
    for (const Threshold& threshold : rule_.thresholds) {
      if (threshold.name == name) return threshold.value;
    }
    ADD_FAILURE() << rule_.name << " has no threshold " << name;
    return 0;
  }

  // What is set for the finding's labels reaches every threshold that it was found with.
  void ExpectAskedFor(const Labels& labels) const {
    const auto has_all = [&](const Labels& about) {
      return absl::c_all_of(labels, [&](const auto& label) {
        const auto found = about.find(label.first);
        return found != about.end() && found->second == label.second;
      });
    };
    for (const auto& [name, asked] : asked_) {
      EXPECT_TRUE(absl::c_any_of(asked, has_all)) << rule_.name << " " << name;
    }
  }

 private:
  const Rule& rule_;
  mutable std::map<std::string, std::vector<Labels>> asked_;
};

// That a rule finds nothing in a replayed view is said of it.
inline void ExpectMarkedWhereItNeedsLogs(const Rule& rule, ProverView view) {
  view.replayed = true;
  view.logs.clear();
  EXPECT_EQ(rule.find(view, BuiltInThresholds(rule)).empty(), rule.live_only) << rule.name;
}

inline std::vector<Finding> Find(absl::string_view name, const ProverView& view) {
  const Rule* rule = FindRule(name);
  if (rule == nullptr) {
    ADD_FAILURE() << "no rule " << name;
    return {};
  }
  const BuiltInThresholds thresholds(*rule);
  std::vector<Finding> findings = rule->find(view, thresholds);
  if (!findings.empty()) ExpectMarkedWhereItNeedsLogs(*rule, view);
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.rule, name);
    EXPECT_NE(finding.next_step, "");
    for (const auto& [label, value] : finding.labels) {
      EXPECT_TRUE(absl::c_linear_search(rule->labels, label)) << name << " " << label;
    }
    thresholds.ExpectAskedFor(finding.labels);
    EXPECT_TRUE(finding.detail.empty() || finding.detail.back() == '\n') << finding.detail;
    EXPECT_EQ(finding.summary.back(), '.') << finding.summary;
  }
  return findings;
}

// A broker's log and an agents' log of one process on each machine.
inline constexpr int64_t kBrokerStream = 100;
inline LogView LogOf(int64_t stream_id, std::string machine, std::string source, UnixMillis now) {
  LogView log;
  log.stream_id = stream_id;
  log.machine = std::move(machine);
  log.source = std::move(source);
  log.first_at = now - 30 * kMinute;
  log.last_at = log.received_at = log.seen_at = now;
  log.counts.records = log.counts.understood = 1800;
  log.counts.facts[stream_id == kBrokerStream ? FactKind::kEnqueued : FactKind::kStarted] = 500;
  return log;
}

// Facts of the broker on machine "b", and of the agents on machine "mN", N from 1.
inline FactBuilder ByBroker(UnixMillis at, FactKind kind) {
  return At(at, kind).On("b", "broker.log", kBrokerStream);
}
inline FactBuilder ByAgent(UnixMillis at, FactKind kind, int machine = 1) {
  return At(at, kind).On(absl::StrCat("m", machine), "agent.log", machine);
}

inline Job JobOf(int32_t epoch, std::string type, int number, std::vector<Fact> facts) {
  std::vector<Fact> set;
  UniteFacts(std::move(facts), set);
  std::string hash = absl::StrCat(number);
  hash.insert(0, 64 - hash.size(), '0');
  return DeriveJob({epoch, std::move(type), std::move(hash)}, std::move(set));
}

// A job that was completed as most are: enqueued, started a second later.
inline Job Completed(int32_t epoch, std::string type, int number, UnixMillis at, Millis took,
                     int machine = 1) {
  return JobOf(epoch, std::move(type), number,
               {ByBroker(at - took - kSecond, FactKind::kEnqueued),
                ByAgent(at - took, FactKind::kStarted, machine),
                ByAgent(at, FactKind::kAgentCompleted, machine),
                ByBroker(at + 5, FactKind::kCompleted).Attempt(1)});
}

// An epoch that went on since ten minutes, at noon; the logs tell all until then.
inline ProverView OpenView() {
  ProverView view;
  view.prover = "alpha";
  view.now = view.complete_until = kNoon;
  EpochView epoch;
  epoch.epoch = 3054;
  epoch.outcome = EpochOutcome::kInProgress;
  epoch.begin = kNoon - 10 * kMinute;
  epoch.last_at = kNoon;
  view.epochs.push_back(std::move(epoch));
  view.logs = {LogOf(1, "m1", "agent.log", kNoon), LogOf(2, "m2", "agent.log", kNoon),
               LogOf(kBrokerStream, "b", "broker.log", kNoon)};
  return view;
}

inline ProverView EndedView(EpochOutcome outcome) {
  ProverView view = OpenView();
  view.epochs[0].outcome = outcome;
  view.epochs[0].over = true;
  return view;
}

inline Event EventOf(std::string kind, UnixMillis at, std::string machine, int64_t stream_id,
                     std::map<std::string, std::string> fields = {}) {
  Event event;
  event.kind = std::move(kind);
  event.at = at;
  event.fields = std::move(fields);
  event.origin.machine = std::move(machine);
  event.origin.stream_id = stream_id;
  return event;
}

// Figures of an earlier epoch of `count` jobs of the type that took `took` each, give or take.
inline std::shared_ptr<const EpochFigures> EarlierEpoch(int32_t epoch, const std::string& type,
                                                        int count, Millis took, int machine = 1) {
  const UnixMillis begin = kNoon - (3054 - epoch) * 40 * kMinute;
  std::vector<Job> jobs;
  for (int i = 0; i < count; ++i) {
    jobs.push_back(Completed(epoch, type, i, begin + took + kSecond + i * 10, took + i, machine));
  }
  return std::make_shared<const EpochFigures>(ComputeFigures(epoch, std::move(jobs), {}));
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_PROVER_VIEWS_H_
