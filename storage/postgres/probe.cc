#include "storage/postgres/probe.h"

#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

absl::Status ProbeCommit(ConnectionPool& pool) {
  return RunTransaction<ReadWrite>(pool, "commit", [](ReadWrite& tx) {
    // A message without a reader: a few bytes of the write-ahead log.
    tx.exec1("SELECT pg_logical_emit_message(true, 'proverlog', '')");
    return absl::OkStatus();
  });
}

}  // namespace proverlog::postgres
