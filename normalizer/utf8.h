#ifndef PROVERLOG_NORMALIZER_UTF8_H_
#define PROVERLOG_NORMALIZER_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace proverlog {

// The text as valid UTF-8 without NUL, cut to at most `max_bytes` between characters: what
// PostgreSQL's text and a proto3 string can hold. Each offending byte becomes U+FFFD.
std::string CleanUtf8(absl::string_view text, size_t max_bytes);
// The same into a string whose memory is used again.
void CleanUtf8(absl::string_view text, size_t max_bytes, std::string& clean);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_UTF8_H_
