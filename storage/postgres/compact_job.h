#ifndef PROVERLOG_STORAGE_POSTGRES_COMPACT_JOB_H_
#define PROVERLOG_STORAGE_POSTGRES_COMPACT_JOB_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/fact.h"

namespace proverlog::postgres {

// The facts of a healthy job, which are columns of its row: <kind>_at, <kind>_offset,
// <kind>_writer.
struct CompactKind {
  FactKind kind;
  int32_t attempt;  // the only number that a compact fact of the kind may print
};
inline constexpr std::array<CompactKind, 6> kCompactKinds = {{
    {FactKind::kEnqueued, 0},
    {FactKind::kSubmitted, 0},
    {FactKind::kStarted, 0},
    {FactKind::kControllerStarted, 0},
    {FactKind::kAgentCompleted, 0},
    {FactKind::kCompleted, 1},
}};

// Whether the facts fit into the columns: no other kind, none twice, nothing but an instant.
bool IsCompact(const std::vector<Fact>& facts);

// The columns' names in the order of kCompactKinds, for SQL: "enqueued_at, enqueued_offset, ...".
const std::string& CompactColumns();

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_COMPACT_JOB_H_
