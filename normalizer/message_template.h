#ifndef PROVERLOG_NORMALIZER_MESSAGE_TEMPLATE_H_
#define PROVERLOG_NORMALIZER_MESSAGE_TEMPLATE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace proverlog {

// The message's first line with its variable parts masked, so that messages of one log statement
// are equal:
//
//   Block 17 of 0x3fa2 took 12.5ms -> Block <n> of <hex> took <n>ms
//
// Numbers, hexadecimal strings of at least 8 digits, UUIDs, job ids, quoted texts, URLs and
// absolute paths are variable. At most 200 bytes of valid UTF-8.
std::string MessageTemplate(absl::string_view message);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_MESSAGE_TEMPLATE_H_
