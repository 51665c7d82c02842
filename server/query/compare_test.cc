// QueryService.Compare on logs in a database.

#include "server/query/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "server/query/job_lines.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

class CompareTest : public QueryTest {
 protected:
  // Two epochs of ten jobs each on two machines; those of machine b and of epoch 8 take longer.
  void ImportEpochs() {
    std::string broker, a, b;
    int number = 0;
    for (const int epoch : {7, 8}) {
      for (int i = 0; i < 20; ++i) {
        const int length = (i % 2 == 0 ? 1000 : 2000) * (epoch - 6) + i;
        const JobLines job = Proven(epoch, "A", ++number, (epoch - 7) * 60'000 + i * 10, length);
        broker += job.broker;
        (i % 2 == 0 ? a : b) += job.agent;
      }
    }
    Import("m-broker", "broker.log", broker);
    Import("m-a", "a.log", a);
    Import("m-b", "b.log", b);
  }

  static v1::ComparedSubject Epoch(int32_t epoch) {
    v1::ComparedSubject subject;
    subject.add_epochs(epoch);
    return subject;
  }
  static v1::ComparedSubject Machine(const std::string& machine) {
    v1::ComparedSubject subject;
    subject.set_machine(machine);
    return subject;
  }
  absl::StatusOr<v1::CompareResponse> Ask(const std::vector<v1::ComparedSubject>& subjects,
                                          double margin = 0) {
    v1::CompareRequest request;
    request.set_margin(margin);
    for (const v1::ComparedSubject& subject : subjects) *request.add_subjects() = subject;
    return handler_.Compare(request);
  }
};

TEST_F(CompareTest, EpochsSideBySide) {
  ImportEpochs();
  const auto answer = Ask({Epoch(7), Epoch(8)});
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->subjects_size(), 2);
  EXPECT_EQ(answer->subjects(0).subject().prover(), "demo");
  EXPECT_EQ(answer->subjects(1).subject().epochs(0), 8);
  EXPECT_FALSE(answer->subjects(0).epochs_chosen());
  EXPECT_EQ(answer->subjects(0).work().jobs(), 20);
  EXPECT_EQ(answer->subjects(0).work().retries(), 0);
  ASSERT_EQ(answer->job_types_size(), 1);
  const v1::JobTypeOnSubject& other = answer->job_types(0).subjects(1);
  EXPECT_EQ(other.subject(), 1);
  EXPECT_EQ(other.duration().count(), 20);
  EXPECT_FALSE(answer->job_types(0).subjects(0).has_against_first());
  EXPECT_NEAR(other.against_first().ratio(), 2, 0.02);
  EXPECT_LE(other.against_first().ratio_low(), 2);
  EXPECT_EQ(answer->margin(), 0.1);
  EXPECT_EQ(answer->confidence(), 0.95);
  EXPECT_EQ(answer->least_durations(), 6);
  EXPECT_FALSE(answer->durations_only());
  EXPECT_EQ(answer->completeness().sources_size(), 3);
}

TEST_F(CompareTest, WhatIsKeptOfAnEpochIsAsItsJobs) {
  ImportEpochs();
  EpochCache cache(size_t{1} << 20);
  QueryHandler cached(&store_, &cache);
  v1::CompareRequest epochs, machines;
  *epochs.add_subjects() = Epoch(7);
  *epochs.add_subjects() = Epoch(8);
  for (const char* machine : {"m-a", "m-b"}) {
    v1::ComparedSubject& subject = *machines.add_subjects();
    subject = Machine(machine);
    subject.add_epochs(7);
  }
  // The jobs of the first subject, where what is kept says what the jobs say one by one: they are
  // read so where there is a time, here one that has all of them.
  const auto jobs = [&](v1::CompareRequest request) {
    const auto kept = cached.Compare(request);
    for (v1::ComparedSubject& subject : *request.mutable_subjects()) {
      subject.mutable_start_time()->set_seconds(1);
    }
    const auto read = handler_.Compare(request);
    if (!kept.ok() || !read.ok()) return -1;
    for (int i = 0; i < read->job_types_size(); ++i) {
      EXPECT_EQ(kept->job_types(i).DebugString(), read->job_types(i).DebugString());
    }
    for (int i = 0; i < read->subjects_size(); ++i) {
      EXPECT_EQ(kept->subjects(i).work().DebugString(), read->subjects(i).work().DebugString());
      EXPECT_EQ(kept->subjects(i).last_time().seconds(), read->subjects(i).last_time().seconds());
    }
    return kept->subjects(0).work().jobs();
  };
  for (const int expected : {20, 20, 21}) {
    if (expected == 21) {
      const JobLines late = Proven(7, "A", 99, 35'000, 500);
      Import("m-broker", "late.log", late.broker);
      Import("m-a", "late.log", late.agent);
    }
    EXPECT_EQ(jobs(epochs), expected);
    EXPECT_EQ(jobs(machines), expected - 10);
  }
}

TEST_F(CompareTest, MachinesInTheLatestEpochs) {
  ImportEpochs();
  const auto answer = Ask({Machine("m-a"), Machine("m-b")});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->subjects(0).epochs_chosen());
  EXPECT_EQ(answer->subjects(0).subject().epochs_size(), 2);
  EXPECT_EQ(answer->subjects(0).subject().epochs(0), 8);
  EXPECT_EQ(answer->subjects(0).work().completed(), 20);
  EXPECT_FALSE(answer->subjects(0).work().has_retries());
  v1::ComparedSubject a7 = Machine("m-a");
  v1::ComparedSubject b7 = Machine("m-b");
  a7.add_epochs(7);
  b7.add_epochs(7);
  const auto of_epoch = Ask({a7, b7});
  EXPECT_EQ(of_epoch->subjects(0).work().completed(), 10);
  EXPECT_EQ(of_epoch->job_types(0).subjects(1).against_first().verdict(),
            v1::CONTRAST_VERDICT_SLOWER);
}

TEST_F(CompareTest, SubjectsWithJobsInCommonAreRefused) {
  ImportEpochs();
  const auto message = [&](const std::vector<v1::ComparedSubject>& subjects) {
    return std::string(Ask(subjects).status().message());
  };
  v1::ComparedSubject a7 = Machine("m-a");
  a7.add_epochs(7);
  EXPECT_EQ(message({Epoch(7), Epoch(7)}), "subjects[1]: it is the same as number 1");
  EXPECT_EQ(message({Epoch(7), Epoch(8), Epoch(8)}), "subjects[2]: it is the same as number 2");
  EXPECT_EQ(message({{}, a7}),
            "subjects[1]: all of it is in number 1; compare what has no job in common");
  EXPECT_EQ(message({Machine("m-a"), Machine("m-b"), {}}),
            "subjects[2]: it has all of number 1; compare what has no job in common");
  EXPECT_EQ(message({Epoch(7), a7}),
            "subjects[1]: all of it is in number 1; compare what has no job in common");
  v1::ComparedSubject whole, part;
  whole.mutable_start_time()->set_seconds(1795230000 - 1);
  part.mutable_start_time()->set_seconds(1795230000);
  EXPECT_EQ(message({whole, part}),
            "subjects[1]: all of it is in number 1; compare what has no job in common");
  // Only the first one is compared with the others.
  EXPECT_TRUE(Ask({Epoch(8), Epoch(7), a7}).ok());
}

TEST_F(CompareTest, AMachineThatIsNotKnownIsNamedWithTheNearest) {
  ImportEpochs();
  const absl::Status status = Ask({Epoch(7), Machine("m-aa")}).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "did you mean \"m-a\"?")) << status;
}

TEST_F(CompareTest, Times) {
  ImportEpochs();
  v1::ComparedSubject before, after;
  constexpr int64_t kFourAfterThree = 1795230000 + 30;  // half a minute
  before.mutable_end_time()->set_seconds(kFourAfterThree);
  after.mutable_start_time()->set_seconds(kFourAfterThree);
  const auto answer = Ask({before, after});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->subjects(0).subject().epochs_size(), 1);
  EXPECT_EQ(answer->subjects(0).subject().epochs(0), 7);
  EXPECT_EQ(answer->subjects(1).work().completed(), 20);
  v1::ComparedSubject never = after;
  never.mutable_start_time()->set_seconds(kFourAfterThree + 100'000);
  EXPECT_TRUE(absl::IsNotFound(Ask({before, never}).status()));
  never = after;
  *never.mutable_end_time() = after.start_time();
  ExpectRefused(Ask({before, never}).status(), "subjects[1].end_time");
}

TEST_F(CompareTest, Versions) {
  const JobLines old_job = Proven(7, "TUBE_PROOF", 1, 0, 1000);
  const JobLines old_avm = Proven(7, "PUBLIC_VM", 2, 0, 1000);
  const JobLines new_job = Proven(9, "PARITY_BASE", 3, 60'000, 1000);
  const JobLines new_avm = Proven(9, "PUBLIC_VM", 4, 60'000, 3000);
  Import("m", "broker.log", old_job.broker + old_avm.broker, "old");
  Import("m", "agent.log", old_job.agent + old_avm.agent, "old");
  Import("m", "broker.log", new_job.broker + new_avm.broker, "new");
  Import("m", "agent.log", new_job.agent + new_avm.agent, "new");
  v1::ComparedSubject before, after;
  before.set_prover("old");
  before.set_aztec_version("up to 2.0");
  after.set_prover("new");
  after.set_aztec_version("3.0 or later");
  const auto answer = Ask({before, after});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->subjects(0).aztec_version(), "up to 2.0");
  EXPECT_TRUE(answer->durations_only());
  EXPECT_FALSE(answer->subjects(0).other_circuits());
  EXPECT_TRUE(answer->subjects(1).other_circuits());
  before.set_aztec_version("1.1");
  const auto unsure = Ask({before, after});
  EXPECT_TRUE(absl::IsNotFound(unsure.status()));
  EXPECT_TRUE(absl::StrContains(unsure.status().message(), "they tell: up to 2.0"))
      << unsure.status();
}

TEST_F(CompareTest, AnEpochThatIsNotReadToItsEndIsIncomplete) {
  ImportEpochs();
  database_.Sql("UPDATE stream_progress SET normalized_offset = normalized_offset - 1");
  const auto answer = Ask({Epoch(7), Epoch(8)});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->completeness().complete());
  EXPECT_EQ(answer->completeness().sources(0).condition(), v1::SOURCE_CONDITION_LATE);
  EXPECT_EQ(answer->completeness().sources_size(), 3);  // once each
}

TEST_F(CompareTest, BadQuestionsAreRefusedByTheirField) {
  ImportEpochs();
  ExpectRefused(Ask({Epoch(7)}).status(), "subjects");
  ExpectRefused(Ask(std::vector<v1::ComparedSubject>(11, Epoch(7))).status(), "subjects");
  ExpectRefused(Ask({Epoch(7), Epoch(8)}, -0.1).status(), "margin");
  ExpectRefused(Ask({Epoch(7), Epoch(8)}, std::nan("")).status(), "margin");
  ExpectRefused(Ask({Epoch(7), Epoch(8)}, 1.5).status(), "margin");
  ExpectRefused(Ask({Epoch(7), Epoch(-1)}).status(), "subjects[1].epochs");
  v1::ComparedSubject many;
  for (int epoch = 0; epoch < 51; ++epoch) many.add_epochs(epoch);
  ExpectRefused(Ask({many, Epoch(7)}).status(), "subjects[0].epochs");
  EXPECT_TRUE(absl::IsNotFound(Ask({Epoch(7), Epoch(9)}).status()));
  EXPECT_TRUE(absl::IsNotFound(Ask({Epoch(7), Machine("m-c")}).status()));
  v1::ComparedSubject nobody;
  nobody.set_prover("nobody");
  EXPECT_TRUE(absl::IsNotFound(Ask({Epoch(7), nobody}).status()));
}

TEST_F(CompareTest, TooManyJobsForOneAnswerAreRefused) {
  ImportEpochs();
  database_.Sql(
      "INSERT INTO job (prover_id, projection_id, epoch, type, hash, counted, state, enqueued,"
      " started, attempts, retries, timeouts, fact_rows, enqueued_at, enqueued_offset,"
      " enqueued_writer)"
      " SELECT 1, 1, 20 + i / 60000, 'A', sha256(i::text::bytea), true, 'queued', true, false, 0,"
      " 0, 0, false, i, 0, 1 FROM generate_series(0, 119999) AS i");
  v1::ComparedSubject a = Machine("m-a");
  v1::ComparedSubject b = Machine("m-b");
  a.add_epochs(20);
  b.add_epochs(20);
  EXPECT_TRUE(Ask({a, b}).ok());                  // loaded once
  EXPECT_TRUE(Ask({Epoch(20), Epoch(21)}).ok());  // the figures of one at a time
  v1::ComparedSubject both = Epoch(20);
  both.add_epochs(21);
  EXPECT_TRUE(absl::IsResourceExhausted(Ask({both, Epoch(7)}).status()));
}

}  // namespace
}  // namespace proverlog
