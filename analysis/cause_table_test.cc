#include "analysis/cause_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

TEST(CauseTableTest, EveryKindHasItsEntry) {
  int number = 0;
  for (const CauseEntry& entry : CauseTable()) {
    EXPECT_EQ(static_cast<int>(entry.kind), number++) << entry.name;
    EXPECT_EQ(&EntryOf(entry.kind), &entry);
    EXPECT_FALSE(entry.meaning.empty()) << entry.name;
    EXPECT_FALSE(entry.remedy.empty()) << entry.name;
  }
  EXPECT_EQ(number, static_cast<int>(CauseKind::kPublishingDisabled) + 1);
}

TEST(CauseTableTest, AnErrorsTextTellsItsKind) {
  using K = CauseKind;
  for (const auto& [text, kind] : std::vector<std::pair<std::string, CauseKind>>{
           {"Failed to generate proof. Exit code null. Signal SIGKILL.", K::kKilled},
           {"Failed to generate proof. Exit code 137. Signal null.", K::kKilled},
           {"Failed to generate proof. Exit code 1370. Signal null.", K::kProofFailed},
           {"Failed to generate proof. Exit code 1. Signal null.", K::kProofFailed},
           {"Failed to generate proof. Exit code null. Signal SIGTERM.", K::kStopped},
           {"Failed to generate proof. Exit code null. Signal SIGSEGV.", K::kCrashed},
           {"terminate called after throwing an instance of 'std::bad_alloc'", K::kOutOfMemory},
           {"FATAL ERROR: JavaScript heap out of memory", K::kOutOfMemory},
           {"Operation cannot be run: Too many open files", K::kTooManyFiles},
           {"ENOSPC: no space left on device, write", K::kNoSpace},
           {"connect ECONNREFUSED 10.0.0.7:8080", K::kConnectionRefused},
           {"read ECONNRESET", K::kConnectionFailed},
           {"TypeError: fetch failed", K::kConnectionFailed},
           {"Failed to load proof inputs", K::kInputsMissing},
           {"Failed to generate witness: Cannot satisfy constraint", K::kConstraint},
           {"Failed to generate witness: Error: ENOENT", K::kWitnessFailed},
           {"Error: Failed to submit epoch proof to L1", K::kPublishingFailed},
           {"something new", K::kOtherError},
           {"", K::kOtherError}}) {
    EXPECT_EQ(KindOfError(text), kind) << text << ": " << EntryOf(KindOfError(text)).name;
  }
}

// The rows of the last table of docs/why.md.
TEST(CauseTableTest, TheDocumentHasTheSameTable) {
  std::vector<std::string> rows;
  const std::string document = testing_util::ReadAll("docs/why.md");
  const std::string table = document.substr(document.find("| cause | known by |"));
  for (const absl::string_view line : absl::StrSplit(table, '\n', absl::SkipEmpty())) {
    rows.emplace_back(line);
  }
  ASSERT_EQ(rows.size(), CauseTable().size() + 2);
  for (size_t i = 0; i < CauseTable().size(); ++i) {
    const CauseEntry& entry = CauseTable()[i];
    const std::vector<std::string> cells = absl::StrSplit(rows[i + 2], " | ");
    ASSERT_EQ(cells.size(), 4U) << rows[i + 2];
    EXPECT_EQ(cells[0], "| " + std::string(entry.name));
    EXPECT_EQ(cells[2], entry.meaning);
    EXPECT_EQ(cells[3], std::string(entry.remedy) + " |");
    for (const absl::string_view word : entry.words) {
      EXPECT_NE(cells[1].find("`" + std::string(word) + "`"), std::string::npos) << word;
    }
  }
}

}  // namespace
}  // namespace proverlog
