#include "server/alerts/rules_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <simdjson.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rpc/near_names.h"

namespace proverlog {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

// The n-th text between quotes, from 0; empty where there are not so many.
absl::string_view Quoted(absl::string_view message, int n) {
  for (;; --n) {
    const size_t begin = message.find('"');
    if (begin == absl::string_view::npos) return "";
    message.remove_prefix(begin + 1);
    const size_t end = message.find('"');
    if (end == absl::string_view::npos) return "";
    if (n == 0) return message.substr(0, end);
    message.remove_prefix(end + 1);
  }
}

std::vector<std::string> FieldNames(absl::string_view message_type) {
  std::vector<std::string> names;
  const Descriptor* type = v1::AlertRules::descriptor()->file()->pool()->FindMessageTypeByName(
      std::string(message_type));
  for (int i = 0; type != nullptr && i < type->field_count(); ++i) {
    names.push_back(type->field(i)->name());
  }
  return names;
}

// Of the enumeration of the field with that name, without the one that stands for none.
std::vector<std::string> EnumNames(absl::string_view field) {
  const EnumDescriptor* type =
      field == "protocol" ? v1::AlertProtocol_descriptor() : v1::AlertSeverity_descriptor();
  std::vector<std::string> names;
  for (int i = 1; i < type->value_count(); ++i) names.push_back(type->value(i)->name());
  return names;
}

// Protobuf's message of what cannot be read, with what is allowed there.
std::string Explain(absl::string_view message) {
  if (absl::StrContains(message, "has no field named")) {
    const absl::string_view type = Quoted(message, 0);
    const absl::string_view name = Quoted(message, 1);
    return absl::StrCat("field ", NotOneOf(name, FieldNames(type)));
  }
  if (absl::StartsWith(message, "Unknown enumeration value")) {
    const absl::string_view value = Quoted(message, 0);
    const absl::string_view field = Quoted(message, 1);
    return absl::StrCat(field, ": ", NotOneOf(value, EnumNames(field)));
  }
  return std::string(message);
}

// Unknown fields are warnings to Protocol Buffers, which reads on behind them.
class Collector : public google::protobuf::io::ErrorCollector {
 public:
  explicit Collector(RulesProblems* problems) : problems_(problems) {}

  void AddError(int line, int column, const std::string& message) override {
    problems_->Add(line, column, Explain(message));
  }
  void AddWarning(int line, int column, const std::string& message) override {
    AddError(line, column, message);
  }

 private:
  RulesProblems* problems_;
};

// Removes the message in which reading ended: what it lacks may be in what was not read.
void RemoveUnfinished(const TextFormat::ParseInfoTree& tree, v1::AlertRules& rules) {
  const Reflection* reflection = rules.GetReflection();
  for (int i = 0; i < rules.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = rules.GetDescriptor()->field(i);
    const int size = reflection->FieldSize(rules, field);
    if (size > 0 && tree.GetLocation(field, size - 1).line < 0) {
      reflection->RemoveLast(&rules, field);
    }
  }
}

}  // namespace

void RulesProblems::Add(int line, int column, absl::string_view what) {
  problems_.emplace(std::pair(line, column),
                    absl::StrCat(file_, ":", line + 1, ":", column + 1, ": ", what));
}

absl::Status RulesProblems::Finish() const {
  if (problems_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(
      problems_, "\n",
      [](std::string* out, const auto& problem) { absl::StrAppend(out, problem.second); }));
}

const FieldDescriptor* RulesNode::Find(absl::string_view field) const {
  return message_->GetDescriptor()->FindFieldByName(std::string(field));
}

RulesNode RulesNode::Nested(absl::string_view field, int index) const {
  const FieldDescriptor* descriptor = Find(field);
  RulesNode node(&message_->GetReflection()->GetRepeatedMessage(*message_, descriptor, index),
                 tree_->GetTreeForNested(descriptor, index), problems_);
  const auto at = tree_->GetLocation(descriptor, index);
  node.path_ = absl::StrCat(path_, field, ".");
  node.line_ = at.line;
  node.column_ = at.column;
  return node;
}

std::vector<MapEntry> RulesNode::Entries(absl::string_view field) const {
  const FieldDescriptor* descriptor = Find(field);
  const FieldDescriptor* key = descriptor->message_type()->map_key();
  const FieldDescriptor* value = descriptor->message_type()->map_value();
  const Reflection* reflection = message_->GetReflection();
  std::vector<MapEntry> entries;
  for (int i = 0; i < reflection->FieldSize(*message_, descriptor); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(*message_, descriptor, i);
    const Reflection* of_entry = entry.GetReflection();
    MapEntry read;
    read.key = of_entry->GetString(entry, key);
    if (value->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      read.number = of_entry->GetDouble(entry, value);
    } else {
      read.text = of_entry->GetString(entry, value);
    }
    entries.push_back(std::move(read));
  }
  return entries;
}

void RulesNode::Refuse(absl::string_view field, absl::string_view what, int index) const {
  const auto at = tree_->GetLocation(Find(field), index);
  const bool there = at.line >= 0;
  problems_->Add(there ? at.line : line_, there ? at.column : column_,
                 absl::StrCat(path_, field, ": ", what));
}

std::string NotOneOf(absl::string_view name, const std::vector<std::string>& known) {
  const std::string near = DidYouMean(name, known);
  return absl::StrCat("\"", name, "\" is none", near, near.empty() ? "; there are " : " There are ",
                      absl::StrJoin(known, ", "));
}

v1::AlertRules ParseRulesText(absl::string_view text, TextFormat::ParseInfoTree& tree,
                              RulesProblems& problems) {
  v1::AlertRules rules;
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    problems.Add(0, 0, "the file is not UTF-8");
    return rules;
  }
  Collector collector(&problems);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&tree);
  parser.AllowUnknownField(true);
  if (!parser.ParseFromString(std::string(text), &rules)) RemoveUnfinished(tree, rules);
  return rules;
}

}  // namespace proverlog
