// The table against the list of Aztec's log statements (tests/data/catalogue.tsv) and against the
// list of events (docs/events.md).

#include "normalizer/catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/testing_util/test_data.h"

namespace proverlog {
namespace {

using testing_util::ReadAll;
using testing_util::TestDataPath;

constexpr char kJob[] = "3054:PUBLIC_VM:be75";
constexpr char kUuid[] = "c27e6beb-52bd-4e07-8dd7-daffc9eac110";

// What an expression of a template may print: the first whose text occurs in the expression.
std::string PlausibleValue(const std::string& expression) {
  static const std::vector<std::pair<const char*, const char*>> kValues = {
      {"jobLogText", "id=3054:PUBLIC_VM:be75 type=PUBLIC_VM epochNumber=3054"},
      {"ProvingRequestType[", "PUBLIC_VM"},
      {"ProofTypeName", "PUBLIC_VM"},
      {"abortedProofName", "PUBLIC_VM"},
      {"inspect(", "BlockHeader { slot: 97728 }"},
      {"andidate", kUuid},
      {"winner", kUuid},
      {"uuid", kUuid},
      {"session.getId", kUuid},
      {"this.id", "53135:97763"},
      {"prover.id", "53135:97763"},
      {"job.id", kJob},
      {"item.id", kJob},
      {"meta.id", kJob},
      {"obId", kJob},
      {"getProverId", "0x36a1aeb0"},
      {"hash", "0x7b199340"},
      {"Hash", "0x7b199340"},
      {"Address", "0xb03b5859"},
      {"Root", "0x15684c8c"},
      {"Number", "53100"},
      {"Count", "16"},
      {".number", "53100"},
      {"Size", "4096"},
      {"retries", "1"},
      {"size", "4096"},
      {"ms()", "1106.3521086238325"},
      {"Ms", "1007.4338822392747"},
      {"err", "Error: connect ECONNREFUSED 127.0.0.1:8080"},
      {"message", "Failed to generate proof. Exit code 1. Signal null."},
      {"eason", "Failed to generate proof. Exit code 1. Signal null."},
      {"ismatches", "genesisArchiveRoot differs; protocol version differs"},
      {"Uri", "data:application/json;charset=utf-8,%7B..."},
      {"uri", "gs://failed-proofs/inputs/PUBLIC_VM"},
      {"Url", "gs://failed-epochs/3057"},
      {"ath", "/tmp/bb-a5b53e/inputs.bin"},
      {"ir", "/tmp/bb-a5b53e"},
      {"location", "gs://failed-epochs"},
      {"host", "http://prover-broker:8080"},
      {"ethod", "proverBroker_getProvingJob"},
      {"ersion", "4.1.2"},
      {"ircuit", "PublicBaseRollupArtifact"},
      {"Type", "PublicBaseRollupArtifact"},
      {"State", "completed"},
      {"state", "completed"},
      {"outcome", "published"},
      {"name", "JsonRpcClient request to http://prover-broker:8080"},
  };
  if (expression == "id") return kJob;
  for (const auto& [needle, value] : kValues) {
    if (absl::StrContains(expression, needle)) return value;
  }
  return "7";
}

// The length of "${...}" at the beginning of the text; braces nest.
size_t SlotLength(absl::string_view text) {
  int depth = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    depth += text[i] == '{' ? 1 : 0;
    depth -= text[i] == '}' ? 1 : 0;
    if (depth == 0) return i + 1;
  }
  return text.size();
}

std::string MessageOf(absl::string_view message_template) {
  std::string message;
  while (!message_template.empty()) {
    const size_t slot = message_template.find("${");
    absl::StrAppend(&message,
                    absl::StrReplaceAll(message_template.substr(0, slot), {{"\\n", "\n"}}));
    if (slot == absl::string_view::npos) break;
    message_template.remove_prefix(slot);
    const size_t length = SlotLength(message_template);
    absl::StrAppend(&message, PlausibleValue(std::string(message_template.substr(2, length - 3))));
    message_template.remove_prefix(length);
  }
  return message;
}

struct Template {
  std::string section;
  std::vector<std::string> versions;  // "4.1.2"
  std::string text;
  std::string expected;  // the entry's pattern, or why there is none
};

std::vector<Template> ReadTemplates() {
  std::vector<Template> templates;
  const std::string tsv = ReadAll(TestDataPath("catalogue.tsv"));
  for (const absl::string_view line : absl::StrSplit(tsv, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    EXPECT_EQ(cells.size(), 6U) << line;
    if (cells.size() != 6 || cells[0] == "section") continue;
    templates.push_back({cells[0], absl::StrSplit(cells[3], ' '), cells[4], cells[5]});
  }
  return templates;
}

// {0, 87} of "0.87" and of "0.87.9".
std::pair<int, int> MajorAndMinor(absl::string_view version) {
  const std::vector<std::string> parts = absl::StrSplit(version, '.');
  return {std::stoi(parts.at(0)), std::stoi(parts.at(1))};
}

// Is the version in a range "0.87-5.2", or is it the version "2.0"?
bool Covers(absl::string_view range, absl::string_view version) {
  const std::vector<std::string> ends = absl::StrSplit(range, '-');
  const auto at = MajorAndMinor(version);
  return MajorAndMinor(ends.front()) <= at && at <= MajorAndMinor(ends.back());
}

TEST(CatalogueTest, EveryLogStatementHasAnEntryOrAReason) {
  struct Coverage {
    int covered = 0;
    int reasons = 0;
    int total = 0;
  };
  std::map<std::string, Coverage> sections;
  const MessageIndex index;
  for (const Template& statement : ReadTemplates()) {
    Coverage& section = sections[statement.section];
    ++section.total;
    if (absl::StartsWith(statement.expected, "not covered: ")) {
      ++section.reasons;
      continue;
    }
    const std::string message = MessageOf(statement.text);
    const auto match = index.Find(message);
    section.covered += match ? 1 : 0;
    EXPECT_EQ(match ? std::string(match->spec->pattern) : "no entry", statement.expected)
        << "template " << statement.text << "\nmessage " << message;
    for (const std::string& version : statement.versions) {
      EXPECT_TRUE(!match || Covers(match->spec->versions, version))
          << version << " has \"" << statement.text << "\", too";
    }
  }
  for (const auto& [name, section] : sections) {
    std::printf("%s: %d of %d log statements covered, %d with a reason\n", name.c_str(),
                section.covered, section.total, section.reasons);
  }
}

// The event's fields (slot names) and its data keys, over all its messages.
struct EventFields {
  std::set<std::string> fields;
  std::set<std::string> keys;
  friend bool operator==(const EventFields&, const EventFields&) = default;
};

std::set<std::string> SlotNames(absl::string_view pattern) {
  std::set<std::string> names;
  for (size_t open = pattern.find('{'); open != absl::string_view::npos; open = pattern.find('{')) {
    const size_t close = pattern.find('}', open);
    const absl::string_view slot = pattern.substr(open + 1, close - open - 1);
    const absl::string_view name = absl::StripSuffix(slot, "...");
    if (name != "any" && name != "end") names.insert(std::string(name));
    pattern.remove_prefix(close + 1);
  }
  return names;
}

std::map<std::string, EventFields> EventsOfTheTable() {
  std::map<std::string, EventFields> events;
  for (const MessageSpec& spec : MessageSpecs()) {
    if (spec.event.empty()) continue;
    EventFields& event = events[std::string(spec.event)];
    event.fields.merge(SlotNames(spec.pattern));
    event.keys.insert(spec.keys.begin(), spec.keys.end());
  }
  return events;
}

// The names in backticks.
std::set<std::string> Names(absl::string_view cell) {
  const std::vector<std::string> parts = absl::StrSplit(cell, '`');
  std::set<std::string> names;
  for (size_t i = 1; i < parts.size(); i += 2) names.insert(parts[i]);
  return names;
}

std::map<std::string, EventFields> EventsOfTheDocument() {
  std::map<std::string, EventFields> events;
  const std::string document = ReadAll("docs/events.md");
  for (const absl::string_view line : absl::StrSplit(document, '\n')) {
    if (!absl::StartsWith(line, "| `")) continue;
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    EXPECT_EQ(cells.size(), 6U) << line;
    if (cells.size() != 6) continue;
    const std::string event = *Names(cells[1]).begin();
    EXPECT_EQ(events.count(event), 0U) << event << " is there twice";
    events[event] = {Names(cells[3]), Names(cells[4])};
  }
  return events;
}

TEST(CatalogueTest, EveryEventIsDocumentedWithItsFields) {
  const auto table = EventsOfTheTable();
  const auto document = EventsOfTheDocument();
  for (const auto& [name, event] : table) {
    const auto found = document.find(name);
    ASSERT_NE(found, document.end()) << "docs/events.md does not have " << name;
    EXPECT_EQ(found->second.fields, event.fields) << name;
    EXPECT_EQ(found->second.keys, event.keys) << name;
  }
  for (const auto& [name, event] : document) {
    EXPECT_EQ(table.count(name), 1U) << "no message says " << name;
  }
}

}  // namespace
}  // namespace proverlog
