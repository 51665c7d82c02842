#include "server/query/query_handler.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "server/normalize/projector.h"
#include "server/query/page_token.h"
#include "storage/postgres/archive_store.h"
#include "storage/postgres/projection_store.h"
#include "storage/postgres/query_store.h"
#include "tests/testing_util/archive.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

constexpr UnixMillis kSomeDay = 1795226400000;  // 2026-11-21T02:00:00Z

class QueryHandlerTest : public testing::Test {
 protected:
  void Import(const std::string& prover, const std::string& machine, const std::string& source,
              const std::string& raw) {
    postgres::ArchiveStore archive(&database_.pool());
    const Block block{0, static_cast<int64_t>(raw.size()), CompressFrame(raw)};
    const auto key = testing_util::CreateStream(archive,
                                                {*archive.ReserveStreamId(),
                                                 prover,
                                                 machine,
                                                 source,
                                                 {{0, kSomeDay, "UTC"}},
                                                 raw.substr(0, 1024),
                                                 {}},
                                                block, raw.substr(0, 1024));
    ASSERT_TRUE(key.ok()) << key.status();
    Projector projector(&projections_);
    while (*projector.Step({key->prover_id}) == Projector::Result::kMore) {
    }
  }

  void ImportSamples() {
    for (const auto& [machine, source] :
         std::vector<std::pair<std::string, std::string>>{{"prover-a", "broker.log"},
                                                          {"prover-a", "agent-a.log"},
                                                          {"prover-b", "agent-b.log"}}) {
      Import("demo", machine, source,
             testing_util::ReadAll(testing_util::TestDataPath("samples/" + source)));
    }
  }

  testing_util::TestDatabase database_;
  postgres::ProjectionStore projections_{&database_.pool()};
  postgres::QueryStore store_{&database_.pool()};
  QueryHandler handler_{&store_};
};

TEST_F(QueryHandlerTest, WithoutAProverItSaysSo) {
  EXPECT_TRUE(absl::IsNotFound(handler_.ListEpochs({}).status()));
}

TEST_F(QueryHandlerTest, AnEpochsSummaryNamesItsMachinesAndSources) {
  ImportSamples();
  v1::GetEpochSummaryRequest request;
  request.set_epoch(3055);
  const auto summary = handler_.GetEpochSummary(request);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->prover(), "demo");
  EXPECT_EQ(summary->outcome(), v1::EPOCH_OUTCOME_PROVEN);
  EXPECT_EQ(summary->totals().jobs(), 216);
  EXPECT_EQ(summary->job_types_size(), 17);
  ASSERT_EQ(summary->machines_size(), 2);
  EXPECT_EQ(summary->machines(0).machine(), "prover-a");
  EXPECT_DOUBLE_EQ(summary->machines(0).share() + summary->machines(1).share(), 1);
  EXPECT_TRUE(summary->completeness().complete());
  ASSERT_EQ(summary->completeness().sources_size(), 3);
  for (const v1::SourceState& source : summary->completeness().sources()) {
    EXPECT_EQ(source.stream().committed_offset(), source.stream().normalized_offset());
    EXPECT_GT(source.stream().counts().records(), 0);
    EXPECT_TRUE(source.stream().has_last_record_time());
  }
}

TEST_F(QueryHandlerTest, AnEpochsSourcesIncludeLogsThatAreNotReadYet) {
  ImportSamples();
  postgres::ArchiveStore archive(&database_.pool());
  ASSERT_TRUE(testing_util::CreateStream(
                  archive,
                  {*archive.ReserveStreamId(), "demo", "prover-c", "agent-c.log", {}, "behind", {}},
                  Block{0, 6, CompressFrame("behind")}, "behind")
                  .ok());
  v1::GetEpochSummaryRequest request;
  request.set_epoch(3055);
  const auto summary = handler_.GetEpochSummary(request);
  EXPECT_FALSE(summary->completeness().complete());
  ASSERT_EQ(summary->completeness().sources_size(), 4);
  const v1::SourceState& behind = summary->completeness().sources(0);
  EXPECT_EQ(behind.condition(), v1::SOURCE_CONDITION_LATE);
  EXPECT_EQ(behind.stream().machine(), "prover-c");
  EXPECT_EQ(behind.stream().committed_offset(), 6);
  EXPECT_EQ(behind.stream().normalized_offset(), 0);
}

TEST_F(QueryHandlerTest, TooManyJobsForOneAnswerAreRefused) {
  Import("demo", "m", "a.log", "[03:00:00.000] INFO: b New proving job id=1:A:b epochNumber=1\n");
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows, enqueued_at, enqueued_offset,"
      " enqueued_writer)"
      " SELECT 1, 1, 2 + i / 60000, 'A', sha256(i::text::bytea), true, 'queued', true, false, 0, 0,"
      " 0, false, i, 0, 1 FROM generate_series(0, 119999) AS i");
  v1::CompareMachinesRequest request;
  request.add_epochs(2);
  EXPECT_TRUE(handler_.CompareMachines(request).ok());
  request.add_epochs(3);
  EXPECT_EQ(handler_.CompareMachines(request).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(QueryHandlerTest, OfAJobWithVeryManyFactsTheFirstAreListed) {
  std::string log;
  for (int i = 0; i < 1001; ++i) {
    absl::StrAppend(&log, "[03:", absl::Dec(i / 60, absl::kZeroPad2), ":",
                    absl::Dec(i % 60, absl::kZeroPad2),
                    ".000] INFO: b New proving job id=1:A:b epochNumber=1\n");
  }
  Import("demo", "m", "a.log", log);
  v1::GetJobRequest request;
  request.set_id("1:A:b");
  const auto job = handler_.GetJob(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->facts_size(), 1000);
  EXPECT_EQ(job->facts(99).lines_size(), 1);
  EXPECT_EQ(job->facts(100).lines_size(), 0);
  EXPECT_TRUE(job->more());
}

TEST_F(QueryHandlerTest, LongLinesDoNotMakeAnAnswerTooLong) {
  std::string log;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&log, std::string(16'000, 'x'), "\n");
    absl::StrAppend(&log, "[03:00:", absl::Dec(i, absl::kZeroPad2),
                    ".000] INFO: b New proving job id=1:A:b epochNumber=1\n");
  }
  Import("demo", "m", "a.log", log);
  v1::GetJobRequest request;
  request.set_id("1:A:b");
  request.set_context_lines(20);
  const auto job = handler_.GetJob(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_GT(job->facts(0).lines_size(), 1);
  EXPECT_EQ(job->facts(49).lines_size(), 0);
  EXPECT_LT(job->ByteSizeLong(), size_t{3} << 20);
}

TEST_F(QueryHandlerTest, ListsEpochsPageByPage) {
  ImportSamples();
  v1::ListEpochsRequest request;
  request.set_page_size(1);
  const auto first = handler_.ListEpochs(request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->epochs_size(), 1);
  EXPECT_EQ(first->epochs(0).epoch(), 3055);
  EXPECT_EQ(first->epochs(0).outcome(), v1::EPOCH_OUTCOME_PROVEN);
  request.set_page_token(first->next_page_token());
  const auto second = handler_.ListEpochs(request);
  EXPECT_EQ(second->epochs(0).epoch(), 3054);
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(QueryHandlerTest, ListsEveryJobOnce) {
  ImportSamples();
  v1::ListJobsRequest request;
  request.add_epochs(3054);
  request.set_page_size(50);
  std::set<std::string> ids;
  do {
    const auto page = handler_.ListJobs(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Job& job : page->jobs()) EXPECT_TRUE(ids.insert(job.id()).second);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids.size(), 206U);
}

TEST_F(QueryHandlerTest, FiltersJobs) {
  ImportSamples();
  v1::ListJobsRequest request;
  request.add_epochs(3055);
  request.add_states(v1::JOB_STATE_FAILED);
  EXPECT_EQ(handler_.ListJobs(request)->jobs_size(), 3);
  request.add_types("PUBLIC_CHONK_VERIFIER");
  const auto failed = handler_.ListJobs(request);
  ASSERT_EQ(failed->jobs_size(), 1);
  EXPECT_EQ(failed->jobs(0).failure(), "Failed to generate witness: Cannot satisfy constraint");
}

TEST_F(QueryHandlerTest, AJobComesWithItsFactsAndTheirLines) {
  ImportSamples();
  v1::GetJobRequest request;
  request.set_id("3055:PUBLIC_CHONK_VERIFIER:96312c651ea2");  // a shortened hash
  request.set_context_lines(1);
  const auto response = handler_.GetJob(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->job().state(), v1::JOB_STATE_FAILED);
  ASSERT_EQ(response->attempts_size(), 1);
  EXPECT_EQ(response->attempts(0).ended_by(), "agent_failed");
  ASSERT_EQ(response->facts_size(), 5);
  for (const v1::JobFact& fact : response->facts()) {
    ASSERT_EQ(fact.lines_size(), 3) << fact.kind();
    EXPECT_TRUE(fact.lines(1).is_fact());
    EXPECT_TRUE(absl::StrContains(fact.lines(1).text(), "96312c651ea2")) << fact.lines(1).text();
    EXPECT_FALSE(fact.source().empty());
  }
}

TEST_F(QueryHandlerTest, ListsMachinesWithTheirLogs) {
  ImportSamples();
  const auto response = handler_.ListMachines({});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->machines_size(), 2);
  EXPECT_EQ(response->machines(0).machine(), "prover-a");
  EXPECT_EQ(response->machines(0).streams_size(), 2);
  EXPECT_EQ(response->machines(0).counts().lines(), 937 + 473);
  EXPECT_EQ(response->machines(1).counts().facts().at("started"), 275);
  EXPECT_FALSE(response->more_streams());
}

TEST_F(QueryHandlerTest, ComparesMachinesInTheLatestEpochsOrInThoseThatAreNamed) {
  ImportSamples();
  const auto latest = handler_.CompareMachines({});
  ASSERT_TRUE(latest.ok()) << latest.status();
  EXPECT_EQ(latest->epochs_size(), 2);
  v1::CompareMachinesRequest request;
  request.add_epochs(3054);
  const auto one = handler_.CompareMachines(request);
  ASSERT_EQ(one->epochs_size(), 1);
  EXPECT_LT(one->machines(0).completed(), latest->machines(0).completed());
  int32_t completed = 0;
  for (const v1::JobTypeComparison& type : one->job_types()) {
    for (const v1::MachineOnType& machine : type.machines()) completed += machine.completed();
  }
  EXPECT_EQ(completed, 206);
}

TEST_F(QueryHandlerTest, SeveralProversHaveToBeTold) {
  Import("one", "m", "a.log", "[03:00:00.000] INFO: b New proving job id=1:A:b epochNumber=1\n");
  Import("two", "m", "a.log", "[03:00:00.000] INFO: b New proving job id=1:A:b epochNumber=1\n");
  EXPECT_TRUE(absl::IsInvalidArgument(handler_.ListEpochs({}).status()));
  v1::ListEpochsRequest request;
  request.set_prover("two");
  EXPECT_EQ(handler_.ListEpochs(request)->epochs_size(), 1);
  request.set_prover("three");
  const absl::Status status = handler_.ListEpochs(request).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_FALSE(absl::StrContains(status.message(), "\"one\"")) << status;
}

TEST_F(QueryHandlerTest, BadQuestionsAreRefusedByTheirField) {
  ImportSamples();
  const auto refused = [](const absl::Status& status, const std::string& field) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), field + ":")) << status;
  };
  v1::ListEpochsRequest epochs;
  epochs.set_page_size(201);
  refused(handler_.ListEpochs(epochs).status(), "page_size");
  epochs.set_page_size(-1);
  refused(handler_.ListEpochs(epochs).status(), "page_size");
  epochs.set_page_size(1);
  epochs.set_page_token("nonsense");
  refused(handler_.ListEpochs(epochs).status(), "page_token");
  epochs.set_page_token(MakePageToken("epochs demo", {"-2147483648"}));
  refused(handler_.ListEpochs(epochs).status(), "page_token");

  v1::GetJobRequest job;
  job.set_id("nonsense");
  refused(handler_.GetJob(job).status(), "id");
  job.set_id("3054:PUBLIC_VM:a");
  job.set_context_lines(21);
  refused(handler_.GetJob(job).status(), "context_lines");
  job.set_context_lines(0);
  refused(handler_.GetJob(job).status(), "id");  // several hashes begin with a
  job.set_id("3054:PUBLIC_VM:" + std::string(64, 'f'));
  EXPECT_TRUE(absl::IsNotFound(handler_.GetJob(job).status()));
  job.set_id("3054:PUBLIC_VMX:aa");
  EXPECT_EQ(handler_.GetJob(job).status().message(),
            "id: there is no job type \"PUBLIC_VMX\"; did you mean \"PUBLIC_VM\"?");

  v1::GetEpochSummaryRequest summary;
  summary.set_epoch(99);
  const absl::Status unknown = handler_.GetEpochSummary(summary).status();
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_TRUE(absl::StrContains(unknown.message(), "3055")) << unknown;
  v1::CompareMachinesRequest compare;
  for (int i = 0; i < 51; ++i) compare.add_epochs(i);
  refused(handler_.CompareMachines(compare).status(), "epochs");
  v1::GetStreamRequest stream;
  stream.set_stream_id(999);
  EXPECT_TRUE(absl::IsNotFound(handler_.GetStream(stream).status()));
}

}  // namespace
}  // namespace proverlog
