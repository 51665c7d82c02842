#ifndef PROVERLOG_TESTS_TESTING_UTIL_STAGED_LOGS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_STAGED_LOGS_H_

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog::testing_util {

// A log with the instant of each of its lines, so that it can be told as time goes by.
struct StagedLog {
  struct Line {
    UnixMillis at = 0;
    std::string text;  // with its '\n'
  };
  std::string machine;
  std::string name;
  std::vector<Line> lines;

  // The lines at or after `begin` and before `end`.
  std::string Between(UnixMillis begin, UnixMillis end) const {
    std::string text;
    for (const Line& line : lines) {
      if (line.at >= begin && line.at < end) text += line.text;
    }
    return text;
  }
  void Drop(const std::function<bool(const Line&)>& is_it) {
    lines.erase(std::remove_if(lines.begin(), lines.end(), is_it), lines.end());
  }
  // A line of the pretty format, in its place: "INFO: module message".
  void Say(UnixMillis at, absl::string_view words) {
    const Millis of_day = at % 86'400'000;
    const auto two = [](Millis value) { return absl::StrCat(value < 10 ? "0" : "", value); };
    const std::string millis = absl::StrCat(1000 + of_day % 1000).substr(1);
    Line line{at, absl::StrCat("[", two(of_day / 3'600'000), ":", two(of_day / 60'000 % 60), ":",
                               two(of_day / 1000 % 60), ".", millis, "] ", words, "\n")};
    const auto place =
        std::upper_bound(lines.begin(), lines.end(), at,
                         [](UnixMillis instant, const Line& other) { return instant < other.at; });
    lines.insert(place, std::move(line));
  }
};

// Of a simulated prover with pretty logs, in the order of LogsOf: node, broker, agents.
inline std::vector<StagedLog> StagedLogsOf(const SimulatedProver& prover) {
  constexpr size_t kTimeLength = 14;  // "[00:04:35.355]"
  std::vector<StagedLog> staged;
  for (size_t log = 0; log < prover.logs.size(); ++log) {
    staged.push_back({prover.logs[log].machine, prover.logs[log].name, {}});
    UnixMillis at = prover.options.start;
    absl::string_view rest = prover.texts[log];
    while (!rest.empty()) {
      const size_t end = rest.find('\n') + 1;
      const absl::string_view line = rest.substr(0, end == 0 ? rest.size() : end);
      rest.remove_prefix(line.size());
      if (line.size() > kTimeLength && line[0] == '[' && line[13] == ']') {
        const auto number = [&](size_t begin, size_t length) {
          int value = 0;
          (void)absl::SimpleAtoi(line.substr(begin, length), &value);
          return Millis{value};
        };
        const UnixMillis day = prover.options.start - prover.options.start % 86'400'000;
        at = day + ((number(1, 2) * 60 + number(4, 2)) * 60 + number(7, 2)) * 1000 + number(10, 3);
        if (at < prover.options.start) at += 86'400'000;
      }
      staged.back().lines.push_back({at, std::string(line)});
    }
  }
  return staged;
}

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_STAGED_LOGS_H_
