#ifndef PROVERLOG_TESTS_ALERT_SCENARIO_H_
#define PROVERLOG_TESTS_ALERT_SCENARIO_H_

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "alerts/rule_text.h"
#include "server/alerts/alert_evaluator.h"
#include "server/alerts/view_loader.h"
#include "server/metrics/metrics.h"
#include "server/query/query_fixture.h"
#include "storage/postgres/alert_store.h"
#include "tests/testing_util/staged_logs.h"

namespace proverlog {

// An alert that fires, or whose severity changes.
struct Fired {
  Finding finding;  // as it was then
  UnixMillis at = 0;
};

// A simulated prover whose lines come as its time goes by, through a real archive, normalizer,
// database and evaluator, and what the rules say of it, as they are built in.
class AlertScenario : public QueryTest {
 protected:
  static generator::GeneratorOptions Healthy() {
    generator::GeneratorOptions options;
    options.machines = 3;
    options.agents = 4;
    options.jobs = 150;
    options.retry_rate = options.timeout_rate = options.abort_rate = options.restart_rate = 0;
    options.start = kSomeDay;
    return options;
  }

  // The logs, in the order of LogsOf.
  static constexpr size_t kNode = 0;
  static constexpr size_t kBroker = 1;
  static constexpr UnixMillis kBegin = kSomeDay;

  static bool Says(const testing_util::StagedLog::Line& line, absl::string_view words) {
    return absl::StrContains(line.text, words);
  }
  // The first line with the words; the test fails where there is none.
  static UnixMillis FirstOf(const testing_util::StagedLog& log, absl::string_view words) {
    for (const testing_util::StagedLog::Line& line : log.lines) {
      if (Says(line, words)) return line.at;
    }
    ADD_FAILURE() << log.name << " has no " << words;
    return 0;
  }
  static void StopAt(UnixMillis at, std::vector<testing_util::StagedLog>& logs) {
    for (testing_util::StagedLog& log : logs) {
      log.Drop([&](const auto& line) { return line.at >= at; });
    }
  }

  // The last line's instant.
  static UnixMillis EndOf(const std::vector<testing_util::StagedLog>& logs) {
    UnixMillis end = 0;
    for (const testing_util::StagedLog& log : logs) end = std::max(end, log.lines.back().at);
    return end;
  }

  // What is looked at every so often while the lines come.
  static constexpr Millis kStep = 20'000;

  // Lines come until `end`; after that all senders stay connected and have nothing more, except
  // those of the machines in `gone` from then on.
  void Run(const std::vector<testing_util::StagedLog>& logs, UnixMillis begin, UnixMillis end) {
    for (UnixMillis at = begin + kStep; at <= end; at += kStep) {
      for (const testing_util::StagedLog& log : logs) Send(log, at - kStep, at);
      if (prover_id_ != 0) Normalize(prover_id_);
      NoteAttendance(logs, at);
      Look(at);
    }
  }

  // A round, as the service makes it.
  void Look(UnixMillis at) {
    now_ = absl::FromUnixMillis(at);
    absl::Status status = evaluator_.Renew();
    status.Update(evaluator_.EvaluateAll());
    ASSERT_TRUE(status.ok()) << status;
    const auto changes = alerts_.ChangesAfter(last_change_, 1000);
    ASSERT_TRUE(changes.ok()) << changes.status();
    for (const AlertChange& change : *changes) {
      last_change_ = change.change_id;
      auto alert = alerts_.Load(change.alert_id);
      ASSERT_TRUE(alert.ok()) << alert.status();
      if (change.what == "resolved") {
        resolved.push_back({std::move(alert->finding), at});
        continue;
      }
      alert->finding.severity = change.severity;
      alert->finding.summary = change.summary;
      fired.push_back({std::move(alert->finding), at});
    }
  }

  // The first of the rule; the test fails where there is none.
  Fired First(absl::string_view rule) const {
    for (const Fired& one : fired) {
      if (one.finding.rule == rule) return one;
    }
    ADD_FAILURE() << "nothing of " << rule << "; there is:\n" << AllText();
    return {};
  }
  // It fires at `due` or a round or two later, is resolved about a minute after `over`, and does
  // not come again.
  void ExpectFiresAndResolves(absl::string_view rule, UnixMillis due, UnixMillis over) const {
    const Fired first = First(rule);
    EXPECT_GE(first.at, due) << AllText();
    EXPECT_LE(first.at, due + 2 * kStep) << AllText();
    int times = 0;
    for (const Fired& one : resolved) {
      if (one.finding.rule != rule) continue;
      ++times;
      EXPECT_GT(one.at, over) << AllText();
      EXPECT_LE(one.at, over + kMinute + 3 * kStep) << AllText();
    }
    EXPECT_EQ(times, 1) << rule << "\n" << AllText();
  }
  std::set<std::string> Rules(Severity at_least) const {
    std::set<std::string> rules;
    for (const Fired& one : fired) {
      if (one.finding.severity >= at_least) rules.insert(one.finding.rule);
    }
    return rules;
  }
  std::string AllText() const {
    std::string text;
    for (const Fired& one : fired) {
      absl::StrAppend(&text, InstantText(one.at), " ", SeverityName(one.finding.severity), " ",
                      one.finding.rule, ": ", one.finding.summary, "\n");
    }
    for (const Fired& one : resolved) {
      absl::StrAppend(&text, InstantText(one.at), " resolved ", one.finding.rule, "\n");
    }
    return text;
  }
  // What each rule said is seen.
  void TearDown() override { std::cout << AllText(); }

  std::vector<Fired> fired;                     // in order of time
  std::vector<Fired> resolved;                  // the same
  std::set<std::string> gone;                   // machines that send nothing any more
  std::function<void(const ProverView&)> look;  // at each view
  EpochCache cache_{size_t{64} << 20};
  ViewLoader loader_{&store_, &cache_};
  ProverId prover_id_ = 0;

 private:
  struct Sent {
    StreamKey key;
    int64_t offset = 0;
    std::string head;
    UnixMillis last = 0;
  };

  void Send(const testing_util::StagedLog& log, UnixMillis begin, UnixMillis end) {
    const std::string text = log.Between(begin, end);
    if (text.empty() || gone.count(log.machine) > 0) return;
    Sent& sent = sent_[log.machine + "/" + log.name];
    sent.last = end;
    if (sent.offset == 0) {
      sent.key = Archive(log.machine, log.name, text);
      sent.head = text.substr(0, kHeadBytes);
      prover_id_ = sent.key.prover_id;
    } else {
      if (sent.head.size() < kHeadBytes) {
        sent.head += text.substr(0, kHeadBytes - sent.head.size());
      }
      const Block block{sent.offset, sent.offset + static_cast<int64_t>(text.size()),
                        CompressFrame(text)};
      ASSERT_TRUE(testing_util::Append(archive_, sent.key, 1, block, sent.head).ok());
    }
    sent.offset += static_cast<int64_t>(text.size());
  }

  void NoteAttendance(const std::vector<testing_util::StagedLog>& logs, UnixMillis at) {
    for (const testing_util::StagedLog& log : logs) {
      const auto sent = sent_.find(log.machine + "/" + log.name);
      if (sent == sent_.end() || gone.count(log.machine) > 0) continue;
      const std::string where = absl::StrCat(" WHERE prover_id = ", sent->second.key.prover_id,
                                             " AND stream_id = ", sent->second.key.stream_id);
      database_.Sql(
          absl::StrCat("UPDATE stream_position SET received_at = ", sent->second.last - 1, where));
      database_.Sql(absl::StrCat(
          "INSERT INTO stream_attendance VALUES (", sent->second.key.prover_id, ", ",
          sent->second.key.stream_id, ", ", at,
          ") ON CONFLICT (prover_id, stream_id) DO UPDATE SET seen_at = excluded.seen_at"));
    }
  }

  AlertEvaluator::Options EvaluatorOptions() {
    AlertEvaluator::Options options;
    options.holder = "this";
    options.provers = [this] { return store_.ListProvers(10); };
    options.view = [this](const ProverRef& prover, UnixMillis now,
                          UnixMillis listens_since) -> absl::StatusOr<const ProverView*> {
      auto view = loader_.Load(prover, now, listens_since);
      if (view.ok() && look) look(**view);
      return view;
    };
    options.now = [this] { return now_; };
    options.lease = absl::Hours(1);  // by the database's clock
    return options;
  }

  std::map<std::string, Sent> sent_;
  postgres::AlertStore alerts_{&database_.pool()};
  Metrics metrics_{"test"};
  absl::Time now_;
  int64_t last_change_ = 0;
  AlertEvaluator evaluator_{&alerts_, &metrics_.rules, EvaluatorOptions()};
};

}  // namespace proverlog

#endif  // PROVERLOG_TESTS_ALERT_SCENARIO_H_
