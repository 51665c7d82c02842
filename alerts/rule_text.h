#ifndef PROVERLOG_ALERTS_RULE_TEXT_H_
#define PROVERLOG_ALERTS_RULE_TEXT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "analysis/cause.h"
#include "model/job.h"
#include "model/time.h"

namespace proverlog {

// How the rules say things.

// A time in its two largest units: "850 ms", "45 s", "3 min 20 s", "1 h 12 min".
std::string LengthText(Millis length);
// "2026-11-21 02:13:05 UTC"
std::string InstantText(UnixMillis at);
// "1 job", "3 jobs"
std::string CountText(int64_t count, absl::string_view noun);
// The text's beginning, for one line: errors are as long as somebody likes.
std::string Shortened(absl::string_view text);
// "killed: Failed to generate proof. Exit code null. Signal SIGKILL."
std::string CauseText(const Cause& cause);

// Jobs with how long each has been what it is found to be.
using Aged = std::vector<std::pair<Millis, const Job*>>;
// A line for each of the three worst, the worst first, and one for how many more there are.
std::string WorstJobs(Aged jobs);

}  // namespace proverlog

#endif  // PROVERLOG_ALERTS_RULE_TEXT_H_
