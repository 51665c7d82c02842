#include "server/alerts/json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace proverlog {

std::string JsonText(absl::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (c == '\n') {
      json += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string JsonArray(const std::vector<std::string>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ","), "]");
}

JsonObject& JsonObject::Add(absl::string_view name, absl::string_view value) {
  absl::StrAppend(&text_, text_.size() > 1 ? "," : "", JsonText(name), ":", value);
  return *this;
}

JsonObject& JsonObject::AddText(absl::string_view name, absl::string_view text) {
  return Add(name, JsonText(text));
}

}  // namespace proverlog
