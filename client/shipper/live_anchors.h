#ifndef PROVERLOG_CLIENT_SHIPPER_LIVE_ANCHORS_H_
#define PROVERLOG_CLIENT_SHIPPER_LIVE_ANCHORS_H_

#include <optional>
#include <string>
#include <vector>

#include "client/input/dating.h"
#include "client/input/read_bytes.h"
#include "model/stream.h"
#include "model/time.h"

namespace proverlog {

// How to date a log that grows: the lines that come from now on by the clock, and the first `size`
// bytes, which are there already, as import dates them, where anything does.
std::vector<Anchor> LiveAnchors(const ReadBytes& read, int64_t size,
                                std::optional<UnixMillis> modified_at,
                                const DatingOptions& options);

// The IANA name of the machine's time zone; UTC where it has none.
std::string SystemTimeZone();

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_LIVE_ANCHORS_H_
