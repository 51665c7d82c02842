// The answers of `proverlog compare` and `proverlog trend` as text.

#include "client/format/comparison_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "client/format/table.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr UnixMillis kSomeTime = 1795226400123;  // 2026-11-21 02:00:00.123

v1::CompareResponse TwoMachines() {
  v1::CompareResponse response;
  response.mutable_completeness()->set_complete(true);
  response.set_margin(0.1);
  response.set_confidence(0.95);
  response.set_least_durations(6);
  v1::ComparedJobType& type = *response.add_job_types();
  type.set_type("CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP");
  for (const int subject : {0, 1}) {
    v1::SubjectSummary& summary = *response.add_subjects();
    summary.mutable_subject()->set_prover("mine\x1b[2J");
    summary.mutable_subject()->set_machine(subject == 0 ? "a" : std::string(90, 'b'));
    for (int epoch = 3100; epoch < 3140; ++epoch) summary.mutable_subject()->add_epochs(epoch);
    summary.set_epochs_chosen(true);
    summary.set_aztec_version("4.1.2");
    summary.mutable_work()->set_jobs(12'000);
    v1::JobTypeOnSubject& row = *type.add_subjects();
    row.set_subject(subject);
    row.mutable_work()->set_jobs(10'000);
    row.mutable_work()->set_per_second(0.0123456);
    row.mutable_duration()->set_count(9999);
    *row.mutable_duration()->mutable_p50() = MillisToProto(125'000);
    *row.mutable_duration()->mutable_p95() = MillisToProto(725'000);
  }
  v1::MedianContrast& contrast = *type.mutable_subjects(1)->mutable_against_first();
  *contrast.mutable_difference() = MillisToProto(25'000);
  *contrast.mutable_difference_low() = MillisToProto(15'000);
  contrast.set_ratio(1.25);
  contrast.set_ratio_low(1.2);
  contrast.set_ratio_high(1.304);
  contrast.set_verdict(v1::CONTRAST_VERDICT_SLOWER);
  return response;
}

void ExpectNarrow(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(DisplayWidth(line), kMaxLineWidth) << line;
  }
}

TEST(CompareTextTest, SubjectsAreNamedAndComparedToTheFirst) {
  const std::string text = CompareText(TwoMachines());
  ExpectNarrow(text);
  EXPECT_THAT(text, StartsWith("A: prover mine?[2J, machine a, the latest epochs 3100, 3101"));
  EXPECT_THAT(text, HasSubstr("12,000 jobs, 0 completed; Aztec 4.1.2"));
  EXPECT_THAT(text, HasSubstr("2 m 05 s"));
  EXPECT_THAT(text, HasSubstr("+25.0 s  1.25 (1.20-1.30)  slower\n"));
  EXPECT_THAT(text, HasSubstr("Similar: all of it within 10 %"));
  EXPECT_THAT(text, HasSubstr("0.0123"));
  EXPECT_THAT(text, HasSubstr("Of a machine or version retries, time-outs and jobs that failed"));
}

TEST(CompareTextTest, WithoutAnIntervalThereAreTooFew) {
  v1::CompareResponse response = TwoMachines();
  v1::MedianContrast& contrast =
      *response.mutable_job_types(0)->mutable_subjects(1)->mutable_against_first();
  contrast.clear_difference_low();
  contrast.clear_ratio_low();
  contrast.set_verdict(v1::CONTRAST_VERDICT_UNCLEAR);
  EXPECT_THAT(CompareText(response), HasSubstr("+25.0 s  1.25        too few\n"));
  response.mutable_job_types(0)->mutable_subjects(1)->clear_against_first();
  EXPECT_THAT(CompareText(response), Not(HasSubstr("too few")));
}

TEST(CompareTextTest, OfOtherMajorVersionsOnlyDurationsAreShown) {
  v1::CompareResponse response = TwoMachines();
  response.set_durations_only(true);
  response.mutable_subjects(1)->set_other_circuits(true);
  const std::string text = CompareText(response);
  EXPECT_THAT(text, HasSubstr("The subjects are of different major versions of Aztec"));
  EXPECT_THAT(text, HasSubstr("Its circuits are others than A's"));
  EXPECT_THAT(text, Not(HasSubstr("RETRIES")));
}

TEST(CompareTextTest, AnIncompleteAnswerSaysSoFirst) {
  v1::CompareResponse response = TwoMachines();
  response.mutable_completeness()->set_complete(false);
  v1::SourceState& source = *response.mutable_completeness()->add_sources();
  source.set_condition(v1::SOURCE_CONDITION_LATE);
  EXPECT_THAT(CompareText(response), StartsWith("Incomplete: 1 log may tell more.\n"));
}

TEST(CompareTextTest, ACircuitsWitnessIsShownBeforeItsProof) {
  v1::CompareResponse response = TwoMachines();
  const auto add = [&](const char* name, const char* step, double millis) {
    v1::ComparedCircuit& circuit = *response.add_circuits();
    circuit.set_circuit(name);
    circuit.set_step(step);
    v1::CircuitOnSubject& row = *circuit.add_subjects();
    row.set_runs(5);
    row.set_mean_input_bytes(432'000);
    *row.mutable_time_per_kib() = MillisToProto(millis);
  };
  add("parity-base", "proof", 4000);
  add("parity-base", "witness", 1.514);
  add("avm-circuit", "proof", 126.4);
  const std::string text = CompareText(response);
  EXPECT_THAT(text, HasSubstr("parity-base  witness  A     5      432 kB     1.51 ms\n"));
  EXPECT_THAT(text, HasSubstr("avm-circuit  proof    A     5      432 kB      126 ms\n"));
  EXPECT_THAT(text, Not(HasSubstr("4.00 s")));
}

TEST(TrendTextTest, PointsThatStandOutAreNamed) {
  v1::GetTrendResponse response;
  response.mutable_completeness()->set_complete(true);
  response.set_prover("mine");
  response.set_figure("duration.p50");
  response.set_type("PUBLIC_VM");
  response.set_machine("a");
  response.set_unit(v1::FIGURE_UNIT_MILLISECONDS);
  response.set_band_epochs(20);
  response.set_least_band_values(9);
  response.set_band_low(0.1);
  response.set_band_high(0.9);
  v1::TrendPoint& young = *response.add_points();
  young.set_epoch(3054);
  young.set_value(1000);
  EXPECT_THAT(TrendText(response), HasSubstr("a band needs 9 values before it"));
  v1::TrendPoint& point = *response.add_points();
  point.set_epoch(3055);
  *point.mutable_first_time() = ToProtoTimestamp(kSomeTime);
  point.set_outcome(v1::EPOCH_OUTCOME_PUBLISHED);
  point.set_value(9000);
  point.set_median(1000);
  point.set_low(900);
  point.set_high(1100);
  point.set_position(v1::TREND_POSITION_ABOVE);
  const std::string text = TrendText(response);
  ExpectNarrow(text);
  EXPECT_THAT(text, StartsWith("duration.p50 of mine, PUBLIC_VM, machine a, 2 epochs\n"
                               "1 of 1 lie outside"));
  EXPECT_THAT(text, HasSubstr("one in 5 would:"));
  EXPECT_THAT(text, HasSubstr("3055 (above)"));
  EXPECT_THAT(text,
              HasSubstr(" 3055  2026-11-21 02:00:00  published    9.00 s  above         1.00 s"
                        "     900 ms  1.10 s\n"));
}

TEST(TrendTextTest, ValuesAreInTheirUnits) {
  v1::GetTrendResponse response;
  response.mutable_completeness()->set_complete(true);
  response.add_points()->set_value(0.256);
  response.set_unit(v1::FIGURE_UNIT_SHARE);
  EXPECT_THAT(TrendText(response), HasSubstr("25.6 %"));
  response.set_unit(v1::FIGURE_UNIT_PER_SECOND);
  EXPECT_THAT(TrendText(response), HasSubstr("0.256"));
  response.set_unit(v1::FIGURE_UNIT_COUNT);
  response.mutable_points(0)->set_value(12'345);
  response.mutable_points(0)->set_low(1.5);
  EXPECT_THAT(TrendText(response), HasSubstr("12,345"));
  EXPECT_THAT(TrendText(response), HasSubstr("1.5"));
}

}  // namespace
}  // namespace proverlog
