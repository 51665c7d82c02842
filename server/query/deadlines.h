#ifndef PROVERLOG_SERVER_QUERY_DEADLINES_H_
#define PROVERLOG_SERVER_QUERY_DEADLINES_H_

#include <optional>

#include "absl/status/statusor.h"
#include "analysis/proof_deadline.h"
#include "proverlog/v1/progress.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// The times of a request; nothing where it has none, INVALID_ARGUMENT where they are none.
absl::StatusOr<std::optional<EpochTiming>> ReadTiming(bool has_timing,
                                                      const v1::EpochTiming& timing);

// With the preset of the network that the prover's logs name.
absl::StatusOr<KnownTiming> KnownTimingOf(QueryStore& store, const ProverRef& prover,
                                          const std::optional<EpochTiming>& asked);

v1::ProofDeadline ToProto(const ProofDeadline& deadline);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_DEADLINES_H_
