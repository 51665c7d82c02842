#ifndef PROVERLOG_SERVER_QUERY_FACT_LINES_H_
#define PROVERLOG_SERVER_QUERY_FACT_LINES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/fact.h"
#include "server/query/log_lines.h"
#include "storage/query_store.h"

namespace proverlog {

// The lines on each side that a reader needs.
inline constexpr int kLinesAround = 1;

// Adds the line at `origin` with up to `context` lines on each side to a JobFact or an Evidence, or
// says in it why there are none. Returns how many bytes of text they are.
template <typename Message>
absl::StatusOr<size_t> AddLines(QueryStore& store, const ProverRef& prover, const Origin& origin,
                                int context, Message& message) {
  const auto lines =
      ReadLinesAround(store, {prover.prover_id, origin.stream_id}, origin.offset, context);
  if (absl::IsNotFound(lines.status())) {
    message.set_lines_missing(std::string(lines.status().message()));
    return 0;
  }
  if (!lines.ok()) return lines.status();
  size_t bytes = 0;
  for (const ArchivedLine& line : *lines) {
    auto* proto = message.add_lines();
    proto->set_offset(line.offset);
    proto->set_text(line.text);
    proto->set_is_fact(line.offset == origin.offset);
    bytes += line.text.size();
  }
  return bytes;
}

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_FACT_LINES_H_
