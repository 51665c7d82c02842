#ifndef PROVERLOG_SERVER_QUERY_EXPLAIN_H_
#define PROVERLOG_SERVER_QUERY_EXPLAIN_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "analysis/cause_table.h"
#include "analysis/explanation.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

v1::CauseKind ToProto(CauseKind kind);
v1::MissingLog ToProto(MissingLog log);
// Without its evidence and the end of the log.
v1::Cause ToProto(const Cause& cause);

// Answers QueryService.Explain for a prover that is known.
absl::StatusOr<v1::ExplainResponse> Explain(QueryStore& store, const ProverRef& prover,
                                            const v1::ExplainRequest& request, absl::Time now);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_EXPLAIN_H_
