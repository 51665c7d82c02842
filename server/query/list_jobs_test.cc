// QueryService.ListJobs and GetJob on logs in a database.

#include "server/query/list_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rpc/convert.h"
#include "server/query/page_token.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two epochs. 7:A:aa is killed and tried again, 7:A:bb is cancelled and never proven again, 7:B:cc
// and 9:A:dd go well.
constexpr char kBroker[] =
    "[03:00:00.000] INFO: b New proving job id=7:A:aa epochNumber=7\n"
    "[03:00:01.000] INFO: b New proving job id=7:A:bb epochNumber=7\n"
    "[03:00:02.000] INFO: b New proving job id=7:B:cc epochNumber=7\n"
    "[03:00:20.010] INFO: b Retrying proving job id=7:A:aa type=A retry=1 err=Signal SIGKILL.\n"
    "[03:00:30.010] INFO: b Marking proving job as failed id=7:A:bb type=A totalAttempts=0 "
    "err=Aborted\n"
    "[03:00:31.000] WARN: b Cached proving job id=7:A:bb epochNumber=7. Not enqueuing again\n"
    "[03:00:40.010] INFO: b Proving job complete id=7:A:aa type=A totalAttempts=2\n"
    "[03:00:50.010] INFO: b Proving job complete id=7:B:cc type=B totalAttempts=1\n"
    "[03:01:00.000] INFO: b New proving job id=9:A:dd epochNumber=9\n"
    "[03:01:20.010] INFO: b Proving job complete id=9:A:dd type=A totalAttempts=1\n";
constexpr char kAgentB[] =
    "[03:00:10.000] INFO: a Starting job id=7:A:aa type=A inputsUri=x\n"
    "[03:00:20.000] ERROR: a Job id=7:A:aa type=A failed err=Signal SIGKILL. retry=true: P: F\n"
    "[03:01:05.000] INFO: a Starting job id=9:A:dd type=A inputsUri=x\n"
    "[03:01:20.000] INFO: a Job id=9:A:dd type=A completed outputUri=x\n";
constexpr char kAgentC[] =
    "[03:00:30.000] INFO: a Starting job id=7:A:aa type=A inputsUri=x\n"
    "[03:00:35.000] INFO: a Starting job id=7:B:cc type=B inputsUri=x\n"
    "[03:00:40.000] INFO: a Job id=7:A:aa type=A completed outputUri=x\n"
    "[03:00:50.000] INFO: a Job id=7:B:cc type=B completed outputUri=x\n";

class ListJobsTest : public QueryTest {
 protected:
  ListJobsTest() {
    Import("prover-a", "broker.log", kBroker);
    Import("prover-b", "agent-b.log", kAgentB);
    Import("prover-c", "agent-c.log", kAgentC);
  }

  std::vector<std::string> Ids(const v1::ListJobsRequest& request) {
    const auto response = handler_.ListJobs(request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> ids;
    if (response.ok()) {
      for (const v1::Job& job : response->jobs()) ids.push_back(job.id());
    }
    return ids;
  }

  // Page by page.
  std::vector<std::string> AllIds(v1::ListJobsRequest request, int page_size) {
    request.set_page_size(page_size);
    std::vector<std::string> ids;
    do {
      const auto page = handler_.ListJobs(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->jobs_size(), page_size);
      for (const v1::Job& job : page->jobs()) ids.push_back(job.id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  void ExpectRefused(const v1::ListJobsRequest& request, const std::string& field,
                     const std::string& why) {
    const absl::Status status = handler_.ListJobs(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  }
};

TEST_F(ListJobsTest, WithoutAnythingTheLatestEpochsJobsAreListed) {
  const auto response = handler_.ListJobs({});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(Ids({}), ElementsAre("7:A:aa", "7:A:bb", "7:B:cc", "9:A:dd"));
  EXPECT_THAT(response->epochs(), ElementsAre(7, 9));
  EXPECT_EQ(response->completeness().sources_size(), 3);
}

TEST_F(ListJobsTest, EpochsTypesAndStatesAreAlternatives) {
  v1::ListJobsRequest request;
  request.add_epochs(9);
  EXPECT_THAT(Ids(request), ElementsAre("9:A:dd"));
  request.add_epochs(7);
  request.add_types("A");
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa", "7:A:bb", "9:A:dd"));
  request.add_types("B");
  request.add_states(v1::JOB_STATE_ABORTED);
  EXPECT_THAT(Ids(request), ElementsAre("7:A:bb"));
  request.add_states(v1::JOB_STATE_COMPLETED);
  EXPECT_THAT(AllIds(request, 1), ElementsAre("7:A:aa", "7:A:bb", "7:B:cc", "9:A:dd"));
  request.set_min_attempts(1);
  EXPECT_THAT(AllIds(request, 1), ElementsAre("7:A:aa", "7:B:cc", "9:A:dd"));
}

TEST_F(ListJobsTest, ByWhatBecameOfThem) {
  v1::ListJobsRequest request;
  request.set_machine("prover-c");
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa", "7:B:cc"));
  request.set_machine("");
  request.set_agent_process("agent-b.log");
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa", "9:A:dd"));
  request.set_agent_process("");
  request.add_causes(v1::CAUSE_KIND_KILLED);
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa"));
  request.clear_causes();
  request.set_never_again(true);
  EXPECT_THAT(Ids(request), ElementsAre("7:A:bb"));
  request.set_never_again(false);
  *request.mutable_min_duration() = ToProtoDuration(absl::Seconds(15));
  EXPECT_THAT(Ids(request), ElementsAre("7:B:cc", "9:A:dd"));
  request.clear_min_duration();
  *request.mutable_max_duration() = ToProtoDuration(absl::Seconds(10));
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa"));
}

TEST_F(ListJobsTest, AWindowFindsItsEpochs) {
  v1::ListJobsRequest request;
  *request.mutable_start_time() = ToProtoTimestamp(kSomeDay + 3'660'000);  // 03:01
  const auto response = handler_.ListJobs(request);
  EXPECT_THAT(response->epochs(), ElementsAre(9));
  EXPECT_THAT(Ids(request), ElementsAre("9:A:dd"));
  *request.mutable_start_time() = ToProtoTimestamp(kSomeDay + 3'633'000);
  *request.mutable_end_time() = ToProtoTimestamp(kSomeDay + 3'634'000);
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa"));
  *request.mutable_end_time() = ToProtoTimestamp(kSomeDay + 3'636'000);
  EXPECT_THAT(Ids(request), ElementsAre("7:A:aa", "7:B:cc"));
}

TEST_F(ListJobsTest, EveryOrderIsPagedWithoutLossOrRepetition) {
  const auto ordered = [&](v1::JobOrder order, bool descending) {
    v1::ListJobsRequest request;
    request.set_order(order);
    request.set_descending(descending);
    const std::vector<std::string> one = AllIds(request, 1);
    EXPECT_EQ(one, AllIds(request, 3));
    EXPECT_EQ(one, Ids(request));
    return one;
  };
  EXPECT_THAT(ordered(v1::JOB_ORDER_ID, false),
              ElementsAre("7:A:aa", "7:A:bb", "7:B:cc", "9:A:dd"));
  EXPECT_THAT(ordered(v1::JOB_ORDER_ID, true), ElementsAre("9:A:dd", "7:B:cc", "7:A:bb", "7:A:aa"));
  EXPECT_THAT(ordered(v1::JOB_ORDER_ENQUEUE_TIME, true),
              ElementsAre("9:A:dd", "7:B:cc", "7:A:bb", "7:A:aa"));
  // 7:A:bb was never started.
  EXPECT_THAT(ordered(v1::JOB_ORDER_START_TIME, false),
              ElementsAre("7:A:aa", "7:B:cc", "9:A:dd", "7:A:bb"));
  EXPECT_THAT(ordered(v1::JOB_ORDER_START_TIME, true),
              ElementsAre("9:A:dd", "7:B:cc", "7:A:aa", "7:A:bb"));
  EXPECT_THAT(ordered(v1::JOB_ORDER_END_TIME, false),
              ElementsAre("7:A:bb", "7:A:aa", "7:B:cc", "9:A:dd"));
  EXPECT_THAT(ordered(v1::JOB_ORDER_DURATION, true),
              ElementsAre("9:A:dd", "7:B:cc", "7:A:aa", "7:A:bb"));
  EXPECT_THAT(ordered(v1::JOB_ORDER_ATTEMPTS, true),
              ElementsAre("7:A:aa", "9:A:dd", "7:B:cc", "7:A:bb"));
}

TEST_F(ListJobsTest, ATokenStaysWithItsEpochs) {
  v1::ListJobsRequest request;
  request.set_page_size(2);
  const std::string token = handler_.ListJobs(request)->next_page_token();
  Import("prover-a", "later.log",
         "[03:05:00.000] INFO: b New proving job id=11:A:ee epochNumber=1\n");
  request.set_page_token(token);
  const auto page = handler_.ListJobs(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->epochs(), ElementsAre(7, 9));
  request.set_machine("prover-b");
  ExpectRefused(request, "page_token", "another request");
}

TEST_F(ListJobsTest, ADamagedTokenIsRefused) {
  v1::ListJobsRequest request;
  request.set_page_size(1);
  const std::string token = handler_.ListJobs(request)->next_page_token();
  std::string text;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &text));
  const std::string fingerprint = text.substr(0, text.find('\n'));
  for (const std::vector<std::string>& position :
       std::vector<std::vector<std::string>>{{"7,x", "", "7:A:aa"},
                                             {"-7", "", "7:A:aa"},
                                             {"", "", "7:A:aa"},
                                             {"7", "x", "7:A:aa"},
                                             {"7", "", "7:A"},
                                             {"7", "", "\xff"}}) {
    request.set_page_token(MakePageToken(fingerprint, position));
    ExpectRefused(request, "page_token", "damaged");
  }
  request.set_page_token("nonsense");
  ExpectRefused(request, "page_token", "not a token");
}

TEST_F(ListJobsTest, WhatContradictsItselfIsRefused) {
  v1::ListJobsRequest request;
  *request.mutable_min_duration() = ToProtoDuration(absl::Seconds(2));
  *request.mutable_max_duration() = ToProtoDuration(absl::Seconds(1));
  ExpectRefused(request, "max_duration", "is less than the shortest, ");
  request.Clear();
  *request.mutable_min_duration() = ToProtoDuration(absl::Seconds(-2));
  ExpectRefused(request, "min_duration", "negative");
  request.Clear();
  *request.mutable_start_time() = ToProtoTimestamp(5);
  *request.mutable_end_time() = ToProtoTimestamp(5);
  ExpectRefused(request, "end_time", "1970-01-01T00:00:00.005Z is not after the start");
  request.Clear();
  request.set_never_again(true);
  request.add_states(v1::JOB_STATE_FAILED);
  ExpectRefused(request, "never_again", "aborted");
  request.set_never_again(false);
  request.add_causes(v1::CAUSE_KIND_CANCELLED);
  ExpectRefused(request, "causes", "aborted");
  request.clear_states();
  EXPECT_THAT(Ids(request), IsEmpty());
}

TEST_F(ListJobsTest, BadFieldsAreRefused) {
  v1::ListJobsRequest request;
  request.add_epochs(-1);
  ExpectRefused(request, "epochs", "-1");
  request.clear_epochs();
  for (int i = 0; i < 51; ++i) request.add_epochs(i);
  ExpectRefused(request, "epochs", "at most 50");
  request.clear_epochs();
  request.set_page_size(1001);
  ExpectRefused(request, "page_size", "1001");
  request.clear_page_size();
  request.set_min_attempts(-1);
  ExpectRefused(request, "min_attempts", "-1");
  request.clear_min_attempts();
  request.set_order(static_cast<v1::JobOrder>(77));
  ExpectRefused(request, "order", "77");
  request.clear_order();
  request.add_states(v1::JOB_STATE_UNSPECIFIED);
  ExpectRefused(request, "states", "0");
  request.clear_states();
  request.add_causes(static_cast<v1::CauseKind>(77));
  ExpectRefused(request, "causes", "77");
  request.set_causes(0, v1::CAUSE_KIND_REORG);
  ExpectRefused(request, "causes", "\"reorg\" is a cause of epochs");
}

TEST_F(ListJobsTest, UnknownNamesAreRefusedWithTheNearest) {
  v1::ListJobsRequest request;
  request.add_types("PUBLC_VM");
  ExpectRefused(request, "types", "did you mean \"PUBLIC_VM\"?");
  request.set_types(0, "ROOT_ROLLUP");  // a type, though these epochs have none
  EXPECT_THAT(Ids(request), IsEmpty());
  request.clear_types();
  const auto not_found = [&](const std::string& what) {
    const absl::Status status = handler_.ListJobs(request).status();
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(what));
  };
  request.set_machine("prover_b");
  not_found("no machine \"prover_b\"; did you mean \"prover-b\"?");
  request.set_machine("");
  request.set_agent_process("agent_c.log");
  not_found("did you mean \"agent-c.log\"?");
  request.set_agent_process("");
  request.add_epochs(8);
  not_found("has no epoch 8; its latest is 9");
  request.set_prover("dema");
  not_found("there is no prover \"dema\"; did you mean \"demo\"?");
}

TEST_F(ListJobsTest, TooManyJobsOrEpochsAreNotLookedThrough) {
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows, enqueued_at, enqueued_offset,"
      " enqueued_writer)"
      " SELECT 1, 1, 12, 'A', sha256(i::text::bytea), true, 'queued', true, false, 0, 0,"
      " 0, false, i, 0, 1 FROM generate_series(0, 100000) AS i");
  database_.Sql("INSERT INTO epoch SELECT 1, 1, i, 1, 1, 1 FROM generate_series(12, 70) AS i");
  v1::ListJobsRequest request;
  request.add_epochs(12);
  EXPECT_EQ(handler_.ListJobs(request)->jobs_size(), 100);
  request.set_order(v1::JOB_ORDER_ATTEMPTS);
  absl::Status status = handler_.ListJobs(request).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("ask for fewer epochs, a type or a state"));
  request.Clear();
  *request.mutable_end_time() = ToProtoTimestamp(1000);
  status = handler_.ListJobs(request).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("ask for less time"));
}

TEST_F(ListJobsTest, OneJobComesWithItsCauses) {
  v1::GetJobRequest request;
  request.set_id("7:A:aa");
  const auto tried = handler_.GetJob(request);
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_FALSE(tried->has_cause());
  ASSERT_EQ(tried->setbacks_size(), 1);
  EXPECT_EQ(tried->setbacks(0).kind(), v1::CAUSE_KIND_KILLED);
  EXPECT_EQ(tried->setbacks(0).machine(), "prover-b");
  EXPECT_EQ(tried->completeness().sources_size(), 3);
  request.set_id("7:A:bb");
  EXPECT_EQ(handler_.GetJob(request)->cause().kind(), v1::CAUSE_KIND_NEVER_AGAIN);
}

}  // namespace
}  // namespace proverlog
