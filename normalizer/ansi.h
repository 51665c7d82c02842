#ifndef PROVERLOG_NORMALIZER_ANSI_H_
#define PROVERLOG_NORMALIZER_ANSI_H_

#include <string>

#include "absl/strings/string_view.h"

namespace proverlog {

// Removes colour codes: `ESC [ ... m`, and the same without ESC (`[1m`, `[22m`, `[0m`), which
// pino-pretty 13.2 leaves behind because it drops the ESC byte inside the message. The second kind
// is removed only from lines that also carry the first, or whose level it colours (a copy that lost
// every ESC), so that plain text is never touched.
//
// Returns `text` itself where there is nothing to remove, else a view of `buffer`.
absl::string_view StripColours(absl::string_view text, std::string& buffer);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_ANSI_H_
