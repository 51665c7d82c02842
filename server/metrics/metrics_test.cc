#include "server/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MetricsTest, ProversBeyondTheBoundShareOneSeries) {
  Metrics metrics("1.2.3");
  for (size_t i = 0; i < kMaxLabelledProvers + 5; ++i) {
    metrics.ingest.lines.Of(absl::StrCat("p", i)).Increment();
  }
  metrics.ingest.lines.Of("p7").Increment();
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("proverlog_ingest_lines_total{prover=\"p7\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_ingest_lines_total{prover=\"other\"} 5\n"));
  EXPECT_THAT(text, Not(HasSubstr("prover=\"p1000\"")));
}

TEST(MetricsTest, AProverThatHasCaughtUpHasNoLag) {
  Metrics metrics("1.2.3");
  metrics.normalizer.SetLag({{"a", 10, 2.5}, {"b", 20, 1}});
  EXPECT_THAT(metrics.Serialize(),
              HasSubstr("proverlog_normalizer_lag_seconds{prover=\"a\"} 2.5\n"));
  metrics.normalizer.SetLag({{"b", 30, 4}});
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_lag_seconds{prover=\"a\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_lag_bytes{prover=\"a\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_lag_bytes{prover=\"b\"} 30\n"));
}

TEST(MetricsTest, TheLagOfProversWithoutALabelIsOneLag) {
  Metrics metrics("1.2.3");
  std::vector<ProverLag> behind;
  for (size_t i = 0; i < kMaxLabelledProvers; ++i) behind.push_back({absl::StrCat("p", i), 1, 1});
  behind.push_back({"x", 10, 7});
  behind.push_back({"y", 20, 3});
  metrics.normalizer.SetLag(behind);
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_lag_bytes{prover=\"other\"} 30\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_lag_seconds{prover=\"other\"} 7\n"));
}

TEST(MetricsTest, AProverOfWhichAllIsReadAgainHasNothingUnreadable) {
  Metrics metrics("1.2.3");
  metrics.normalizer.SetUnreadable({{"a", 2}, {"b", 3}});
  EXPECT_EQ(metrics.normalizer.unreadable_ranges(), 5);
  metrics.normalizer.SetUnreadable({{"b", 1}});
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_unreadable_ranges{prover=\"a\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_unreadable_ranges{prover=\"b\"} 1\n"));
  EXPECT_EQ(metrics.normalizer.unreadable_ranges(), 1);
}

TEST(MetricsTest, ARefusalIsCountedByItsReasonOrCode) {
  Metrics metrics("1.2.3");
  metrics.ingest.OnRefusal(WithReason(absl::AbortedError("x"), "FENCED"));
  metrics.ingest.OnRefusal(absl::UnavailableError("x"));
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("proverlog_ingest_refusals_total{reason=\"FENCED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_ingest_refusals_total{reason=\"UNAVAILABLE\"} 1\n"));
}

TEST(MetricsTest, SaysWhichVersionRuns) {
  EXPECT_THAT(Metrics("1.2.3").Serialize(),
              HasSubstr("proverlog_build_info{version=\"1.2.3\"} 1\n"));
}

}  // namespace
}  // namespace proverlog
