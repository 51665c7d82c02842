#ifndef PROVERLOG_SERVER_ALERTS_RETRY_H_
#define PROVERLOG_SERVER_ALERTS_RETRY_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace proverlog {

// How long to wait, as the header Retry-After says (RFC 9110, 10.2.3: seconds, or a date); zero
// where it says nothing that is understood, an hour where it says more.
absl::Duration ParseRetryAfter(absl::string_view header, absl::Time now);

// How long to wait after so many failures in a row, from 1 on, at most: a second, and twice as long
// with each, up to 5 minutes. Of that, waiting takes a random part (full jitter).
absl::Duration BackoffCeiling(int failures);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RETRY_H_
