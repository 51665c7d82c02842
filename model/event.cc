#include "model/event.h"

#include "absl/strings/numbers.h"

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

}  // namespace proverlog
