#ifndef PROVERLOG_TESTS_TESTING_UTIL_EXPECTED_COUNTS_H_
#define PROVERLOG_TESTS_TESTING_UTIL_EXPECTED_COUNTS_H_

#include <string>

#include "analysis/epoch_summary.h"

namespace proverlog::testing_util {

// Compares a summary with what tests/oracle/count_jobs.py counted, `*.expected.json` in tests/data:
// every count, and every figure of every distribution. The test fails for each that differs.
void ExpectSameAsOracle(const EpochSummary& summary, const std::string& expected_json_path);

// The epochs that the oracle saw.
std::vector<int32_t> OracleEpochs(const std::string& expected_json_path);

// A top-level number of the oracle's file: "lines" or "records".
int64_t OracleNumber(const std::string& expected_json_path, const std::string& key);

}  // namespace proverlog::testing_util

#endif  // PROVERLOG_TESTS_TESTING_UTIL_EXPECTED_COUNTS_H_
