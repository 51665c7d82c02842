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

// Where a second record begins in a line, `...[HH:MM:SS.mmm] LEVEL: ` or `...}{"level":`, as in
// what was pasted without its line ends; npos where none does. What a JSON string quotes is no
// record.
size_t FindNextRecord(absl::string_view line);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_PRETTY_H_
