#include "client/format/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/format/markdown.h"
#include "model/time.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis kBegin = 1795226400000;  // 2026-11-21T02:00:00Z

TEST(ReportTextTest, ATimeOfDaysHasBothDatesAllFlowsAndDurations) {
  v1::GetReportResponse report;
  report.add_epochs()->set_epoch(7);
  v1::ReportWindow& window = *report.add_windows();
  *window.mutable_start_time() = ToProtoTimestamp(kBegin);
  *window.mutable_end_time() = ToProtoTimestamp(kBegin + kDay);
  v1::TypeFlow& type = *window.add_job_types();
  type.set_type("PUBLIC_VM");
  type.mutable_flow()->set_created(9);
  type.mutable_flow()->set_completed(4);
  type.mutable_flow()->set_abandoned(3);
  type.mutable_flow()->set_ended_unseen(2);
  type.mutable_duration()->set_count(4);
  *type.mutable_duration()->mutable_mean() = MillisToProto(1500);
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("### 2026-11-21 02:00:00.000 to 2026-11-22 02:00:00.000 UTC\n"));
  EXPECT_THAT(text, HasSubstr("| Aborted | Abandoned | Ended unseen | In flight after |"));
  EXPECT_THAT(text, HasSubstr("| PUBLIC_VM | 0 | 9 | 4 | 0 | 0 | 3 | 2 | 0 |"));
  EXPECT_THAT(text, HasSubstr("| PUBLIC_VM | 4 | 4 | 1.50 s |"));
  *report.mutable_windows(0)->mutable_end_time() = ToProtoTimestamp(kBegin + 1000);
  EXPECT_THAT(ReportText(report), HasSubstr("### 2026-11-21 02:00:00.000 to 02:00:01.000 UTC\n"));
}

TEST(ReportTextTest, EpochsAreListedAndPercentagesRoundedAsPeopleReadThem) {
  v1::GetReportResponse report;
  for (const int32_t epoch : {3, 4, 5}) report.add_epochs()->set_epoch(epoch);
  v1::ReportJobType& type = *report.add_job_types();
  type.set_type("A");
  type.add_epochs(3);
  type.add_epochs(5);
  v1::ReportReliability& reliability = *report.add_reliability();
  reliability.set_ended(50'000);
  reliability.set_completed(49'999);
  v1::CircuitSummary& circuit = *report.mutable_epochs(0)->add_circuits();
  circuit.set_step("witness");
  circuit.set_mean_input_bytes(5'000'000);
  circuit.set_mean_output_bytes(1000);
  report.set_more_startups(true);
  v1::ReportStartup& startup = *report.add_startups();
  startup.add_steps()->set_kind("bb.configured");
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("# Prover report: , epochs 3, 4 and 5\n"));
  EXPECT_THAT(text, HasSubstr("### A (only in epochs 3 and 5)\n"));
  EXPECT_THAT(text, HasSubstr("| 99.99 % |"));
  EXPECT_THAT(text, HasSubstr("| 5,000 : 1 |"));
  EXPECT_THAT(text, HasSubstr("There may be more starts than these.\n"));
  report.set_more_startups(false);
  EXPECT_THAT(ReportText(report), Not(HasSubstr("There may be more starts")));
}

TEST(MarkdownTableTest, ColumnsOfNumbersAreToTheRight) {
  MarkdownTable table({"Epoch", "Outcome", "Jobs"});
  table.AddRow({"7", "published", "12"});
  table.AddRow({"8", "3rd", "-"});
  EXPECT_EQ(table.ToString(),
            "| Epoch | Outcome | Jobs |\n| :--- | :--- | ---: |\n| 7 | published | 12 |\n"
            "| 8 | 3rd | - |\n\n");
}

}  // namespace
}  // namespace proverlog
