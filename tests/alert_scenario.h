#ifndef PROVERLOG_TESTS_ALERT_SCENARIO_H_
#define PROVERLOG_TESTS_ALERT_SCENARIO_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "alerts/rule.h"
#include "alerts/rule_text.h"
#include "server/alerts/view_loader.h"
#include "server/query/query_fixture.h"
#include "tests/testing_util/prover_views.h"
#include "tests/testing_util/staged_logs.h"

namespace proverlog {

// Something that a rule said for as long as it must hold.
struct Fired {
  Finding finding;  // when it fired
  UnixMillis at = 0;
};

// A simulated prover whose lines come as its time goes by, through a real archive, normalizer and
// database, and what the rules say of it, as they are built in.
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

  void Look(UnixMillis at) {
    const auto view = loader_.Load({prover_id_, 1, "demo"}, at);
    ASSERT_TRUE(view.ok()) << view.status();
    if (look) look(**view);
    std::map<std::pair<std::string, Labels>, UnixMillis> held;
    for (const Rule& rule : BuiltInRules()) {
      for (const Finding& finding : testing_util::Find(rule.name, **view)) {
        const std::pair<std::string, Labels> key = {finding.rule, finding.labels};
        const auto known = held_.find(key);
        const UnixMillis since = known == held_.end() ? at : known->second;
        held[key] = since;
        if (at - since < absl::ToInt64Milliseconds(rule.hold)) continue;
        const auto before = fired_.find(key);
        if (before != fired_.end() && before->second >= finding.severity) continue;
        fired_[key] = finding.severity;
        fired.push_back({finding, at});
      }
    }
    held_ = std::move(held);
    for (auto it = fired_.begin(); it != fired_.end();) {
      it = held_.count(it->first) == 0 ? fired_.erase(it) : std::next(it);
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
  std::set<std::string> Rules(Severity at_least) const {
    std::set<std::string> rules;
    for (const Fired& one : fired) {
      if (one.finding.severity >= at_least) rules.insert(one.finding.rule);
    }
    return rules;
  }
  // Whether it is still found.
  bool Holds(absl::string_view rule) const {
    for (const auto& [key, since] : held_) {
      if (key.first == rule) return true;
    }
    return false;
  }
  std::string AllText() const {
    std::string text;
    for (const Fired& one : fired) {
      absl::StrAppend(&text, InstantText(one.at), " ", SeverityName(one.finding.severity), " ",
                      one.finding.rule, ": ", one.finding.summary, "\n");
    }
    return text;
  }

  std::vector<Fired> fired;                     // in order of time
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

  std::map<std::string, Sent> sent_;
  std::map<std::pair<std::string, Labels>, UnixMillis> held_;  // since when
  std::map<std::pair<std::string, Labels>, Severity> fired_;
};

}  // namespace proverlog

#endif  // PROVERLOG_TESTS_ALERT_SCENARIO_H_
