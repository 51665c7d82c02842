#include "normalizer/record_reader.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace proverlog {
namespace {

constexpr Millis kTenOClock = 10 * 3'600'000;

// A record with its views made texts.
struct Copy {
  std::optional<UnixMillis> at;
  std::optional<Millis> time_of_day;
  std::string level, module, message, data, process, service;
  int64_t offset = 0;
};

Copy CopyOf(const LogLine& line) {
  const Record& r = *line.record;
  return {r.at,
          r.time_of_day,
          std::string(r.level),
          std::string(r.module),
          std::string(r.message),
          std::string(r.data),
          std::string(r.process),
          std::string(line.service),
          line.offset};
}

std::vector<Copy> ReadAll(RecordReader& reader, absl::string_view text) {
  std::vector<Copy> records;
  LineSplitter splitter(0, {});
  const auto read = [&](const Line& line) {
    reader.Read(line, [&](const LogLine& log_line) {
      if (log_line.record) records.push_back(CopyOf(log_line));
    });
  };
  splitter.Feed(text, read);
  read(splitter.UnfinishedLine());
  return records;
}

std::optional<Copy> Read(RecordReader& reader, absl::string_view text) {
  const std::vector<Copy> records = ReadAll(reader, text);
  return records.empty() ? std::nullopt : std::optional(records[0]);
}

std::optional<Copy> ReadNew(absl::string_view text) {
  RecordReader reader;
  return Read(reader, text);
}

TEST(RecordReaderTest, Pretty) {
  RecordReader reader;
  const auto record =
      Read(reader,
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
    const auto record = Read(reader, line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->module, "prover-node");
    EXPECT_EQ(record->message, "All is well");
  }
}

TEST(RecordReaderTest, Json) {
  RecordReader reader;
  const auto record = Read(
      reader,
      R"({"level":40,"time":1795230085635,"pid":7,"hostname":"prover-a","module":"prover-node",)"
      R"("status":"x","msg":"A \"quoted\"\nmessage"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at, 1795230085635);
  EXPECT_FALSE(record->time_of_day);
  EXPECT_EQ(record->level, "WARN");
  EXPECT_EQ(record->module, "prover-node");
  EXPECT_EQ(record->message, "A \"quoted\"\nmessage");
  EXPECT_EQ(record->process, "prover-a/7");
  EXPECT_EQ(DataValue(record->data, "status"), "x");
}

TEST(RecordReaderTest, DataMayUseThePinoFieldsNames) {
  RecordReader reader;
  const auto record =
      Read(reader,
           R"({"level":30,"time":1000,"pid":1,"hostname":"a","module":"m","time":5,"msg":"data's",)"
           R"("hostname":"b","msg":"pino's"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at, 1000);
  EXPECT_EQ(record->process, "a/1");
  EXPECT_EQ(record->message, "pino's");
}

TEST(RecordReaderTest, AfterAComposePrefix) {
  RecordReader reader;
  const auto pretty = Read(reader, "prover-node-1  | [10:00:00.123] INFO: prover-node Hello");
  ASSERT_TRUE(pretty);
  EXPECT_EQ(pretty->service, "prover-node-1");
  EXPECT_EQ(pretty->message, "Hello");
  const auto json =
      Read(reader, R"(agent_1 | {"level":30,"time":1,"pid":1,"hostname":"h","msg":"Hello"})");
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
        "Using cached CRS of size 33554433", "prover-1 | "}) {
    EXPECT_FALSE(Read(reader, line)) << line;
  }
  EXPECT_FALSE(Read(reader, absl::string_view("\0\xff\xfe", 3)));
}

TEST(RecordReaderTest, BadUtf8InAPrettyMessageIsKept) {
  RecordReader reader;
  const auto record = Read(reader, "[10:00:00.123] INFO: m bad \xff byte");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->message, "bad \xff byte");
}

constexpr char kPretty[] = "[19:32:21.228] INFO: prover-node All is well";
constexpr char kInstant[] = "2026-02-07T11:32:21.229123456Z";

UnixMillis Instant() {
  absl::Time at;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, kInstant, &at, nullptr));
  return absl::ToUnixMillis(at);
}

TEST(RecordReaderTest, TheWrappersInstantWinsOverTheTimeOfDay) {
  const std::string docker =
      absl::StrCat(R"({"log":")", kPretty, R"(\n","stream":"stderr","time":")", kInstant, R"("})");
  for (const std::string& line :
       {absl::StrCat(kInstant, " stderr F ", kPretty), absl::StrCat(kInstant, " ", kPretty),
        absl::StrCat("2026-02-07T19:32:21.229+08:00 stdout F:x ", kPretty),
        absl::StrCat("2026-02-07T19:32:21.229+0800 host aztec[17]: ", kPretty),
        absl::StrCat("node-1  | ", kInstant, " ", kPretty),
        absl::StrCat("[pod/p-0/aztec] ", kInstant, " ", kPretty), docker,
        absl::StrCat(R"({"__REALTIME_TIMESTAMP":"1770463941229123","MESSAGE":")", kPretty,
                     R"(","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"aztec"})"),
        absl::StrCat("__CURSOR=s=1\n__REALTIME_TIMESTAMP=1770463941229123\n_PID=1\nMESSAGE=",
                     kPretty, "\nPRIORITY=6\n\n")}) {
    const auto record = ReadNew(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->at, Instant()) << line;
    EXPECT_EQ(record->time_of_day, 19 * 3'600'000 + 32 * 60'000 + 21'228) << line;
    EXPECT_EQ(record->module, "prover-node") << line;
    EXPECT_EQ(record->message, "All is well") << line;
  }
}

TEST(RecordReaderTest, WrappersNameTheService) {
  EXPECT_EQ(ReadNew(absl::StrCat("[pod/p-0/aztec] ", kPretty))->service, "p-0/aztec");
  EXPECT_EQ(ReadNew(absl::StrCat("node-1 | ", kInstant, " ", kPretty))->service, "node-1");
  EXPECT_EQ(ReadNew(absl::StrCat(kInstant, " host aztec-1[17]: ", kPretty))->service, "aztec-1");
}

TEST(RecordReaderTest, ColoursAroundAndInsideWrappers) {
  const std::string coloured =
      "[10:00:00.123] \x1b[32mINFO\x1b[39m: \x1b[36mprover-node Well\x1b[39m";
  const std::string escaped = "[10:00:00.123] \\u001b[32mINFO\\u001b[39m: prover-node Well";
  for (const std::string& line :
       {absl::StrCat("\x1b[33mnode-1  |\x1b[0m ", coloured),
        absl::StrCat(kInstant, " stderr F ", coloured),
        absl::StrCat(R"({"log":")", escaped, R"(\n","stream":"stderr","time":")", kInstant,
                     R"("})"),
        // A copy that lost every ESC.
        std::string("[10:00:00.123] [32mINFO[39m: [36mprover-node Well[39m")}) {
    const auto record = ReadNew(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->level, "INFO") << line;
    EXPECT_EQ(record->message, "Well") << line;
  }
}

TEST(RecordReaderTest, ALineInPartsIsPutTogether) {
  RecordReader reader;
  const std::string cri = absl::StrCat(kInstant, " stderr P [19:32:21.228] INFO: prover-\n",
                                       "2026-02-07T11:32:22Z stderr P node All\n",
                                       "2026-02-07T11:32:23Z stderr F  is well\n");
  const auto records = ReadAll(reader, cri);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].at, Instant());
  EXPECT_EQ(records[0].message, "All is well");
  EXPECT_EQ(records[0].offset, 0);

  const std::string json_file =
      R"({"log":"{\"level\":30,\"time\":5,","stream":"stderr","time":"2026-02-07T11:32:21Z"})"
      "\n"
      R"({"log":"\"msg\":\"x\"}\n","stream":"stderr","time":"2026-02-07T11:32:22Z"})";
  const auto joined = ReadAll(reader, json_file);
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].at, 5);
  EXPECT_EQ(joined[0].message, "x");
}

TEST(RecordReaderTest, ALineInPartsGoesOnFromASavedState) {
  RecordReader first;
  EXPECT_FALSE(Read(first, absl::StrCat(kInstant, " stderr P [19:32:21.228] INFO: prov")));
  RecordReader second(first.state());
  const auto record = Read(second, absl::StrCat(kInstant, " stderr F er-node Well"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->module, "prover-node");
}

TEST(RecordReaderTest, APartThatIsNeverEndedHidesNothing) {
  RecordReader reader;
  const auto docker = ReadAll(
      reader,
      R"({"log":"half a line","stream":"stderr","time":"2026-02-07T02:00:00Z"})"
      "\n"
      R"({"log":"[14:00:00.000] INFO: a Well\n","stream":"stderr","time":"2026-02-07T14:00:00Z"})");
  ASSERT_EQ(docker.size(), 1U);
  EXPECT_EQ(docker[0].at, 1770472800000);
  const auto outputs =
      ReadAll(reader,
              "2026-02-07T12:00:00Z stdout P some text\n"
              "2026-02-07T12:30:00Z stderr F {\"level\":30,\"time\":5,\"msg\":\"Well\"}\n");
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].at, 5);
}

TEST(RecordReaderTest, PartsOfTwoOutputsAreNotMixed) {
  RecordReader reader;
  const std::string at = "2026-02-07T12:00:00Z ";
  const auto records =
      ReadAll(reader, at + "stderr P [12:00:00.000] INFO: a W\n" + at + "stdout P some \n" + at +
                          "stderr F ell\n" + at + "stdout F text\n");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].message, "Well");
}

TEST(RecordReaderTest, AWrapperWithoutLineEndsHasWholeLines) {
  for (
      const std::string wrapper :
      {R"({"__REALTIME_TIMESTAMP":"1770463941229123","MESSAGE":"[19:32:21.228] INFO: a Well"})",
       R"({"time":"2026-02-07T11:32:21Z","stream":"stderr","_p":"F","log":"[19:32:21.228] INFO: a Well"})"}) {
    RecordReader reader;
    EXPECT_EQ(ReadAll(reader, wrapper + "\n" + wrapper + "\n").size(), 2U) << wrapper;
  }
}

TEST(RecordReaderTest, AJournalEntryThatIsCutHidesNothing) {
  RecordReader reader;
  const auto records = ReadAll(reader,
                               "__CURSOR=x\n__REALTIME_TIMESTAMP=9223372036854775807\n_PID=1\n"
                               "[10:00:00.000] INFO: a One\n[10:00:01.000] INFO: a Two\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_FALSE(records[0].at);
}

TEST(RecordReaderTest, WhatIsNoNameOfAServiceIsNoWrapper) {
  const std::string record = "[10:00:00.000] INFO: a Well";
  for (const std::string& prefix :
       {std::string("[pod/\xff] "), std::string("[pod/a b] "), std::string(256, 'a') + " | "}) {
    const auto read = ReadNew(prefix + record);
    ASSERT_TRUE(read) << prefix;  // behind other output
    EXPECT_EQ(read->service, "") << prefix;
  }
}

TEST(RecordReaderTest, AWrapperThatKnowsTheSecondTakesTheLinesMilliseconds) {
  const auto record =
      ReadNew("2026-02-07T11:32:21+0000 host agent[1]: [19:32:21.228] INFO: a Well");
  ASSERT_TRUE(record);
  EXPECT_EQ(*record->at % 60'000, 21'228);
  const auto other = ReadNew("2026-02-07T11:32:22+0000 host agent[1]: [19:32:21.998] INFO: a Well");
  EXPECT_EQ(*other->at % 60'000, 22'000);
}

TEST(RecordReaderTest, TwoRecordsOnOneLineAreTakenApart) {
  RecordReader reader;
  const auto pretty =
      ReadAll(reader, R"([10:00:00.000] INFO: a One {"k":1}[10:00:01.000] WARN: b Two)");
  ASSERT_EQ(pretty.size(), 2U);
  EXPECT_EQ(pretty[0].message, "One");
  EXPECT_EQ(pretty[0].data, R"({"k":1})");
  EXPECT_EQ(pretty[1].message, "Two");
  EXPECT_EQ(pretty[1].time_of_day, kTenOClock + 1000);

  const auto json =
      ReadAll(reader, R"({"level":30,"time":1,"msg":"One"}{"level":30,"time":2,"msg":"Two"})");
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0].message, "One");
  EXPECT_EQ(json[1].at, 2);
}

TEST(RecordReaderTest, ARecordBehindOtherOutputIsFound) {
  const auto record = ReadNew("Using cached CRS of size 33554433[10:00:01.000] WARN: b Two");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->message, "Two");
}

TEST(RecordReaderTest, AQuotedRecordIsNone) {
  RecordReader reader;
  const auto records =
      ReadAll(reader, R"([10:00:00.000] INFO: a One {"out":"x [10:00:01.000] WARN: b Two"})");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].message, "One");
}

TEST(RecordReaderTest, OtherLoggersJson) {
  const auto google =
      ReadNew(R"({"severity":"INFO","level":30,"timestamp":"2026-02-07T11:32:21.229Z","pid":3,)"
              R"("hostname":"h","module":"aztec:prover-node","message":"Well"})");
  ASSERT_TRUE(google);
  EXPECT_EQ(google->at, Instant());
  EXPECT_EQ(google->level, "INFO");
  EXPECT_EQ(google->module, "prover-node");
  EXPECT_EQ(google->message, "Well");
  EXPECT_EQ(google->process, "h/3");

  const auto aws =
      ReadNew(R"({"level":50,"severityText":"ERROR","severityNumber":17,"time":5,"pid":1,)"
              R"("hostname":"h","module":"m","msg":"Bad"})");
  ASSERT_TRUE(aws);
  EXPECT_EQ(aws->level, "ERROR");

  const auto winston = ReadNew(R"({"level":"verbose","message":"Well","module":"aztec:archiver",)"
                               R"("timestamp":"2026-02-07T11:32:21.229Z"})");
  ASSERT_TRUE(winston);
  EXPECT_EQ(winston->level, "VERBOSE");
  EXPECT_EQ(winston->module, "archiver");
  EXPECT_EQ(winston->at, Instant());
}

TEST(RecordReaderTest, ALevelWithoutANameIsKept) {
  EXPECT_EQ(ReadNew(R"({"level":35,"time":5,"msg":"x"})")->level, "35");
}

TEST(RecordReaderTest, TextOf2024) {
  const auto record = ReadNew(
      "2024-08-27T18:12:51.417Z aztec:bb-prover [INFO] Generated witness circuitName=x duration=1");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at, 1724782371417);
  EXPECT_EQ(record->level, "INFO");
  EXPECT_EQ(record->module, "bb-prover");
  EXPECT_EQ(record->message, "Generated witness circuitName=x duration=1");
}

}  // namespace
}  // namespace proverlog
