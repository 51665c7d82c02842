#include "storage/postgres/array.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace proverlog::postgres {

void Array::Separate() {
  if (text_.size() > 1) text_.push_back(',');
}

void Array::Add(int64_t value) {
  Separate();
  absl::StrAppend(&text_, value);
}

void Array::Add(std::optional<int64_t> value) {
  if (value) {
    Add(*value);
  } else {
    AddNull();
  }
}

void Array::Add(bool value) {
  Separate();
  text_.push_back(value ? 't' : 'f');
}

void Array::Add(std::optional<bool> value) {
  if (value) {
    Add(*value);
  } else {
    AddNull();
  }
}

void Array::AddText(absl::string_view value) {
  Separate();
  text_.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') text_.push_back('\\');
    text_.push_back(c);
  }
  text_.push_back('"');
}

void Array::AddBytes(absl::string_view value) {
  Separate();
  absl::StrAppend(&text_, "\"\\\\x", absl::BytesToHexString(value), "\"");
}

void Array::AddNull() {
  Separate();
  text_.append("NULL");
}

std::string Array::Finish() {
  text_.push_back('}');
  return std::move(text_);
}

}  // namespace proverlog::postgres
