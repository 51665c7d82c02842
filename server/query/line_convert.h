#ifndef PROVERLOG_SERVER_QUERY_LINE_CONVERT_H_
#define PROVERLOG_SERVER_QUERY_LINE_CONVERT_H_

#include <cstddef>
#include <cstdint>

#include "model/stream.h"
#include "normalizer/line_dater.h"
#include "proverlog/v1/lines.pb.h"

namespace proverlog {

// Lines and gaps of a stream, as they are on the wire.

// A module's name is cut at so many bytes.
inline constexpr size_t kMaxModule = 255;

// At most 16 KiB of the line's text.
v1::DatedLine ToProto(int64_t stream_id, const DatedLine& line);
v1::MissingLines ToProto(int64_t stream_id, const Gap& gap);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_LINE_CONVERT_H_
