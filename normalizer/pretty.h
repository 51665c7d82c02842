#ifndef PROVERLOG_NORMALIZER_PRETTY_H_
#define PROVERLOG_NORMALIZER_PRETTY_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "normalizer/record.h"

namespace proverlog {

// Reads `[HH:MM:SS.mmm] LEVEL: module message[ {json}]`, without colours. The record's views point
// into the line.
std::optional<Record> ReadPretty(absl::string_view line);

// Where the JSON object begins that ends the text, `... {"key":"value"}`; npos where none does.
// Linear in the text, whatever its braces.
size_t FindTrailingJson(absl::string_view text);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_PRETTY_H_
