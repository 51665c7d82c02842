#ifndef PROVERLOG_NORMALIZER_DATED_TEXT_H_
#define PROVERLOG_NORMALIZER_DATED_TEXT_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "normalizer/record.h"

namespace proverlog {

// The text format of 2024: `2024-08-27T18:12:51.417Z aztec:bb-prover [INFO] message key=value`.
// Whether the text has its shape.
bool IsDatedText(absl::string_view text);
// Reads it; the record's views point into the text.
std::optional<Record> ReadDatedText(absl::string_view text);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_DATED_TEXT_H_
