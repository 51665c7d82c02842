// The README's first look, as a newcomer takes it: its commands work, and print what it shows.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using Lines = std::vector<std::string>;

// A command that the README shows with what it prints.
struct Shown {
  std::string command;
  Lines output;  // "..." stands for any lines
};

Lines LinesOf(absl::string_view text) {
  Lines lines = absl::StrSplit(absl::StripTrailingAsciiWhitespace(text), '\n');
  for (std::string& line : lines) absl::StripTrailingAsciiWhitespace(&line);
  return lines;
}

std::vector<Shown> ShownCommands(const std::string& document) {
  std::vector<Shown> shown;
  bool is_inside = false;
  for (const std::string& line : LinesOf(document)) {
    absl::string_view command = line;
    if (absl::StartsWith(line, "```")) {
      is_inside = false;
    } else if (absl::ConsumePrefix(&command, "$ ")) {
      shown.push_back({std::string(command), {}});
      is_inside = true;
    } else if (is_inside) {
      shown.back().output.push_back(line);
    }
  }
  for (Shown& one : shown) {
    while (!one.output.empty() && one.output.back().empty()) one.output.pop_back();
  }
  return shown;
}

// The commands before those that are shown, which import.
Lines Imports(const std::string& document) {
  Lines imports;
  for (const std::string& line : LinesOf(document)) {
    if (absl::StartsWith(line, "proverlog import ")) imports.push_back(line);
  }
  return imports;
}

// The first line of what is shown that is not there, where it ought to be; empty: all are.
std::string Missing(const Lines& shown, const Lines& printed) {
  size_t at = 0;
  bool may_skip = false;
  for (const std::string& line : shown) {
    if (line == "...") {
      may_skip = true;
      continue;
    }
    while (may_skip && at < printed.size() && printed[at] != line) ++at;
    if (at == printed.size() || printed[at] != line) return absl::StrCat("\"", line, "\"");
    ++at;
    may_skip = false;
  }
  return at == printed.size() || may_skip ? "" : absl::StrCat("what follows: ", printed[at]);
}

TEST(ReadmeTest, CommandsPrintWhatItShows) {
  const std::string readme = testing_util::ReadAll("README.md");
  testing_util::TestDatabase database;
  const testing_util::Service service("--database-url=" + database.conninfo());
  const std::string program = testing_util::ProverlogPath();
  const auto run = [&](const std::string& directory, const std::string& command) {
    return testing_util::RunProgram(
        {"/usr/bin/env", "bash", "-c",
         absl::StrCat("cd ./", directory, "; export PROVERLOG_SERVER=", service.address(),
                      " PATH=", program.substr(0, program.rfind('/')), ":$PATH; ", command)});
  };
  ASSERT_EQ(Imports(readme).size(), 2U);
  for (const std::string& command : Imports(readme)) {
    const auto finished = run("tests/data/samples", command);
    EXPECT_EQ(finished.exit_code, 0) << command << "\n" << finished.err;
  }
  const std::vector<Shown> shown = ShownCommands(readme);
  ASSERT_GE(shown.size(), 4U);
  for (const Shown& one : shown) {
    const auto finished = run("", one.command);
    EXPECT_EQ(finished.exit_code, 0) << one.command << "\n" << finished.err;
    EXPECT_EQ(Missing(one.output, LinesOf(finished.out)), "") << one.command;
  }
}

}  // namespace
}  // namespace proverlog
