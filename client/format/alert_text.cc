// The answer of `proverlog alerts show` as text.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/format/alerts_text.h"
#include "client/format/detailed_table.h"
#include "client/format/human.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

std::string InstantText(const google::protobuf::Timestamp& time) {
  return absl::StrCat(HumanTime(time), " UTC");
}

std::string WhatText(const v1::Alert& alert) {
  std::string text = WrapText(Printable(alert.summary()));
  for (const absl::string_view line : absl::StrSplit(alert.detail(), '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, WrapItem(Printable(line)));
  }
  if (!alert.next_step().empty()) {
    absl::StrAppend(&text, "\n", WrapText(Printable(absl::StrCat("To do: ", alert.next_step()))));
  }
  return text;
}

std::string WhoText(const v1::Alert& alert) {
  if (!alert.has_acknowledgement()) return "Nobody said that he takes care of it.\n";
  const v1::Acknowledgement& who = alert.acknowledgement();
  return WrapText(Printable(absl::StrCat("Taken care of by ", who.acknowledged_by(), " since ",
                                         InstantText(who.acknowledge_time()),
                                         who.reason().empty() ? "" : ": ", who.reason())));
}

std::string WhenText(const v1::Alert& alert) {
  std::string text;
  const auto add = [&text](const char* what, bool known, const google::protobuf::Timestamp& time) {
    if (known) absl::StrAppend(&text, "  ", what, InstantText(time), "\n");
  };
  add("holds since   ", alert.has_since_time(), alert.since_time());
  add("first found   ", alert.has_pending_time(), alert.pending_time());
  add("fires since   ", alert.has_fire_time(), alert.fire_time());
  add("over since    ", alert.has_resolve_time(), alert.resolve_time());
  return text;
}

std::string HistoryText(const v1::GetAlertResponse& response) {
  if (response.events().empty()) return "";
  DetailedTable table({{"CHANGED (UTC)", Table::Align::kTime},
                       {"WHAT", Table::Align::kTime},
                       {"SEVERITY", Table::Align::kTime}});
  for (const v1::AlertEvent& event : response.events()) {
    table.AddRow({HumanTime(event.event_time()), event.what(), SeverityText(event.severity())},
                 WrapText(absl::StrCat("    ", Printable(event.summary()))));
  }
  return absl::StrCat("\n", table.ToString());
}

// One word of a command line.
std::string QuoteForShell(const std::string& text) {
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "_.:/=-") == std::string::npos
             ? text
             : absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// The command line in as many lines as it needs, as a shell takes them.
std::string CommandText(const std::vector<std::string>& words) {
  std::string text;
  std::string line = " ";
  for (const std::string& word : words) {
    if (DisplayWidth(line) + 1 + DisplayWidth(word) + 2 > kMaxLineWidth) {
      absl::StrAppend(&text, line, " \\\n");
      line = "   ";
    }
    absl::StrAppend(&line, " ", word);
  }
  return absl::StrCat(text, line, "\n");
}

std::string SilenceCommand(const v1::Alert& alert) {
  std::vector<std::string> words = {"proverlog silence add --for 2h --reason WHY"};
  std::vector<std::pair<std::string, std::string>> match(alert.labels().begin(),
                                                         alert.labels().end());
  std::sort(match.begin(), match.end());
  match.insert(match.begin(), {{"prover", alert.prover()}, {"rule", alert.rule()}});
  for (const auto& [name, value] : match) {
    words.push_back("--match " + QuoteForShell(Printable(absl::StrCat(name, "=", value))));
  }
  return CommandText(words);
}

std::string CommandsText(const v1::Alert& alert) {
  if (alert.state() == v1::ALERT_STATE_RESOLVED) return "";
  std::string text;
  if (!alert.has_acknowledgement()) {
    absl::StrAppend(&text, "\nTo say that you take care of it:\n  proverlog ack ", alert.alert_id(),
                    "\n");
  }
  if (alert.silenced()) {
    absl::StrAppend(&text, "\nReceivers hear nothing of it; `proverlog silence list` says why.\n");
  } else {
    absl::StrAppend(&text, "\nTo have receivers hear nothing of it for two hours:\n",
                    SilenceCommand(alert));
  }
  return text;
}

}  // namespace

std::string AlertText(const v1::GetAlertResponse& response) {
  const v1::Alert& alert = response.alert();
  const std::string labels = LabelsText(alert.labels());
  std::string text =
      WrapText(absl::StrCat("Alert ", alert.alert_id(), " of ", Printable(alert.prover()), ": ",
                            Printable(alert.rule()), labels.empty() ? "" : " of ", labels));
  absl::StrAppend(&text, SeverityText(alert.severity()), ", ", AlertStateText(alert), "\n\n",
                  WhatText(alert), "\n", WhenText(alert));
  if (alert.has_complete_until_time()) {
    absl::StrAppend(&text, "  the logs were complete up to ",
                    InstantText(alert.complete_until_time()), "\n");
  }
  return absl::StrCat(text, WhoText(alert), HistoryText(response), CommandsText(alert));
}

}  // namespace proverlog
