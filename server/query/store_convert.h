#ifndef PROVERLOG_SERVER_QUERY_STORE_CONVERT_H_
#define PROVERLOG_SERVER_QUERY_STORE_CONVERT_H_

#include <string>

#include "model/fact.h"
#include "proverlog/v1/common.pb.h"
#include "proverlog/v1/query.pb.h"
#include "storage/query_store.h"

namespace proverlog {

// What the database returns, as it is on the wire.

v1::Epoch ToProto(const EpochRow& row);
v1::LogStream ToProto(const StreamStatus& status, const std::string& prover);
// Without the lines and the name of the log.
v1::JobFact ToProto(const Fact& fact);
v1::CircuitSummary ToProto(const CircuitSummary& summary);
v1::CircuitRun ToProto(const CircuitRun& run);

// Adds what one log has to what several have.
void AddCounts(const StreamCounts& counts, StreamCounts& sum);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_STORE_CONVERT_H_
