#include "server/config/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

CommandLine Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "proverlogd");
  int exit_code = -1;
  auto line = ParseCommandLine(static_cast<int>(words.size()), words.data(), "v", exit_code);
  EXPECT_TRUE(line.has_value()) << exit_code;
  return line.value_or(CommandLine());
}

TEST(CommandLineTest, FlagsAreReadAsTheyAreWritten) {
  const CommandLine line =
      Parse({"--data-dir", "/d", "--max-streams=x", "--reflection", "--rules", ""});
  EXPECT_EQ(line.command, Command::kServe);
  EXPECT_THAT(line.flags, UnorderedElementsAre(Pair("data-dir", "/d"), Pair("max-streams", "x"),
                                               Pair("reflection", "true"), Pair("rules", "")));
  EXPECT_THAT(line.faults, IsEmpty());
}

TEST(CommandLineTest, ASwitchMayBeTurnedOff) {
  EXPECT_THAT(Parse({"--reflection=false"}).flags, ElementsAre(Pair("reflection", "false")));
}

TEST(CommandLineTest, FlagsStandBeforeAndBehindTheCommand) {
  const CommandLine line = Parse({"--listen=h:1", "renormalize", "--prover", "p", "--data-dir=/d"});
  EXPECT_EQ(line.command, Command::kRenormalize);
  EXPECT_EQ(line.prover, "p");
  EXPECT_THAT(line.flags, UnorderedElementsAre(Pair("listen", "h:1"), Pair("data-dir", "/d")));
  EXPECT_EQ(Parse({"check-config"}).command, Command::kCheckConfig);
  EXPECT_EQ(Parse({"migrate"}).command, Command::kMigrate);
}

TEST(CommandLineTest, EveryWordThatMeansNothingIsAFault) {
  EXPECT_THAT(Parse({"chek-config", "--max-stream=3", "--nonsense"}).faults,
              ElementsAre("chek-config: there is no such command; did you mean \"check-config\"?",
                          "--max-stream: there is no such flag; did you mean \"--max-streams\"?",
                          "--nonsense: there is no such flag"));
  EXPECT_THAT(Parse({"migrate", "--nonsense", "x"}).faults,
              ElementsAre("--nonsense: there is no such flag", "x: there is no such command"));
}

TEST(CommandLineTest, WhatMayBeAPasswordIsNotShown) {
  const CommandLine line = Parse({"--databse-url=postgresql://me:secret@db/x", "--databse-url",
                                  "postgresql://me:secret@db/x", "password=secret"});
  EXPECT_EQ(line.faults.size(), 4U);
  for (const std::string& fault : line.faults) {
    EXPECT_THAT(fault, testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace proverlog
