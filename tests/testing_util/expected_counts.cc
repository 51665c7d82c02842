#include "tests/testing_util/expected_counts.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string_view>

namespace proverlog::testing_util {
namespace {

using simdjson::dom::element;

constexpr double kMillisTolerance = 1e-6;

int64_t Integer(const element& object, const char* key) {
  int64_t number = 0;
  EXPECT_EQ(object[key].get(number), simdjson::SUCCESS) << key;
  return number;
}

double Number(const element& object, const char* key) {
  double number = 0;
  EXPECT_EQ(object[key].get(number), simdjson::SUCCESS) << key;
  return number;
}

void ExpectCounts(const JobCounts& counts, const element& expected) {
  EXPECT_EQ(counts.jobs, Integer(expected, "jobs"));
  EXPECT_EQ(counts.enqueued, Integer(expected, "enqueued"));
  EXPECT_EQ(counts.started, Integer(expected, "started"));
  EXPECT_EQ(counts.completed, Integer(expected, "completed"));
  EXPECT_EQ(counts.failed, Integer(expected, "failed"));
  EXPECT_EQ(counts.aborted, Integer(expected, "aborted"));
  EXPECT_EQ(counts.in_flight, Integer(expected, "inFlight"));
  EXPECT_EQ(counts.retries, Integer(expected, "retries"));
  EXPECT_EQ(counts.timeouts, Integer(expected, "timeouts"));
  EXPECT_EQ(counts.max_parallel, Integer(expected, "maxParallel"));
}

void ExpectStats(const DurationStats& stats, const element& expected, bool from_enqueue) {
  EXPECT_EQ(stats.count, Integer(expected, "count"));
  EXPECT_EQ(stats.ambiguous, Integer(expected, "ambiguous"));
  if (from_enqueue) {
    EXPECT_EQ(stats.negative, Integer(expected, "negative"));
    EXPECT_EQ(stats.across_machines, Integer(expected, "acrossMachines"));
  }
  if (stats.count == 0) return;
  EXPECT_NEAR(stats.min, Number(expected, "minMs"), kMillisTolerance);
  EXPECT_NEAR(stats.mean, Number(expected, "meanMs"), kMillisTolerance);
  EXPECT_NEAR(stats.p50, Number(expected, "p50Ms"), kMillisTolerance);
  EXPECT_NEAR(stats.p90, Number(expected, "p90Ms"), kMillisTolerance);
  EXPECT_NEAR(stats.p95, Number(expected, "p95Ms"), kMillisTolerance);
  EXPECT_NEAR(stats.p99, Number(expected, "p99Ms"), kMillisTolerance);
  EXPECT_NEAR(stats.max, Number(expected, "maxMs"), kMillisTolerance);
}

}  // namespace

void ExpectSameAsOracle(const EpochSummary& summary, const std::string& expected_json_path) {
  simdjson::dom::parser parser;
  element expected = parser.load(expected_json_path)["epochs"][std::to_string(summary.epoch)];
  EXPECT_EQ(summary.totals.jobs, Integer(expected, "jobs"));
  EXPECT_EQ(*summary.last_at - *summary.first_at, Integer(expected, "wallTimeMs"));

  simdjson::dom::object types = expected["jobTypes"];
  EXPECT_EQ(summary.job_types.size(), types.size());
  for (const JobTypeSummary& type : summary.job_types) {
    SCOPED_TRACE(std::to_string(summary.epoch) + " " + type.type);
    element counts;
    ASSERT_EQ(types[type.type].get(counts), simdjson::SUCCESS);
    ExpectCounts(type.counts, counts);
    ExpectStats(type.duration, counts["duration"], /*from_enqueue=*/false);
    ExpectStats(type.queue_wait, counts["queueWait"], /*from_enqueue=*/true);
    ExpectStats(type.turnaround, counts["turnaround"], /*from_enqueue=*/true);
  }
}

std::vector<int32_t> OracleEpochs(const std::string& expected_json_path) {
  simdjson::dom::parser parser;
  std::vector<int32_t> epochs;
  for (const auto field : simdjson::dom::object(parser.load(expected_json_path)["epochs"])) {
    epochs.push_back(std::stoi(std::string(field.key)));
  }
  return epochs;
}

int64_t OracleNumber(const std::string& expected_json_path, const std::string& key) {
  simdjson::dom::parser parser;
  return Integer(parser.load(expected_json_path), key.c_str());
}

}  // namespace proverlog::testing_util
