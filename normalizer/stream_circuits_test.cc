// To which job, or at least to which epoch, a record of a circuit belongs.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/circuit_run.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {
namespace {

struct RunSink : NormalizerSink {
  void OnFact(const JobIdView& /*job*/, Fact /*fact*/) override {}
  void OnCircuitRun(const CircuitRun& run) override { runs.push_back(run); }
  std::vector<CircuitRun> runs;
};

// Every piece is read by a normalizer of its own, which goes on from the saved state.
std::vector<CircuitRun> Read(const std::vector<std::string>& pieces, bool seal_each = false) {
  static const MessageIndex index;
  RunSink sink;
  StreamProgress progress;
  for (const std::string& piece : pieces) {
    auto normalizer = StreamNormalizer::Create(
        {1, "machine", "a.log", {{0, 1'795'226'400'000, "UTC"}}}, progress, &index);
    EXPECT_TRUE(normalizer.ok()) << normalizer.status();
    normalizer->Feed(piece, sink);
    if (seal_each) normalizer->Seal(sink);
    progress = normalizer->progress();
  }
  return sink.runs;
}

std::string Line(const std::string& message) {
  return absl::StrCat("[02:00:00.000] INFO: prover-client:proving-agent ", message, "\n");
}
std::string Start(const std::string& id, const std::string& type) {
  return Line(absl::StrCat("Starting job id=", id, " type=", type, " inputsUri=data:x"));
}
std::string End(const std::string& id, const std::string& type) {
  return Line(absl::StrCat("Job id=", id, " type=", type, " completed outputUri=data:x"));
}

const std::string kBegin =
    Line("Using native BB at /usr/bin/bb and working directory /tmp/bb-a5b53e");
const std::string kVm = absl::StrCat("7:PUBLIC_VM:", std::string(64, 'a'));
const std::string kOtherVm = absl::StrCat("7:PUBLIC_VM:", std::string(64, 'b'));
const std::string kLaterVm = absl::StrCat("8:PUBLIC_VM:", std::string(64, 'c'));
const std::string kBase = absl::StrCat("7:PUBLIC_BASE_ROLLUP:", std::string(64, 'd'));
const std::string kProof = Line(
    R"(Generated proof for avm-circuit(0x1a) in 44327 ms {"circuitName":"avm-circuit","proofSize":9})");
const std::string kWitness = Line(
    R"(Generated witness {"circuitName":"public-base-rollup","duration":12.5,"inputSize":33})");

TEST(StreamCircuitsTest, JoinedToTheOnlyJobOfItsType) {
  const auto runs = Read(
      {kBegin + Start(kVm, "PUBLIC_VM") + Start(kBase, "PUBLIC_BASE_ROLLUP") + kWitness + kProof});
  ASSERT_EQ(runs.size(), 2U);
  ASSERT_TRUE(runs[0].job && runs[1].job);
  EXPECT_EQ(runs[0].job->ToString(), kBase);
  EXPECT_EQ(runs[0].input_size, 33);
  EXPECT_EQ(runs[1].job->ToString(), kVm);
  EXPECT_EQ(runs[1].tx, "0x1a");
  EXPECT_EQ(runs[1].epoch, 7);
}

TEST(StreamCircuitsTest, AmongTwoOfTheTypeOnlyTheEpochIsKnown) {
  const std::string two = Start(kVm, "PUBLIC_VM") + Start(kOtherVm, "PUBLIC_VM");
  const auto runs = Read({kBegin + two + kProof + End(kVm, "PUBLIC_VM") + kProof});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_FALSE(runs[0].job);
  EXPECT_EQ(runs[0].epoch, 7);
  EXPECT_EQ(runs[1].job->ToString(), kOtherVm);
}

// What ran before the log began is not known: only the epoch of what is.
TEST(StreamCircuitsTest, ALogThatBeginsInTheMiddle) {
  const auto runs = Read({Start(kVm, "PUBLIC_VM") + kProof});
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_FALSE(runs[0].job);
  EXPECT_EQ(runs[0].epoch, 7);
}

TEST(StreamCircuitsTest, WithoutACircuitsNameOnlyTheEpochIsKnown) {
  const auto runs = Read({kBegin + Start(kVm, "PUBLIC_VM") +
                          Line("Successfully verified proof from key in 1007.4 ms {\"a\":1}")});
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].circuit, "");
  EXPECT_FALSE(runs[0].job);
  EXPECT_EQ(runs[0].epoch, 7);
}

TEST(StreamCircuitsTest, AmongTwoEpochsNothingIsKnown) {
  const auto runs =
      Read({kBegin + Start(kVm, "PUBLIC_VM") + Start(kLaterVm, "PUBLIC_VM") + kProof});
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_FALSE(runs[0].job);
  EXPECT_FALSE(runs[0].epoch);
}

TEST(StreamCircuitsTest, AJobThatEndedOrDiedWithItsProcessRunsNoMore) {
  EXPECT_FALSE(
      Read({kBegin + Start(kVm, "PUBLIC_VM") + End(kVm, "PUBLIC_VM") + kProof}).front().job);
  EXPECT_FALSE(Read({kBegin + Start(kVm, "PUBLIC_VM") + kBegin + kProof}).front().job);
  EXPECT_EQ(
      Read({kBegin + Start(kVm, "PUBLIC_VM") + kBegin + Start(kOtherVm, "PUBLIC_VM") + kProof})
          .front()
          .job->ToString(),
      kOtherVm);
}

TEST(StreamCircuitsTest, TheNewJobOfAnAbortRuns) {
  const std::string abort =
      Line(absl::StrCat("Aborting job id=", kVm, " type=PUBLIC_VM to start new job id=", kBase,
                        " type=PUBLIC_BASE_ROLLUP inputsUri=data:x"));
  const auto runs = Read({kBegin + Start(kVm, "PUBLIC_VM") + abort + kWitness + kProof});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].job->ToString(), kBase);
  EXPECT_FALSE(runs[1].job);
}

TEST(StreamCircuitsTest, ServicesOfOneLogAreSeveralProcesses) {
  const auto of = [](const std::string& service, const std::string& line) {
    return absl::StrCat(service, "  | ", line);
  };
  const auto runs =
      Read({of("agent-1", kBegin) + of("agent-2", kBegin) + of("agent-1", Start(kVm, "PUBLIC_VM")) +
            of("agent-2", Start(kOtherVm, "PUBLIC_VM")) + of("agent-2", kProof) +
            of("agent-1", kProof)});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].job->ToString(), kOtherVm);
  EXPECT_EQ(runs[1].job->ToString(), kVm);
}

TEST(StreamCircuitsTest, WhereTheBytesAreCutChangesNothing) {
  const std::string log = kBegin + Start(kVm, "PUBLIC_VM") + kProof +
                          Start(kBase, "PUBLIC_BASE_ROLLUP") + kWitness + End(kVm, "PUBLIC_VM") +
                          kProof;
  const auto whole = Read({log});
  ASSERT_EQ(whole.size(), 3U);
  for (size_t cut = 1; cut < log.size(); ++cut) {
    ASSERT_EQ(Read({log.substr(0, cut), log.substr(cut)}), whole) << cut;
  }
  // A seal at the end of a line tells nothing else either.
  const size_t cut = log.find(Start(kBase, "PUBLIC_BASE_ROLLUP"));
  EXPECT_EQ(Read({log.substr(0, cut), log.substr(cut)}, true), whole);
}

}  // namespace
}  // namespace proverlog
