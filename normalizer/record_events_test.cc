#include "normalizer/record_events.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "normalizer/pretty.h"

namespace proverlog {
namespace {

std::optional<CircuitRun> RunOf(const std::string& message) {
  static const MessageIndex index;
  const std::string line = absl::StrCat("[03:00:00.000] INFO: bb-prover ", message);
  const auto record = ReadPretty(line);
  EXPECT_TRUE(record);
  const auto match = index.Find(record->message);
  EXPECT_TRUE(match) << message;
  CircuitRun run;
  // What the run before left.
  run.circuit = run.tx = "before";
  run.input_size = run.output_size = run.circuit_size = 1;
  if (!ReadCircuitRun(*match, *record, run)) return std::nullopt;
  return run;
}

TEST(ReadCircuitRunTest, AWitnessWithItsSizes) {
  const auto run =
      RunOf(R"(Generated witness {"circuitName":"parity-base","duration":12.3456,"inputSize":33,)"
            R"("outputSize":4400})");
  ASSERT_TRUE(run);
  CircuitRun expected;
  expected.step = CircuitStep::kWitness;
  expected.circuit = "parity-base";
  expected.micros = 12346;
  expected.input_size = 33;
  expected.output_size = 4400;
  EXPECT_EQ(*run, expected);
}

TEST(ReadCircuitRunTest, AProofOfATransaction) {
  const auto run =
      RunOf(R"(Generated proof for avm-circuit(0x1a) in 44327 ms {"circuitName":"avm-circuit",)"
            R"("proofSize":129728,"circuitSize":2097152})");
  ASSERT_TRUE(run);
  CircuitRun expected;
  expected.step = CircuitStep::kProof;
  expected.circuit = "avm-circuit";
  expected.tx = "0x1a";
  expected.micros = 44'327'000;
  expected.output_size = 129728;
  expected.circuit_size = 2097152;
  EXPECT_EQ(*run, expected);
}

// The data's name is the circuit's, the message's is that of its program.
TEST(ReadCircuitRunTest, TheCircuitsName) {
  EXPECT_EQ(RunOf("Generated proof for PublicBaseRollupArtifact in 8 ms, size: 508 fields "
                  R"({"circuitName":"public-base-rollup"})")
                ->circuit,
            "public-base-rollup");
  EXPECT_EQ(RunOf("Generated proof for tubeCircuit in 8 ms, size: 508 fields")->circuit,
            "tubeCircuit");
  const auto verified = RunOf("Successfully verified proof from key in 1007.4 ms");
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->step, CircuitStep::kVerification);
  EXPECT_EQ(verified->circuit, "");
  EXPECT_EQ(verified->micros, 1'007'400);
}

TEST(ReadCircuitRunTest, DataInLinesOfItsOwn) {
  const auto run = RunOf(
      "Generated witness\n    circuitName: \"parity-base\"\n    duration: 12.5\n    inputSize: 33");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->circuit, "parity-base");
  EXPECT_EQ(run->micros, 12500);
  EXPECT_EQ(run->input_size, 33);
}

TEST(ReadCircuitRunTest, WhatIsNone) {
  EXPECT_FALSE(RunOf("Proving parity-base..."));
  EXPECT_FALSE(RunOf(R"(Generated witness {"circuitName":"parity-base"})"));
  for (const char* duration : {"-1", "1e300", R"("nan")", R"("soon")"}) {
    EXPECT_FALSE(RunOf(absl::StrCat(R"(Generated witness {"duration":)", duration, "}")))
        << duration;
  }
  const auto run = RunOf(R"(Generated witness {"duration":1,"inputSize":"x","outputSize":-5})");
  ASSERT_TRUE(run);
  EXPECT_FALSE(run->input_size);
  EXPECT_FALSE(run->output_size);
}

}  // namespace
}  // namespace proverlog
