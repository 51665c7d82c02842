// QueryService.Explain on logs in a database.

#include "server/query/explain.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "codec/zstd_frame.h"
#include "server/normalize/projector.h"
#include "server/query/query_handler.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

// An epoch that fails: an agent is killed at its first job, its siblings are cancelled.
constexpr char kBroker[] =
    "[03:00:00.000] INFO: prover-client:proving-broker New proving job id=7:A:aa epochNumber=7\n"
    "[03:00:00.001] INFO: prover-client:proving-broker New proving job id=7:A:bb epochNumber=7\n"
    "[03:00:00.002] INFO: prover-client:proving-broker New proving job id=7:A:cc epochNumber=7\n"
    "[03:00:20.001] INFO: prover-client:proving-broker Marking proving job as failed id=7:A:aa "
    "type=A totalAttempts=1 err=Failed to generate proof. Exit code null. Signal SIGKILL.\n"
    "[03:00:20.010] INFO: prover-client:proving-broker Cancelling job id=7:A:bb\n"
    "[03:00:20.011] INFO: prover-client:proving-broker Cancelling job id=7:A:cc\n";
constexpr char kAgent[] =
    "[03:00:10.000] INFO: prover-client:proving-agent Starting job id=7:A:aa type=A inputsUri=x\n"
    "[03:00:20.000] ERROR: prover-client:proving-agent Job id=7:A:aa type=A failed err=Failed to "
    "generate proof. Exit code null. Signal SIGKILL. retry=false: ProvingError: Failed\n"
    "    at prove (file:///prover.js:1:1)\n";

class ExplainTest : public testing::Test {
 protected:
  StreamKey Archive(const std::string& machine, const std::string& source, const std::string& raw) {
    postgres::ArchiveStore archive(&database_.pool());
    const auto key = testing_util::CreateStream(
        archive,
        {*archive.ReserveStreamId(), "demo", machine, source, {{0, kSomeDay, "UTC"}}, raw, {}},
        Block{0, static_cast<int64_t>(raw.size()), CompressFrame(raw)}, raw);
    EXPECT_TRUE(key.ok()) << key.status();
    return *key;
  }

  void Import(const std::string& machine, const std::string& source, const std::string& raw) {
    const StreamKey key = Archive(machine, source, raw);
    Projector projector(&projections_);
    while (*projector.Step({key.prover_id}) == Projector::Result::kMore) {
    }
  }

  absl::StatusOr<v1::ExplainResponse> Why(int32_t epoch) {
    v1::ExplainRequest request;
    request.set_epoch(epoch);
    return handler_.Explain(request);
  }

  absl::StatusOr<v1::ExplainResponse> Why(const std::string& job) {
    v1::ExplainRequest request;
    request.set_job(job);
    return handler_.Explain(request);
  }

  testing_util::TestDatabase database_;
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::QueryStore store_{&database_.pool()};
  QueryHandler handler_{&store_};
};

TEST(ExplainNamesTest, OnTheWireAKindHasItsTablesName) {
  for (const CauseEntry& entry : CauseTable()) {
    EXPECT_EQ(v1::CauseKind_Name(ToProto(entry.kind)),
              absl::StrCat("CAUSE_KIND_",
                           absl::AsciiStrToUpper(absl::StrReplaceAll(entry.name, {{" ", "_"}}))));
  }
  EXPECT_EQ(v1::CauseKind_MAX, static_cast<int>(CauseTable().size()));
  EXPECT_EQ(ToProto(MissingLog::kProverNode), v1::MISSING_LOG_PROVER_NODE);
  EXPECT_EQ(ToProto(MissingLog::kAgent), v1::MissingLog_MAX);
}

TEST_F(ExplainTest, AnEpochsCauseComesWithItsLinesAndWhatToDo) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  const auto why = Why(7);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_EQ(why->prover(), "demo");
  EXPECT_EQ(why->outcome(), v1::EPOCH_OUTCOME_FAILED);
  const v1::Cause& cause = why->cause();
  EXPECT_EQ(cause.kind(), v1::CAUSE_KIND_KILLED);
  EXPECT_EQ(cause.words(), "Failed to generate proof. Exit code null. Signal SIGKILL.");
  EXPECT_EQ(cause.job(), "7:A:aa");
  EXPECT_EQ(cause.machine(), "prover-b");
  EXPECT_EQ(cause.agent_process(), "agent.log");
  EXPECT_EQ(cause.meaning(), EntryOf(CauseKind::kKilled).meaning);
  EXPECT_EQ(cause.remedy(), EntryOf(CauseKind::kKilled).remedy);
  ASSERT_EQ(cause.evidence_size(), 3);
  const v1::Evidence& told = cause.evidence(1);
  EXPECT_TRUE(told.tells_cause());
  EXPECT_EQ(told.kind(), "agent_failed");
  EXPECT_EQ(told.machine(), "prover-b");
  EXPECT_EQ(told.source(), "agent.log");
  EXPECT_EQ(told.offset(), std::string(kAgent).find("[03:00:20"));
  ASSERT_EQ(told.lines_size(), 3);
  EXPECT_TRUE(told.lines(1).is_fact());
  EXPECT_TRUE(absl::StrContains(told.lines(1).text(), "Signal SIGKILL"));
  EXPECT_EQ(told.lines(2).text(), "    at prove (file:///prover.js:1:1)");
  EXPECT_EQ(cause.evidence(2).source(), "broker.log");
  EXPECT_EQ(why->cancelled_after(), 2);
  EXPECT_EQ(why->cancelled_before(), 0);
  ASSERT_EQ(why->failures_size(), 1);
  EXPECT_EQ(why->failures(0).kind(), v1::CAUSE_KIND_KILLED);
  EXPECT_EQ(why->failures(0).count(), 1);
  ASSERT_EQ(why->missing_logs_size(), 1);
  EXPECT_EQ(why->missing_logs(0), v1::MISSING_LOG_PROVER_NODE);
  EXPECT_TRUE(why->completeness().complete());
}

TEST_F(ExplainTest, AJobThatWasCancelledFollowedItsEpochsCause) {
  Import("prover-a", "broker.log", kBroker);
  Import("prover-b", "agent.log", kAgent);
  const auto followed = Why("7:A:bb");
  ASSERT_TRUE(followed.ok()) << followed.status();
  EXPECT_TRUE(followed->followed());
  EXPECT_EQ(followed->job().id(), "7:A:bb");
  EXPECT_EQ(followed->cause().job(), "7:A:aa");
  EXPECT_EQ(followed->cancelled_after(), 0);  // of an epoch only
  const auto failed = Why("7:A:aa");
  EXPECT_FALSE(failed->followed());
  EXPECT_EQ(failed->cause().kind(), v1::CAUSE_KIND_KILLED);
}

TEST_F(ExplainTest, WithoutTheAgentsLogItSaysWhichLogHasTheReason) {
  Import("prover-a", "broker.log",
         "[03:00:00.000] INFO: b New proving job id=7:A:aa epochNumber=7\n"
         "[03:00:40.000] ERROR: b Proving job id=7:A:aa timed out after 4 attempts. Marking as "
         "failed.\n");
  auto why = Why(7);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_EQ(why->cause().kind(), v1::CAUSE_KIND_TIMED_OUT);
  EXPECT_EQ(why->cause().machine(), "");
  ASSERT_EQ(why->missing_logs_size(), 2);
  EXPECT_EQ(why->missing_logs(1), v1::MISSING_LOG_AGENT);
  // A log that is received and not read yet may tell it.
  Archive("prover-b", "agent.log", kAgent);
  why = Why(7);
  EXPECT_FALSE(why->completeness().complete());
  EXPECT_EQ(why->completeness().sources(0).condition(), v1::SOURCE_CONDITION_LATE);
  EXPECT_EQ(why->completeness().sources(0).stream().machine(), "prover-b");
}

TEST_F(ExplainTest, OfALostAgentItSaysWhenItsLogEnds) {
  Import("prover-a", "broker.log",
         "[03:00:00.000] INFO: b New proving job id=7:A:aa epochNumber=7\n"
         "[03:00:40.000] ERROR: b Proving job id=7:A:aa timed out after 1 attempts. Marking as "
         "failed.\n");
  Import("prover-b", "agent.log", "[03:00:05.000] INFO: a Starting job id=7:A:aa type=A x=y\n");
  const auto why = Why(7);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_EQ(why->cause().kind(), v1::CAUSE_KIND_AGENT_LOST);
  EXPECT_EQ(why->cause().machine(), "prover-b");
  ASSERT_TRUE(why->cause().has_log_end_time());
  EXPECT_LT(why->cause().log_end_time().seconds(), why->cause().time().seconds());
}

TEST_F(ExplainTest, ASessionsEndIsShownByItsLine) {
  Import("prover-a", "node.log",
         "[03:00:00.000] INFO: prover-node:epoch-session Created EpochSession "
         "2ce49201-606a-471b-9cca-422d0206ae66 {\"uuid\":\"2ce49201-606a-471b-9cca-422d0206ae66\","
         "\"kind\":\"full\",\"epochNumber\":7}\n"
         "[03:30:00.000] WARN: prover-node:epoch-session EpochSession "
         "2ce49201-606a-471b-9cca-422d0206ae66 hit deadline {\"epochNumber\":7}\n"
         "[03:30:00.001] INFO: prover-node:epoch-session Cancelling EpochSession "
         "2ce49201-606a-471b-9cca-422d0206ae66: deadline {\"epochNumber\":7}\n");
  const auto why = Why(7);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_EQ(why->outcome(), v1::EPOCH_OUTCOME_TIMED_OUT);
  EXPECT_EQ(why->cause().kind(), v1::CAUSE_KIND_DEADLINE);
  EXPECT_EQ(why->cause().job(), "");
  ASSERT_EQ(why->cause().evidence_size(), 1);
  EXPECT_EQ(why->cause().evidence(0).kind(), "session.deadline");
  ASSERT_EQ(why->cause().evidence(0).lines_size(), 3);
  EXPECT_TRUE(absl::StrContains(why->cause().evidence(0).lines(1).text(), "hit deadline"));
  ASSERT_EQ(why->missing_logs_size(), 1);
  EXPECT_EQ(why->missing_logs(0), v1::MISSING_LOG_BROKER);
}

TEST_F(ExplainTest, BadQuestionsAreRefusedByTheirField) {
  Import("prover-a", "broker.log", kBroker);
  const auto refused = [](const absl::Status& status, const std::string& field) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
  };
  refused(handler_.Explain({}).status(), "subject");
  refused(Why(-1).status(), "epoch");
  refused(Why("nonsense").status(), "job");
  EXPECT_TRUE(absl::IsNotFound(Why(8).status()));
  EXPECT_TRUE(absl::IsNotFound(Why("7:A:dd").status()));
}

}  // namespace
}  // namespace proverlog
