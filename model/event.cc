#include "model/event.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace proverlog {

std::optional<int32_t> Event::epoch() const {
  for (const char* name : {"epoch", "epochNumber"}) {
    const auto found = fields.find(name);
    int32_t number = 0;
    if (found != fields.end() && absl::SimpleAtoi(found->second, &number) && number >= 0) {
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
