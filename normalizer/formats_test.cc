// The logs of tests/data/wrapped: one of every format and wrapper that docs/formats.md lists.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "normalizer/stream_normalizer.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

using testing::Contains;
using testing::Field;
using testing::Key;

// Collects facts as a database would keep them, and the first message that is not understood.
struct Told : NormalizerSink {
  std::map<JobId, std::vector<Fact>> facts;
  std::string unknown;

  void OnFact(const JobIdView& job, Fact fact) override {
    UniteFacts({std::move(fact)}, facts[JobId::From(job)]);
  }
  void OnUnknown(const Record& record, std::optional<UnixMillis> /*at*/,
                 const Origin& /*origin*/) override {
    if (unknown.empty()) unknown = std::string(record.message);
  }
};

StreamCounts Normalize(const std::string& bytes, Told& told) {
  static const MessageIndex index;
  const Anchor anchor{0, 1770463941228, "UTC"};
  auto normalizer = StreamNormalizer::Create({1, "machine", "a.log", {anchor}}, {}, &index);
  EXPECT_TRUE(normalizer.ok()) << normalizer.status();
  normalizer->Feed(bytes, told);
  normalizer->Seal(told);
  return normalizer->progress().counts;
}

TEST(FormatsTest, EveryFormatAndWrapperTellsItsJob) {
  const JobId job{3054, "PUBLIC_VM",
                  "be755948a5a5ffe5fa238057a62b938ceb57e9552e54198571bc28256c6cb2c5"};
  int logs = 0;
  for (const auto& log :
       std::filesystem::directory_iterator(testing_util::TestDataPath("wrapped"))) {
    Told told;
    const StreamCounts counts = Normalize(testing_util::ReadAll(log.path()), told);
    EXPECT_EQ(counts.undated, 0) << log.path();
    ASSERT_THAT(told.facts, Contains(Key(job))) << log.path();
    EXPECT_EQ(told.facts.size(), 1U) << log.path();
    EXPECT_THAT(told.facts[job], Contains(Field(&Fact::kind, FactKind::kEnqueued))) << log.path();
    ++logs;
  }
  EXPECT_GE(logs, 20);
}

// Up to 2024 a job's id was random: it has no epoch and no type, so that no job can be made of it.
// What is said of one is understood all the same.
TEST(FormatsTest, TheJobsOf2024AreUnderstoodAndMakeNoJob) {
  for (const std::string message :
       {"Picked up proving job id=d7c02e64 type=PUBLIC_KERNEL_TAIL duration=12ms",
        "Picked up proving job id=d7c02e64 type=BASE_PARITY",
        "Picked up proving job d7c02e64 TUBE_PROOF",
        "Processed proving job id=d7c02e64 type=BASE_ROLLUP duration=1234.5ms",
        "Dropping proving job id=d7c02e64 type=BASE_ROLLUP duration=5ms: agent stopped",
        "Error processing proving job id=d7c02e64 type=BASE_ROLLUP: Error: boom",
        "Agent is running with 1 in-flight jobs: id=d7c02e64,type=BASE_ROLLUP",
        "Enqueued new proving job id=d7c02e64",
        "New proving job id=d7c02e64 epochNumber=1",
        "Re-enqueuing proving job id=d7c02e64",
        "Restoring proving job id=d7c02e64 settled=false",
        "Starting job id=d7c02e64 type=BASE_ROLLUP inputsUri=x",
        "Job id=d7c02e64 type=BASE_ROLLUP completed outputUri=x",
        "Job id=d7c02e64 type=BASE_ROLLUP failed err=boom retry=true: Error: boom",
        "Aborting job id=d7c02e64 type=BASE_ROLLUP to start new job id=a1b2c3d4 type=BASE_ROLLUP",
        "Retrying proving job id=d7c02e64 type=BASE_ROLLUP retry=1",
        "Marking proving job id=d7c02e64 type=BASE_ROLLUP totalAttempts=3 as failed",
        "Marking proving job as failed id=d7c02e64 type=BASE_ROLLUP totalAttempts=3 err=boom",
        "Proving job complete id=d7c02e64 type=BASE_ROLLUP totalAttempts=1",
        "Proving job id=d7c02e64 timed out. Adding it back to the queue.",
        "Proving job id=d7c02e64 not found",
        "Cancelling job id=d7c02e64"}) {
    Told told;
    const StreamCounts counts =
        Normalize(absl::StrCat("2024-08-27T18:12:51.417Z aztec:prover-client:prover-agent [INFO] ",
                               message, "\n", R"({"level":"verbose","message":")", message,
                               R"(","module":"aztec:prover-client:proving-broker",)",
                               R"("timestamp":"2024-12-05T11:32:21.229Z"})", "\n"),
                  told);
    EXPECT_EQ(counts.understood, 2) << message;
    EXPECT_EQ(told.unknown, "") << message;
    EXPECT_TRUE(told.facts.empty()) << message;
  }
}

}  // namespace
}  // namespace proverlog
