#include "model/circuit_run.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace proverlog {
namespace {

Event Make(const std::string& kind, std::map<std::string, std::string> fields) {
  return {kind, 5, std::move(fields), {"m", "h/1", 1, 9}};
}

TEST(CircuitRunTest, AWitnessWithItsSizes) {
  const auto run = CircuitRunOf(Make("circuit.witness", {{"circuitName", "parity-base"},
                                                         {"duration", "12.3456"},
                                                         {"inputSize", "33"},
                                                         {"outputSize", "4400"},
                                                         {"epoch", "7"},
                                                         {"job", "7:PARITY_BASE:ab"}}));
  ASSERT_TRUE(run);
  CircuitRun expected;
  expected.step = CircuitStep::kWitness;
  expected.circuit = "parity-base";
  expected.at = 5;
  expected.micros = 12346;
  expected.input_size = 33;
  expected.output_size = 4400;
  expected.epoch = 7;
  expected.job = JobId{7, "PARITY_BASE", "ab"};
  expected.origin = {"m", "h/1", 1, 9};
  EXPECT_EQ(*run, expected);
}

TEST(CircuitRunTest, AProofOfATransaction) {
  const auto run = CircuitRunOf(Make("avm.proved", {{"circuit", "avm-circuit"},
                                                    {"tx", "0x1a"},
                                                    {"ms", "44327"},
                                                    {"proofSize", "129728"},
                                                    {"circuitSize", "2097152"}}));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->step, CircuitStep::kProof);
  EXPECT_EQ(run->circuit, "avm-circuit");
  EXPECT_EQ(run->tx, "0x1a");
  EXPECT_EQ(run->micros, 44'327'000);
  EXPECT_EQ(run->output_size, 129728);
  EXPECT_EQ(run->circuit_size, 2097152);
  EXPECT_FALSE(run->input_size);
  EXPECT_FALSE(run->epoch);
  EXPECT_FALSE(run->job);
}

TEST(CircuitRunTest, WhatIsNone) {
  EXPECT_FALSE(CircuitRunOf(Make("circuit.failed", {{"ms", "1"}})));
  EXPECT_FALSE(CircuitRunOf(Make("circuit.witness", {{"circuitName", "parity-base"}})));
  for (const char* ms : {"-1", "nan", "inf", "1e300", "soon"}) {
    EXPECT_FALSE(CircuitRunOf(Make("circuit.proved", {{"ms", ms}}))) << ms;
  }
  EXPECT_FALSE(
      CircuitRunOf(Make("circuit.witness", {{"duration", "1"}, {"inputSize", "x"}}))->input_size);
}

}  // namespace
}  // namespace proverlog
