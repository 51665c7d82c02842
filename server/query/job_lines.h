#ifndef PROVERLOG_SERVER_QUERY_JOB_LINES_H_
#define PROVERLOG_SERVER_QUERY_JOB_LINES_H_

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace proverlog {

// Logs for tests of questions, written briefly.

// "[03:00:01.500] INFO: b ", `millis` after three.
inline std::string LineAt(int millis) {
  return absl::StrCat("[03:", absl::Dec(millis / 60'000, absl::kZeroPad2), ":",
                      absl::Dec(millis / 1000 % 60, absl::kZeroPad2), ".",
                      absl::Dec(millis % 1000, absl::kZeroPad3), "] INFO: b ");
}

// The lines of a job's enqueue and completion, which are a broker's, and of its start and end.
struct JobLines {
  std::string broker;
  std::string agent;
};

// A job that is enqueued at `at` and runs from 10 ms later on for `length`.
inline JobLines Proven(int epoch, const std::string& type, int number, int at, int length) {
  const std::string id = absl::StrCat(epoch, ":", type, ":", absl::Hex(number, absl::kZeroPad8));
  return {absl::StrCat(LineAt(at), "New proving job id=", id, " epochNumber=", epoch, "\n",
                       LineAt(at + length + 20), "Proving job complete id=", id, " type=", type,
                       " totalAttempts=1\n"),
          absl::StrCat(LineAt(at + 10), "Starting job id=", id, " type=", type, " inputsUri=x\n",
                       LineAt(at + 10 + length), "Job id=", id, " type=", type,
                       " completed outputUri=y\n")};
}

// A question is refused because of the field.
inline void ExpectRefused(const absl::Status& status, const std::string& field) {
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
}

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_JOB_LINES_H_
