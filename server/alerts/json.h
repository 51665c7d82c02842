#ifndef PROVERLOG_SERVER_ALERTS_JSON_H_
#define PROVERLOG_SERVER_ALERTS_JSON_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace proverlog {

// JSON (RFC 8259) of texts in UTF-8.
std::string JsonText(absl::string_view text);
std::string JsonArray(const std::vector<std::string>& values);

// An object, member by member, in this order.
class JsonObject {
 public:
  // `value` is JSON.
  JsonObject& Add(absl::string_view name, absl::string_view value);
  JsonObject& AddText(absl::string_view name, absl::string_view text);
  std::string Finish() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_JSON_H_
