#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "analysis/epoch_summary.h"
#include "server/normalize/projector_fixture.h"
#include "server/normalize/step_reader.h"
#include "tests/testing_util/expected_counts.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

using testing_util::ReadAll;
using testing_util::TestDataPath;

TEST_F(ProjectorTest, TheSummariesOfTwoMachinesAreTheOracles) {
  for (const auto& [machine, source] : std::vector<std::pair<std::string, std::string>>{
           {"prover-a", "broker.log"}, {"prover-a", "agent-a.log"}, {"prover-b", "agent-b.log"}}) {
    Append(machine, source, ReadAll(TestDataPath("samples/" + source)));
    Seal(machine, source);
  }
  ProjectAll();
  const std::string expected = TestDataPath("samples/expected.json");
  for (const int32_t epoch : testing_util::OracleEpochs(expected)) {
    testing_util::ExpectSameAsOracle(SummarizeEpoch(epoch, LoadEpoch(epoch)), expected);
  }
}

TEST_F(ProjectorTest, LargeLogsTakeSeveralStepsAndSmallPiecesToo) {
  const std::string log = ReadAll(TestDataPath("5.2.0-json-info.log.gz"));
  constexpr size_t kPiece = 100'001;
  for (size_t at = 0; at < log.size(); at += kPiece) {
    Append("m", "all.log", log.substr(at, kPiece));
    if (at % 3 == 0) ProjectAll();
  }
  ProjectAll();
  const std::string expected = TestDataPath("5.2.0-json-info.expected.json");
  for (const int32_t epoch : testing_util::OracleEpochs(expected)) {
    testing_util::ExpectSameAsOracle(SummarizeEpoch(epoch, LoadEpoch(epoch)), expected);
  }
}

// Facts without their origin, which differs by right when a log is split.
std::map<std::string, std::vector<Fact>> FactsOf(std::vector<Job> jobs) {
  std::map<std::string, std::vector<Fact>> facts;
  for (Job& job : jobs) {
    for (Fact& fact : job.facts) {
      fact.origin.stream_id = 0;
      fact.origin.offset = 0;
      facts[job.id.ToString()].push_back(fact);
    }
  }
  return facts;
}

TEST_F(ProjectorTest, AShuffledRepeatedAndSplitLogGivesTheSameJobs) {
  // JSON: every line has its instant and its process, and is a record of its own.
  const std::string log = ReadAll(TestDataPath("5.2.0-json-info.log.gz"));
  Append("m", "whole.log", log);
  ProjectAll();
  std::map<int32_t, std::map<std::string, std::vector<Fact>>> expected;
  for (const int32_t epoch : {3054, 3055, 3056}) expected[epoch] = FactsOf(LoadEpoch(epoch));
  database_.Sql(
      "TRUNCATE job, job_fact, writer, stream_progress, live_block, stream_position, anchor,"
      " stream CASCADE");
  streams_.clear();
  offsets_.clear();

  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same shuffle every time
  std::vector<std::string> lines = absl::StrSplit(log, '\n', absl::SkipEmpty());
  const size_t count = lines.size();
  for (size_t i = 0; i < count; i += 3) lines.push_back(lines[i]);
  std::shuffle(lines.begin(), lines.end(), random);
  std::bernoulli_distribution coin;
  for (size_t i = 0; i < lines.size();) {
    std::string piece;
    for (const size_t end = std::min(lines.size(), i + 500); i < end; ++i) piece += lines[i] + "\n";
    Append("m", coin(random) ? "one.log" : "two.log", piece);
    if (coin(random)) ProjectAll();
  }
  ProjectAll();

  for (const int32_t epoch : {3054, 3055, 3056}) {
    const std::vector<Job> jobs = LoadEpoch(epoch);
    EXPECT_EQ(FactsOf(jobs), expected[epoch]);
    testing_util::ExpectSameAsOracle(SummarizeEpoch(epoch, jobs),
                                     TestDataPath("5.2.0-json-info.expected.json"));
  }
}

TEST_F(ProjectorTest, ProjectingAgainChangesNothing) {
  Append("m", "a.log", ReadAll(TestDataPath("samples/broker.log")));
  ProjectAll();
  const std::string before = database_.Sql("SELECT sum(xmin::text::bigint) FROM job");
  database_.Sql("DELETE FROM stream_progress");
  ProjectAll();
  EXPECT_EQ(database_.Sql("SELECT sum(xmin::text::bigint) FROM job"), before);
}

TEST_F(ProjectorTest, AnUnfinishedLastLineIsReadWhenTheLogIsSealed) {
  const std::string id = "7:PUBLIC_VM:" + std::string(64, 'c');
  Append("m", "a.log", "[03:00:00.000] INFO: b New proving job id=" + id + " epochNumber=7");
  ProjectAll();
  EXPECT_TRUE(LoadEpoch(7).empty());
  Seal("m", "a.log");
  ProjectAll();
  EXPECT_EQ(LoadEpoch(7).size(), 1U);
  Append("m", "a.log", "\n[03:00:09.000] INFO: b Cancelling job id=" + id + "\n");
  ProjectAll();
  EXPECT_EQ(LoadEpoch(7).front().state, JobState::kAborted);
  EXPECT_EQ(database_.Sql("SELECT lines FROM stream_progress"), "2");
}

TEST_F(ProjectorTest, UnknownMessagesAreCountedOnceHoweverManyStepsItTakes) {
  const auto line = [](int second, absl::string_view message) {
    return absl::StrCat("[03:00:0", second, ".000] WARN: m ", message, "\n");
  };
  const auto counted = [this] {
    return database_.Sql(
        "SELECT string_agg(concat_ws('|', stream_id, module, level, template, count,"
        " first_at - 1795230000000, last_at - 1795230000000, line_offset), E'\n'"
        " ORDER BY stream_id, line_offset) FROM unknown_message");
  };
  Append("m", "a.log", line(1, "Slept 5 s") + line(2, "New thing") + line(3, "Slept 17 s"));
  Append("m", "b.log", line(1, "Slept 1 s"));
  ProjectAll();
  const std::string before =
      "1|m|WARN|Slept <n> s|2|1000|3000|0\n"
      "1|m|WARN|New thing|1|2000|2000|33\n";
  EXPECT_EQ(counted(), before + "2|m|WARN|Slept <n> s|1|1000|1000|0");

  // A step that fails is taken again. A line that has no end yet is not counted.
  Append("m", "b.log", line(4, "Slept 2 s") + "[03:00:05.000] WARN: m Slept 3");
  Seal("m", "b.log");
  database_.Sql(
      "ALTER TABLE stream_progress"
      " ADD CONSTRAINT stop CHECK (stream_id = 1 OR normalized_offset < 60)");
  EXPECT_FALSE(projector_.Step({1}).ok());
  EXPECT_EQ(counted(), before + "2|m|WARN|Slept <n> s|1|1000|1000|0");
  database_.Sql("ALTER TABLE stream_progress DROP CONSTRAINT stop");
  ProjectAll();
  EXPECT_EQ(counted(), before + "2|m|WARN|Slept <n> s|2|1000|4000|0");
  Append("m", "b.log", "0 s\n");
  ProjectAll();
  EXPECT_EQ(counted(), before + "2|m|WARN|Slept <n> s|3|1000|5000|0");
}

TEST_F(ProjectorTest, AStreamWithAStateThatCannotBeReadHoldsUpNoOther) {
  Append("m", "bad.log", EnqueueLine(1));
  ProjectAll();
  database_.Sql("UPDATE stream_progress SET normalizer_state = 'garbage'");
  Append("m", "bad.log", EnqueueLine(2));
  Append("m", "good.log", EnqueueLine(3));
  ProjectAll();
  EXPECT_TRUE(LoadEpoch(2).empty());
  EXPECT_EQ(LoadEpoch(3).size(), 1U);
  EXPECT_EQ(database_.Sql("SELECT normalizer_state FROM stream_progress ORDER BY stream_id"),
            "\\x67617262616765");
}

TEST_F(ProjectorTest, LinesOnBothSidesOfAGapAreRead) {
  const std::string before = EnqueueLine(1) + EnqueueLine(2).substr(0, 60);
  const std::string after = EnqueueLine(3) + EnqueueLine(4);
  Append("m", "a.log", before);
  ProjectAll();
  StreamAdvance lost;
  lost.stream = streams_[{"m", "a.log"}];
  lost.generation = 1;
  lost.begin_offset = static_cast<int64_t>(before.size());
  lost.end_offset = lost.begin_offset + 1'000'000;
  lost.gaps = {{lost.begin_offset, lost.end_offset, GapReason::kDropped, 0}};
  ASSERT_TRUE(testing_util::Advance(archive_, lost).ok());
  offsets_[{"m", "a.log"}] = lost.end_offset;
  ProjectAll();
  Append("m", "a.log", after);
  ProjectAll();
  for (const int32_t epoch : {1, 3, 4}) EXPECT_EQ(LoadEpoch(epoch).size(), 1U) << epoch;
  EXPECT_TRUE(LoadEpoch(2).empty());
  const StreamStatus stream = queries_.ListStreams(queries_.ListProvers(1)->front(), 1)->front();
  EXPECT_EQ(stream.normalized_offset, lost.end_offset + static_cast<int64_t>(after.size()));
  EXPECT_EQ(stream.counts.cut, 1);
  ASSERT_EQ(stream.gaps.size(), 1U);
  EXPECT_EQ(stream.gaps[0].reason, GapReason::kDropped);
  EXPECT_EQ(stream.gaps[0].end_offset, lost.end_offset);
}

// Else each job of a backlog would be read and written once for each log that tells of it.
TEST_F(ProjectorTest, LogsOfABacklogComeForwardTogether) {
  std::string block;
  while (block.size() < 1'000'000) absl::StrAppend(&block, std::string(10'000, '-'), "\n");
  for (int i = 0; i < 12; ++i) Append("m", "large.log", block);
  for (int i = 0; i < 6; ++i) Append("m", "small.log", block);
  ASSERT_EQ(*projector_.Step({1}), Projector::Result::kMore);
  const auto streams = *queries_.ListStreams(queries_.ListProvers(1)->front(), 10);
  ASSERT_EQ(streams.size(), 2U);
  for (const StreamStatus& stream : streams) {
    // Also within a block.
    EXPECT_LE(std::abs(stream.normalized_offset - stream.committed_offset / 2), 1) << stream.source;
  }
}

// A log of 40 MB, of which a step takes half.
class ReadAheadTest : public ProjectorTest {
 protected:
  ReadAheadTest() {
    for (int i = 0; i < kBlocks; ++i) {
      std::string block = EnqueueLine(i) + "[03:00:00.000] WARN: m New thing\n";
      while (block.size() < 1'000'000) absl::StrAppend(&block, std::string(10'000, '-'), "\n");
      lines_ += std::count(block.begin(), block.end(), '\n');
      Append("m", "a.log", block);
    }
  }

  // Expects that all lines were read once, and `more` others.
  void ExpectAllRead(int64_t more = 0) {
    ProjectAll();
    EXPECT_EQ(database_.Sql("SELECT lines FROM stream_progress"), absl::StrCat(lines_ + more));
    EXPECT_EQ(database_.Sql("SELECT sum(count) FROM unknown_message"), absl::StrCat(kBlocks));
    EXPECT_EQ(database_.Sql("SELECT count(*) FROM job"), absl::StrCat(kBlocks));
    EXPECT_EQ(database_.Sql("SELECT count(*) FROM unreadable"), "0");
  }

  static constexpr int kBlocks = 40;
  int64_t lines_ = 0;
};

// What was read ahead is not missed where it is damaged since.
TEST_F(ReadAheadTest, IsUsed) {
  ASSERT_EQ(*projector_.Step({1}), Projector::Result::kMore);
  database_.Sql("UPDATE live_block SET zstd = '' WHERE begin_offset < 28000000");
  database_.Sql("UPDATE block SET zstd = '' WHERE begin_offset < 28000000");
  ExpectAllRead();
}

TEST_F(ReadAheadTest, IsDroppedWhereAnotherServiceTookTheStep) {
  Projector other(&projections_);
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_TRUE(projector_.Step({1}).ok());
    ASSERT_TRUE(other.Step({1}).ok());
  }
  ExpectAllRead();
}

// As after a switch to a projection that stands at the same offset.
TEST_F(ReadAheadTest, IsDroppedWhereTheProgressIsAnother) {
  ASSERT_EQ(*projector_.Step({1}), Projector::Result::kMore);
  database_.Sql("UPDATE stream_progress SET lines = lines + 7");
  ExpectAllRead(7);
}

// As after a failover to a database that has less.
TEST_F(ReadAheadTest, IsDroppedWhereBytesAreLost) {
  ASSERT_EQ(*projector_.Step({1}), Projector::Result::kMore);
  for (const char* table : {"block", "live_block"}) {
    database_.Sql(absl::StrCat("DELETE FROM ", table,
                               " USING stream_progress WHERE end_offset > normalized_offset"));
  }
  database_.Sql(
      "UPDATE stream_position SET committed_offset = normalized_offset FROM stream_progress");
  ProjectAll();
  EXPECT_EQ(database_.Sql("SELECT normalized_offset = committed_offset FROM stream_progress"
                          " JOIN stream_position USING (prover_id, stream_id)"),
            "t");
}

// As where --keep-logs-strictly removes bytes that nobody has normalized.
TEST_F(ReadAheadTest, IsDroppedWhereBytesAreRemoved) {
  ASSERT_EQ(*projector_.Step({1}), Projector::Result::kMore);
  database_.Sql(
      "INSERT INTO gap (prover_id, stream_id, begin_offset, end_offset, reason, received_at)"
      " SELECT prover_id, stream_id, normalized_offset, committed_offset, 'retention', 1"
      " FROM stream_progress JOIN stream_position USING (prover_id, stream_id)");
  for (const char* table : {"block", "live_block"}) {
    database_.Sql(absl::StrCat("DELETE FROM ", table,
                               " USING stream_progress WHERE end_offset > normalized_offset"));
  }
  ProjectAll();
  EXPECT_EQ(database_.Sql("SELECT lines < 4000 FROM stream_progress"), "t");
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM unreadable"), "0");
}

TEST(ReadStepTest, EndsWhereItTellsMoreThanOneTransactionShouldWrite) {
  constexpr int kBlocks = 30;
  StepBytes bytes;
  StreamBytes& log = bytes.streams.emplace_back();
  log.stream.labels = {1, "m", "a.log", {{0, kSomeDay, "UTC"}}};
  int32_t epoch = 0;
  for (int i = 0; i < kBlocks; ++i) {
    std::string raw;
    while (raw.size() < 1'000'000) raw += EnqueueLine(++epoch);
    const int64_t end = log.limit + static_cast<int64_t>(raw.size());
    log.blocks.push_back({log.limit, end, CompressFrame(raw)});
    log.limit = end;
  }
  log.stream.committed_offset = log.limit;
  const std::vector<Block> blocks = log.blocks;
  const MessageIndex index;
  const auto reading = ReadStep(std::move(bytes), &index);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_GE(reading->told.jobs.fact_count(), 200'000U);
  EXPECT_LT(reading->told.jobs.fact_count(), 210'000U);
  const int64_t reached = reading->reached.front().progress.offset;
  EXPECT_TRUE(std::any_of(blocks.begin(), blocks.end(), [&](const Block& block) {
    return block.end_offset == reached;
  })) << reached;
}

}  // namespace
}  // namespace proverlog
