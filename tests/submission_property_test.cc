// What became of epochs' proofs, on the logs of simulated provers: as an obvious reading of the raw
// lines has it.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "analysis/submission.h"
#include "tests/testing_util/read_logs.h"
#include "tests/testing_util/simulated_prover.h"

namespace proverlog {
namespace {

using generator::LogFormat;
using generator::Release;
using testing_util::Faulty;
using testing_util::RawLine;
using testing_util::RawLines;
using testing_util::ReadLogs;
using testing_util::SimulatedProver;

std::string Quoted(const std::string& text, const std::string& key) {
  const size_t begin = text.find(absl::StrCat("\"", key, "\":\"")) + key.size() + 4;
  return text.substr(begin, text.find('"', begin) - begin);
}

struct RawSubmission {
  int submitting = 0;
  std::vector<std::string> hashes;
  double gas = 0;
  double price = 0;
  UnixMillis published = 0;
};

// The lines that name no epoch are of the one that the next that does names: one epoch is submitted
// after the other.
std::map<int32_t, RawSubmission> ReadRaw(const std::vector<RawLine>& lines) {
  std::map<int32_t, RawSubmission> submissions;
  int submitting = 0;
  for (const RawLine& line : lines) {
    if (absl::StrContains(line.text, "Submitting epoch proof to L1")) ++submitting;
    if (!absl::StrContains(line.text, "Published epoch proof to L1")) continue;
    const size_t at = line.text.find("\"epochNumber\":") + 14;
    int32_t epoch = 0;
    EXPECT_TRUE(absl::SimpleAtoi(
        line.text.substr(at, line.text.find_first_not_of("0123456789", at) - at), &epoch));
    RawSubmission& submission = submissions[epoch];
    submission.submitting = submitting;
    submitting = 0;
    submission.hashes.push_back(Quoted(line.text, "transactionHash"));
    EXPECT_TRUE(absl::SimpleAtod(Quoted(line.text, "gasUsed"), &submission.gas));
    EXPECT_TRUE(absl::SimpleAtod(Quoted(line.text, "gasPrice"), &submission.price));
    submission.published = line.at;
  }
  return submissions;
}

class SubmissionPropertyTest : public testing::TestWithParam<std::tuple<Release, uint64_t>> {};

INSTANTIATE_TEST_SUITE_P(Provers, SubmissionPropertyTest,
                         testing::Combine(testing::Values(Release::k1_1, Release::k4_1,
                                                          Release::k5_2),
                                          testing::Range<uint64_t>(1, 5)));

TEST_P(SubmissionPropertyTest, IsWhatTheRawLinesGive) {
  const SimulatedProver simulated(
      Faulty(std::get<0>(GetParam()), LogFormat::kPretty, std::get<1>(GetParam())));
  const ReadLogs read(simulated);
  const auto contexts = read.collector.Contexts();
  const std::map<int32_t, RawSubmission> raw = ReadRaw(RawLines(simulated));
  const std::set<std::string> kinds(SubmissionEventKinds().begin(), SubmissionEventKinds().end());
  std::map<int32_t, std::vector<Event>> events;
  std::vector<Event> nameless;
  for (const Event& event : read.events) {
    if (kinds.count(event.kind) == 0) continue;
    if (event.epoch()) {
      events[*event.epoch()].push_back(event);
    } else {
      nameless.push_back(event);
    }
  }
  for (auto& [epoch, joined] : JoinToEpochs(nameless, contexts)) {
    events[epoch].insert(events[epoch].end(), joined.begin(), joined.end());
  }
  for (const auto& [epoch, context] : contexts) {
    SCOPED_TRACE(epoch);
    const Submission submission = SubmissionOf(context, events[epoch]);
    const auto found = raw.find(epoch);
    EXPECT_EQ(submission.published_at.has_value(), found != raw.end());
    if (found == raw.end()) {
      EXPECT_TRUE(submission.transactions.empty());
      continue;
    }
    EXPECT_EQ(*submission.published_at, found->second.published);
    EXPECT_EQ(submission.tries, found->second.submitting);
    ASSERT_EQ(submission.transactions.size(), found->second.hashes.size());
    EXPECT_EQ(submission.transactions[0].hash, found->second.hashes[0]);
    double fee = 0;
    EXPECT_TRUE(absl::SimpleAtod(WeiToEth(*submission.fee), &fee));
    EXPECT_NEAR(fee, found->second.gas * found->second.price / 1e18, 1e-12);
  }
}

}  // namespace
}  // namespace proverlog
