#include "normalizer/message_catalogue.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "normalizer/catalogue/catalogue.h"
#include "normalizer/scan.h"

namespace proverlog {
namespace {

absl::string_view FirstWord(absl::string_view text) { return text.substr(0, WordLength(text)); }

// Can the word be an actor ("prover-1", "HA-0") or an instance id ("05d8627b",
// "session-full-3054-97728-97759")? `next` is what follows it. A word of plain text can be neither,
// so a sentence that nobody knows is not taken for the one that it ends with.
bool IsLabel(absl::string_view word, absl::string_view next) {
  bool lower = false;
  bool upper = false;
  bool mark = false;
  for (const char c : word) {
    lower |= absl::ascii_islower(c);
    upper |= absl::ascii_isupper(c);
    mark |= absl::ascii_isdigit(c) || c == '-' || c == '_';
    if (!absl::ascii_isalnum(c) && !absl::StrContains("-_.:", c)) return false;
  }
  if (word.empty() || (lower && upper)) return false;
  return mark || (!next.empty() && absl::ascii_isupper(next.front()));
}

}  // namespace

const std::vector<MessageSpec>& MessageSpecs() {
  static const auto* const kAll = [] {
    auto* all = new std::vector<MessageSpec>;
    for (auto* const part :
         {catalogue::BrokerMessages, catalogue::AgentMessages, catalogue::FacadeMessages,
          catalogue::OrchestratorMessages, catalogue::ProverNodeMessages,
          catalogue::EpochSessionMessages, catalogue::PublisherMessages,
          catalogue::BbProverMessages, catalogue::StartUpMessages, catalogue::FoundationMessages,
          catalogue::Messages2024}) {
      for (MessageSpec& spec : part()) all->push_back(std::move(spec));
    }
    return all;
  }();
  return *kAll;
}

std::vector<std::string> EventKinds() {
  std::set<std::string> kinds;
  for (const MessageSpec& spec : MessageSpecs()) {
    if (!spec.event.empty()) kinds.emplace(spec.event);
  }
  return {kinds.begin(), kinds.end()};
}

MessageIndex::MessageIndex() {
  for (const MessageSpec& spec : MessageSpecs()) {
    const absl::string_view word = FirstWord(spec.pattern);
    auto& entries = absl::StrContains(word, '{') ? by_slot_ : by_first_word_[word];
    entries.push_back(entries_.size());
    entries_.push_back({MessagePattern(spec.pattern), &spec, ParseVersionRange(spec.versions)});
  }
}

std::optional<MessageMatch> MessageIndex::Find(absl::string_view message) const {
  constexpr int kMaxSkipped = 2;
  std::optional<MessageMatch> match(std::in_place);
  message = absl::StripLeadingAsciiWhitespace(message);
  for (int skipped = 0; skipped <= kMaxSkipped; ++skipped) {
    if (FindAtStart(message, *match)) return match;
    const absl::string_view word = FirstWord(message);
    if (word.size() == message.size() || by_first_word_.contains(word)) break;
    const absl::string_view rest = message.substr(word.size() + 1);
    if (!IsLabel(word, rest)) break;
    message = rest;
  }
  match.reset();
  return match;
}

std::optional<MessageMatch> MessageIndex::FindPrinted(absl::string_view line) const {
  std::optional<MessageMatch> match(std::in_place);
  const bool found = FindAtStart(absl::StripLeadingAsciiWhitespace(line), *match);
  if (!found || match->spec->writer != Writer::kConsole) match.reset();
  return match;
}

bool MessageIndex::FindAtStart(absl::string_view message, MessageMatch& match) const {
  const auto found = by_first_word_.find(FirstWord(message));
  return (found != by_first_word_.end() && FindAmong(found->second, message, match)) ||
         FindAmong(by_slot_, message, match);
}

bool MessageIndex::FindAmong(const std::vector<size_t>& entries, absl::string_view message,
                             MessageMatch& match) const {
  for (const size_t i : entries) {
    if (entries_[i].pattern.Match(message, match.values)) {
      match.spec = entries_[i].spec;
      match.versions = entries_[i].versions;
      return true;
    }
  }
  return false;
}

}  // namespace proverlog
