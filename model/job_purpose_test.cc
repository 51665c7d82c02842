#include "model/job_purpose.h"

#include <gtest/gtest.h>

#include "model/proving_graph.h"

namespace proverlog {
namespace {

TEST(JobPurposeTest, EveryTypeWithAPlaceInTheHierarchyHasOne) {
  for (const ProvingEra& era : ProvingEras()) {
    for (const TypeFeeds& type : era.types) {
      if (type.feeds.empty() && type.type != "ROOT_ROLLUP") continue;
      EXPECT_NE(PurposeOf(type.type), "") << type.type;
    }
  }
  EXPECT_EQ(PurposeOf("ANOTHER"), "");
}

}  // namespace
}  // namespace proverlog
