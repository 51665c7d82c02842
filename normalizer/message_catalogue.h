#ifndef PROVERLOG_NORMALIZER_MESSAGE_CATALOGUE_H_
#define PROVERLOG_NORMALIZER_MESSAGE_CATALOGUE_H_

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "model/fact.h"
#include "model/version_evidence.h"
#include "normalizer/message_pattern.h"

namespace proverlog {

// The program whose log statement a message is. kAny: several have it; kConsole: the same, and it
// is printed without time and level.
enum class Writer : uint8_t { kBroker, kNode, kAgent, kAny, kConsole };

// One fact that a message says.
struct Saying {
  FactKind kind;
  absl::string_view job = "job";  // the slot with the job's id
  // Failures and time-outs: does the job go back to the queue? Where the message has a slot
  // {retry}, that decides.
  std::optional<bool> will_retry = std::nullopt;
  absl::string_view detail = {};  // what the whole message says in words, where no slot takes it
};

// A log statement of Aztec: what it looks like and what it says.
struct MessageSpec {
  Writer writer;
  // The oldest and the newest version in which it was read: 0.87 where no older version of that
  // part could be read, and 5.2 where no newer one could.
  absl::string_view versions;
  absl::string_view pattern;  // see MessagePattern
  absl::string_view example;  // as the software prints it, with its job ids cut short
  std::vector<Saying> says;   // of jobs
  // What it says of anything else, docs/events.md; empty: known, and no event. Its fields are the
  // pattern's slots and these keys of the record's data.
  absl::string_view event = {};
  std::vector<absl::string_view> keys = {};

  bool says_anything() const { return !says.empty() || !event.empty(); }
};

// Every message that is understood; the files of normalizer/catalogue/ are the table. Where two
// patterns match a message the earlier one stands, and one that begins with a slot comes last.
const std::vector<MessageSpec>& MessageSpecs();

// The kinds of events that they say (docs/events.md), by name, each once.
std::vector<std::string> EventKinds();

// A message that was found in the catalogue.
struct MessageMatch {
  const MessageSpec* spec = nullptr;
  SlotValues values;
  VersionRange versions;  // of the spec
};

// Finds messages in the catalogue. Immutable after construction, safe to share between threads.
class MessageIndex {
 public:
  MessageIndex();

  // From 4.x an actor and an instance id may stand before the message; they are skipped where they
  // look like one and no message begins with them.
  std::optional<MessageMatch> Find(absl::string_view message) const;
  // Finds a line that was printed without time and level.
  std::optional<MessageMatch> FindPrinted(absl::string_view line) const;

 private:
  struct Entry {
    MessagePattern pattern;
    const MessageSpec* spec;
    VersionRange versions;
  };

  bool FindAtStart(absl::string_view message, MessageMatch& match) const;
  bool FindAmong(const std::vector<size_t>& entries, absl::string_view message,
                 MessageMatch& match) const;

  std::vector<Entry> entries_;
  // Indices of entries_, in the catalogue's order, by the first word of the pattern.
  absl::flat_hash_map<absl::string_view, std::vector<size_t>> by_first_word_;
  std::vector<size_t> by_slot_;  // of patterns whose first word is not the same in every message
};

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_MESSAGE_CATALOGUE_H_
