#include "model/proving_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;
using testing::UnorderedElementsAre;

// ProvingRequestType in stdlib, all versions that were read.
const std::vector<std::string> kAllTypes = {
    "PUBLIC_VM", "PRIVATE_BASE_ROLLUP", "PUBLIC_BASE_ROLLUP", "MERGE_ROLLUP",
    "EMPTY_BLOCK_ROOT_ROLLUP", "PADDING_BLOCK_ROOT_ROLLUP", "BLOCK_ROOT_ROLLUP",
    "SINGLE_TX_BLOCK_ROOT_ROLLUP", "BLOCK_MERGE_ROLLUP", "ROOT_ROLLUP", "BASE_PARITY",
    "ROOT_PARITY", "TUBE_PROOF",
    // 3.0 to 5.2
    "PUBLIC_TUBE", "PUBLIC_CHONK_VERIFIER", "PRIVATE_TX_BASE_ROLLUP", "PUBLIC_TX_BASE_ROLLUP",
    "TX_MERGE_ROLLUP", "BLOCK_ROOT_FIRST_ROLLUP", "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP",
    "BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP", "BLOCK_ROOT_SINGLE_TX_ROLLUP", "CHECKPOINT_ROOT_ROLLUP",
    "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", "CHECKPOINT_PADDING_ROLLUP", "CHECKPOINT_MERGE_ROLLUP",
    "PARITY_BASE", "PARITY_ROOT",
    // after 5.2, and 2024
    "BLOCK_ROOT_NO_TXS_ROLLUP", "INBOX_PARITY", "PRIVATE_KERNEL_EMPTY", "PUBLIC_KERNEL_NON_TAIL",
    "PUBLIC_KERNEL_TAIL", "BASE_ROLLUP"};

bool Knows(const ProvingEra& era, absl::string_view type) {
  return std::any_of(era.types.begin(), era.types.end(),
                     [&](const TypeFeeds& known) { return known.type == type; });
}

TEST(ProvingGraphTest, EveryTypeIsInAnEra) {
  for (const std::string& type : kAllTypes) {
    EXPECT_TRUE(std::any_of(ProvingEras().begin(), ProvingEras().end(), [&](const ProvingEra& era) {
      return Knows(era, type);
    })) << type;
  }
}

TEST(ProvingGraphTest, ATypeFeedsTypesOfItsEraThatComeAfterIt) {
  for (const ProvingEra& era : ProvingEras()) {
    std::vector<absl::string_view> before;
    for (const auto& [type, feeds] : era.types) {
      for (const absl::string_view fed : feeds) {
        EXPECT_TRUE(Knows(era, fed)) << era.versions << " " << fed;
        EXPECT_EQ(std::count(before.begin(), before.end(), fed), 0) << type << " " << fed;
      }
      EXPECT_EQ(std::count(before.begin(), before.end(), type), 0) << type;
      before.push_back(type);
    }
  }
}

TEST(ProvingGraphTest, ThePublicVmNeverComesFromTheTube) {
  for (const ProvingEra& era : ProvingEras()) {
    for (const auto& [type, feeds] : era.types) {
      EXPECT_THAT(feeds, testing::Not(testing::Contains("PUBLIC_VM"))) << type;
    }
  }
  EXPECT_THAT(FeedsWithin({"TUBE_PROOF", "PUBLIC_VM", "PUBLIC_BASE_ROLLUP", "MERGE_ROLLUP"}),
              UnorderedElementsAre(Pair("PUBLIC_VM", ElementsAre("PUBLIC_BASE_ROLLUP")),
                                   Pair("TUBE_PROOF", ElementsAre("PUBLIC_BASE_ROLLUP")),
                                   Pair("PUBLIC_BASE_ROLLUP", ElementsAre("MERGE_ROLLUP")),
                                   Pair("MERGE_ROLLUP", ElementsAre("MERGE_ROLLUP"))));
}

TEST(ProvingGraphTest, TheEraIsTheOneThatKnowsMostTypes) {
  EXPECT_THAT(FeedsWithin({"BLOCK_MERGE_ROLLUP", "BASE_PARITY", "ROOT_PARITY", "ROOT_ROLLUP"})
                  .at("BLOCK_MERGE_ROLLUP"),
              ElementsAre("BLOCK_MERGE_ROLLUP", "ROOT_ROLLUP"));
  EXPECT_THAT(FeedsWithin({"BLOCK_MERGE_ROLLUP", "PARITY_BASE", "CHECKPOINT_ROOT_ROLLUP"})
                  .at("BLOCK_MERGE_ROLLUP"),
              ElementsAre("BLOCK_MERGE_ROLLUP", "CHECKPOINT_ROOT_ROLLUP"));
}

TEST(ProvingGraphTest, UnknownTypesStandOutside) {
  EXPECT_THAT(FeedsWithin({}), IsEmpty());
  EXPECT_THAT(FeedsWithin({"TYPE_OF_2031", "OTHER_TYPE"}), IsEmpty());
  EXPECT_THAT(FeedsWithin({"TYPE_OF_2031", "PUBLIC_VM", "PUBLIC_TX_BASE_ROLLUP"}),
              ElementsAre(Pair("PUBLIC_VM", ElementsAre("PUBLIC_TX_BASE_ROLLUP"))));
  // A type of another era is as unknown.
  EXPECT_THAT(FeedsWithin({"TUBE_PROOF", "PUBLIC_VM", "PUBLIC_TX_BASE_ROLLUP", "PARITY_BASE"}),
              ElementsAre(Key("PUBLIC_VM")));
}

TEST(ProvingGraphTest, ACircuitIsProvenByJobsOfOneType) {
  EXPECT_EQ(JobTypeOfCircuit("avm-circuit"), "PUBLIC_VM");
  EXPECT_EQ(JobTypeOfCircuit("rollup-block-root-first-single-tx"),
            "BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP");
  EXPECT_EQ(JobTypeOfCircuit("circuit-of-2031"), "");
}

TEST(ProvingGraphTest, LeavesAreTheErasAlsoWhereTheyAreNotThere) {
  using Types = std::set<std::string>;
  EXPECT_EQ(LeavesWithin({"PUBLIC_VM", "PUBLIC_TX_BASE_ROLLUP", "ROOT_ROLLUP"}),
            Types{"PUBLIC_VM"});
  // A merge takes proofs, also where the logs have none of what it took.
  EXPECT_EQ(LeavesWithin({"PARITY_BASE", "TX_MERGE_ROLLUP", "ROOT_ROLLUP"}), Types{"PARITY_BASE"});
  EXPECT_EQ(LeavesWithin({"PUBLIC_TX_BASE_ROLLUP", "TX_MERGE_ROLLUP", "ROOT_ROLLUP"}), Types{});
  EXPECT_EQ(LeavesWithin({"INBOX_PARITY", "CHECKPOINT_ROOT_ROLLUP", "ROOT_ROLLUP"}),
            Types{"INBOX_PARITY"});
  EXPECT_EQ(LeavesWithin({"NEW", "NEWER"}), (Types{"NEW", "NEWER"}));
}

TEST(ProvingGraphTest, ATypeWithoutAnyOfItsInputsLacksThem) {
  EXPECT_TRUE(LacksInputs({"PARITY_BASE", "TX_MERGE_ROLLUP", "ROOT_ROLLUP"}));
  EXPECT_TRUE(LacksInputs({"PARITY_BASE", "PUBLIC_TX_BASE_ROLLUP", "TX_MERGE_ROLLUP"}));
  EXPECT_FALSE(LacksInputs({"PARITY_BASE", "PUBLIC_VM", "PUBLIC_TX_BASE_ROLLUP"}));
  EXPECT_FALSE(LacksInputs({"PARITY_BASE", "PARITY_ROOT", "BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP",
                            "CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP", "ROOT_ROLLUP"}));
  EXPECT_FALSE(LacksInputs({"PUBLIC_VM", "ROOT_ROLLUP"}));  // the root is looked at by nobody
  // It may be what the new type makes.
  EXPECT_FALSE(LacksInputs({"NEW", "TX_MERGE_ROLLUP", "PUBLIC_VM", "CHECKPOINT_ROOT_ROLLUP"}));
  EXPECT_FALSE(LacksInputs({"NEW"}));
}

}  // namespace
}  // namespace proverlog
