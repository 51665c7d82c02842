#include "normalizer/record.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

constexpr Millis kTenOClock = 10 * 3'600'000;

TEST(RecordReaderTest, Pretty) {
  RecordReader reader;
  const auto record = reader.Read(
      R"([10:00:00.123] INFO: prover-client:proving-broker Proving Broker started {"a":1})");
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->at);
  EXPECT_EQ(record->time_of_day, kTenOClock + 123);
  EXPECT_EQ(record->level, "INFO");
  EXPECT_EQ(record->module, "prover-client:proving-broker");
  EXPECT_EQ(record->message, "Proving Broker started");
  EXPECT_EQ(record->data, R"({"a":1})");
  EXPECT_EQ(record->process, "");
}

TEST(RecordReaderTest, BothKindsOfColour) {
  RecordReader reader;
  // pino-pretty 13.0 keeps every ESC byte, 13.2 drops those inside the message.
  for (const std::string line :
       {"[10:00:00.123] \x1b[32mINFO\x1b[39m: \x1b[36m\x1b[1mprover-node\x1b[22m "
        "\x1b[0mAll is well\x1b[0m\x1b[39m",
        "[10:00:00.123] \x1b[32mINFO\x1b[39m: \x1b[36m[1mprover-node[22m [0mAll is "
        "well[0m\x1b[39m"}) {
    const auto record = reader.Read(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->module, "prover-node");
    EXPECT_EQ(record->message, "All is well");
  }
}

TEST(RecordReaderTest, Json) {
  RecordReader reader;
  const auto record = reader.Read(
      R"({"level":40,"time":1795230085635,"pid":7,"hostname":"prover-a","module":"prover-node",)"
      R"("status":"x","msg":"A \"quoted\"\nmessage"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at, 1795230085635);
  EXPECT_FALSE(record->time_of_day);
  EXPECT_EQ(record->level, "WARN");
  EXPECT_EQ(record->module, "prover-node");
  EXPECT_EQ(record->message, "A \"quoted\"\nmessage");
  EXPECT_EQ(record->process, "prover-a/7");
  EXPECT_EQ(DataString(record->data, "status"), "x");
}

TEST(RecordReaderTest, DataMayUseThePinoFieldsNames) {
  RecordReader reader;
  const auto record = reader.Read(
      R"({"level":30,"time":1000,"pid":1,"hostname":"a","module":"m","time":5,"msg":"data's",)"
      R"("hostname":"b","msg":"pino's"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at, 1000);
  EXPECT_EQ(record->process, "a/1");
  EXPECT_EQ(record->message, "pino's");
}

TEST(RecordReaderTest, AfterAComposePrefix) {
  RecordReader reader;
  const auto pretty = reader.Read("prover-node-1  | [10:00:00.123] INFO: prover-node Hello");
  ASSERT_TRUE(pretty);
  EXPECT_EQ(pretty->service, "prover-node-1");
  EXPECT_EQ(pretty->message, "Hello");
  const auto json =
      reader.Read(R"(agent_1 | {"level":30,"time":1,"pid":1,"hostname":"h","msg":"Hello"})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->service, "agent_1");
  EXPECT_EQ(json->process, "h/1");
}

TEST(RecordReaderTest, WhatBeginsNoRecord) {
  RecordReader reader;
  for (const std::string line :
       {"", " ", "    at async run (file.js:1:2)", "}", "{", "{}", "[10:00:00] INFO: m text",
        "[10:00:00.123] info: m text", "[10:00:00.123]INFO: m text", R"({"level":30})",
        R"({"level":30,"time":"soon","msg":"x"})", R"({"level":30,"time":-1,"msg":"x"})",
        R"({"level":30,"time":999999999999999,"msg":"x"})", R"({"level":30,"time":1,"msg":"x")",
        "Using cached CRS of size 33554433", "prover-1 | ", "| [10:00:00.123] INFO: m text"}) {
    EXPECT_FALSE(reader.Read(line)) << line;
  }
  EXPECT_FALSE(reader.Read(absl::string_view("\0\xff\xfe", 3)));
}

TEST(RecordReaderTest, BadUtf8InAPrettyMessageIsKept) {
  RecordReader reader;
  const auto record = reader.Read("[10:00:00.123] INFO: m bad \xff byte");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->message, "bad \xff byte");
}

}  // namespace
}  // namespace proverlog
