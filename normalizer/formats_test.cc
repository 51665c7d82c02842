// The logs of tests/data/wrapped: one of every format and wrapper that docs/formats.md lists.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

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

}  // namespace
}  // namespace proverlog
