#ifndef PROVERLOG_SERVER_ALERTS_RULES_TEXT_H_
#define PROVERLOG_SERVER_ALERTS_RULES_TEXT_H_

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proverlog/v1/alert_rules.pb.h"

namespace proverlog {

// All that is wrong with a file, by where it stands. Not thread-safe.
class RulesProblems {
 public:
  explicit RulesProblems(std::string file) : file_(std::move(file)) {}

  // Line and column count from 0.
  void Add(int line, int column, absl::string_view what);
  // INVALID_ARGUMENT with a line for each problem, "FILE:LINE:COLUMN: what", where there is one.
  absl::Status Finish() const;

 private:
  const std::string file_;
  std::multimap<std::pair<int, int>, std::string> problems_;
};

// One entry of a map.
struct MapEntry {
  std::string key;
  std::string text;   // its value, where that is one
  double number = 0;  // the same
};

// A message of a rules file, and where its fields stand. What it refers to outlives it.
class RulesNode {
 public:
  RulesNode(const google::protobuf::Message* message,
            const google::protobuf::TextFormat::ParseInfoTree* tree, RulesProblems* problems)
      : message_(message), tree_(tree), problems_(problems) {}

  // One of the messages of a repeated field.
  RulesNode Nested(absl::string_view field, int index) const;
  // The entries of a map, in the order of the file: also those whose key is there twice.
  std::vector<MapEntry> Entries(absl::string_view field) const;

  // Says what is wrong with the field, or with the whole, where the field is left out. `index` is
  // of a repeated field or a map.
  void Refuse(absl::string_view field, absl::string_view what, int index = -1) const;

 private:
  const google::protobuf::FieldDescriptor* Find(absl::string_view field) const;

  const google::protobuf::Message* message_;
  const google::protobuf::TextFormat::ParseInfoTree* tree_;
  RulesProblems* problems_;
  std::string path_;  // "receivers.", or empty
  int line_ = 0;      // where it begins
  int column_ = 0;
};

// Says that the name is none of the known ones, which it lists, the nearest first.
std::string NotOneOf(absl::string_view name, const std::vector<std::string>& known);

// Reads the text as far as it can be read.
v1::AlertRules ParseRulesText(absl::string_view text,
                              google::protobuf::TextFormat::ParseInfoTree& tree,
                              RulesProblems& problems);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RULES_TEXT_H_
