#include "model/event.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace proverlog {

absl::string_view Event::field(absl::string_view name) const {
  const auto found = fields.find(std::string(name));
  return found == fields.end() ? absl::string_view() : absl::string_view(found->second);
}

std::optional<int32_t> Event::epoch() const {
  for (const char* name : {"epoch", "epochNumber"}) {
    int32_t number = 0;
    if (absl::SimpleAtoi(field(name), &number) && number >= 0) {
      return number;
    }
  }
  return std::nullopt;
}

bool Event::IsOfProcess() const {
  static constexpr absl::string_view kParts[] = {
      "acvm.", "agent.",   "bb.",          "broker.",      "call.",    "crs.",    "directory.",
      "loop.", "process.", "proof_store.", "prover_node.", "request.", "standby."};
  return std::any_of(std::begin(kParts), std::end(kParts),
                     [&](absl::string_view part) { return absl::StartsWith(kind, part); });
}

}  // namespace proverlog
