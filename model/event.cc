#include "model/event.h"

#include "absl/strings/numbers.h"

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

}  // namespace proverlog
