// The answers of `proverlog jobs` and `proverlog job` as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/format/summary.h"
#include "model/time.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::Job SomeJob(UnixMillis start) {
  v1::Job job;
  job.set_id("7:A:" + std::string(64, 'a'));
  job.set_state(v1::JOB_STATE_COMPLETED);
  *job.mutable_enqueue_time() = ToProtoTimestamp(start - 60'000);
  *job.mutable_start_time() = ToProtoTimestamp(start);
  *job.mutable_end_time() = ToProtoTimestamp(start + 60'000);
  job.set_attempts(1);
  return job;
}

TEST(JobsTextTest, JobsOfOneDayAndEpochAreATable) {
  v1::ListJobsResponse response;
  response.add_epochs(7);
  *response.add_jobs() = SomeJob(kSomeTime);
  EXPECT_EQ(JobsText(response),
            "JOB           STATE      STARTED   PROVING  TRIES  MACHINE\n"
            "7:A:aaaaaaaa  completed  02:00:00        -      1  -\n");
}

TEST(JobsTextTest, TheTimeIsThatTheyAreOrderedBy) {
  v1::ListJobsResponse response;
  response.add_epochs(7);
  *response.add_jobs() = SomeJob(kSomeTime);
  EXPECT_THAT(JobsText(response, v1::JOB_ORDER_ENQUEUE_TIME), HasSubstr("ENQUEUED  PROVING"));
  EXPECT_THAT(JobsText(response, v1::JOB_ORDER_ENQUEUE_TIME), HasSubstr("01:59:00"));
  EXPECT_THAT(JobsText(response, v1::JOB_ORDER_END_TIME), HasSubstr("ENDED "));
  EXPECT_THAT(JobsText(response, v1::JOB_ORDER_END_TIME), HasSubstr("02:01:00"));
}

TEST(JobsTextTest, JobsOfSeveralDaysHaveTheDate) {
  v1::ListJobsResponse response;
  response.add_epochs(7);
  response.add_epochs(9);
  *response.add_jobs() = SomeJob(kSomeTime);
  *response.add_jobs() = SomeJob(kSomeTime + kDay);
  const std::string text = JobsText(response);
  EXPECT_THAT(text, testing::StartsWith("Of 2 epochs, 7 to 9:\n"));
  EXPECT_THAT(text, HasSubstr("completed  11-21 02:00:00"));
  EXPECT_THAT(text, HasSubstr("completed  11-22 02:00:00"));
}

TEST(JobsTextTest, WhereThereIsNoneItSaysWhereItWasLookedFor) {
  v1::ListJobsResponse response;
  EXPECT_EQ(JobsText(response), "No epoch is of this time.\nNo job is like that.\n");
  response.add_epochs(7);
  EXPECT_EQ(JobsText(response), "No job is like that.\n");
}

TEST(JobsTextTest, AnIncompleteAnswerSaysSoFirst) {
  v1::ListJobsResponse response;
  response.mutable_completeness()->add_sources()->set_condition(v1::SOURCE_CONDITION_LATE);
  EXPECT_THAT(JobsText(response), testing::StartsWith("Incomplete: 1 log may tell more.\n"));
  v1::GetJobResponse job;
  *job.mutable_completeness() = response.completeness();
  EXPECT_THAT(JobText(job), testing::StartsWith("Incomplete: 1 log may tell more.\n"));
}

TEST(JobTextTest, WhatItFailedOf) {
  v1::GetJobResponse response;
  *response.mutable_job() = SomeJob(kSomeTime);
  EXPECT_THAT(JobText(response), Not(HasSubstr("Cause:")));
  v1::Cause& cause = *response.mutable_cause();
  cause.set_kind(v1::CAUSE_KIND_OUT_OF_MEMORY);
  cause.set_meaning("There was no memory.");
  cause.set_remedy("Buy some.");
  v1::Cause& setback = *response.add_setbacks();
  setback.set_kind(v1::CAUSE_KIND_AGENT_LOST);
  *setback.mutable_time() = ToProtoTimestamp(kSomeTime);
  setback.set_machine("prover-b");
  EXPECT_THAT(JobText(response),
              HasSubstr("Cause: out of memory. There was no memory.\n"
                        "To do: Buy some.\n"
                        "Tried again after 02:00:00.123: agent lost on prover-b\n"
                        "\nAttempts that"));
}

}  // namespace
}  // namespace proverlog
