#include "server/config/check_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

TEST(CheckConfigTest, SettingsAreToldWithTheirOrigins) {
  const std::string text = SettingsText(ReadConfiguration(
      {{"database-url", "postgresql://me:secret@db/x"}}, {{"PROVERLOG_MAX_STREAMS", "7"}}));
  EXPECT_THAT(text, MatchesRegex("SETTING +VALUE +FROM\n(.|\n)*"));
  EXPECT_THAT(text, HasSubstr("max-streams             7   "));
  EXPECT_THAT(text, HasSubstr("  PROVERLOG_MAX_STREAMS\n"));
  EXPECT_THAT(text, HasSubstr("data-dir                -   "));
  EXPECT_THAT(text, HasSubstr("user=me password=*** dbname=x host=db"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST(CheckConfigTest, TheRulesFileIsChecked) {
  const testing_util::TempDirectory directory;
  const std::string rules = directory.Write(
      "r", "rules { rule: \"nonsense\" }\nreceivers { name: \"a\" url_file: \"none\" }\n");
  const auto faults = FindFaults(
      ReadConfiguration({{"database-url", "host=h"}, {"rules", rules}, {"listen", "x"}}, {}));
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_THAT(faults[0], HasSubstr("--listen: "));
  EXPECT_THAT(faults[1], HasSubstr(rules + ":1:9: rules.rule: \"nonsense\" is none"));
  EXPECT_THAT(faults[1], HasSubstr("\n" + rules + ":2:23: receivers.url_file: \"none\" cannot be"));
}

TEST(CheckConfigTest, TheDataDirectoryIsChecked) {
  const testing_util::TempDirectory directory;
  const std::string file = directory.Write("f", "");
  EXPECT_THAT(FindFaults(ReadConfiguration({{"data-dir", file}}, {})),
              ElementsAre("--data-dir: \"" + file + "\" is not a directory"));
  EXPECT_THAT(FindFaults(ReadConfiguration({{"data-dir", directory.path() + "/new"}}, {})),
              IsEmpty());
}

// A row of the table in docs/configuration.md.
std::string RowOf(const Setting& setting) {
  const std::string value = setting.value_name.empty() ? "" : absl::StrCat(" ", setting.value_name);
  const std::string fallback =
      setting.fallback.empty() ? "" : absl::StrCat("`", setting.fallback, "`");
  std::string row = absl::StrCat("| `", FlagOf(setting), value, "` | `", VariableOf(setting),
                                 "` | ", fallback, " | ", setting.help, " |\n");
  return absl::StrReplaceAll(row, {{"auto|check", "auto\\|check"}});
}

TEST(CheckConfigTest, TheDocumentationHasEverySetting) {
  std::string table;
  for (const Setting& setting : Settings()) table += RowOf(setting);
  EXPECT_THAT(testing_util::ReadAll("docs/configuration.md"),
              HasSubstr("|---|---|---|---|\n" + table + "\n"));
}

}  // namespace
}  // namespace proverlog
