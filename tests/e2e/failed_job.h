#ifndef PROVERLOG_TESTS_E2E_FAILED_JOB_H_
#define PROVERLOG_TESTS_E2E_FAILED_JOB_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace proverlog {

// A broker's log, that says just now that a job of the epoch failed for good.
inline std::string LogOfFailedJob(int epoch) {
  const std::string id = absl::StrCat(epoch, ":PUBLIC_VM:", std::string(64, 'a'));
  const std::string at = absl::FormatTime("[%H:%M:%E3S] INFO: prover-client:proving-broker ",
                                          absl::Now() - absl::Seconds(5), absl::UTCTimeZone());
  return absl::StrCat(
      at, "New proving job id=", id, " epochNumber=", epoch, " {\"provingJobId\":\"", id, "\"}\n",
      at, "Marking proving job as failed id=", id,
      " type=PUBLIC_VM totalAttempts=1 err=Failed to generate witness: Cannot satisfy constraint"
      " {\"provingJobId\":\"",
      id, "\"}\n");
}

}  // namespace proverlog

#endif  // PROVERLOG_TESTS_E2E_FAILED_JOB_H_
