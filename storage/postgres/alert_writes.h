#ifndef PROVERLOG_STORAGE_POSTGRES_ALERT_WRITES_H_
#define PROVERLOG_STORAGE_POSTGRES_ALERT_WRITES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/alert.h"
#include "storage/alert_store.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {

// Adds the change of alerts to what is told of them. The caller holds the row of alert_lease: the
// changes' ids are in the order of their commits.
void WriteChange(ReadWrite& tx, ProverId prover_id, int64_t alert_id, UnixMillis at,
                 absl::string_view what);

// Stores the changes of one prover's alerts, and what is to be delivered of them; returns the
// alerts' ids. The caller holds the row of alert_lease.
std::vector<int64_t> WriteAlerts(ReadWrite& tx, const AlertUpdate& update);

// The labels as two text[], for jsonb_object.
struct LabelArrays {
  std::string names;
  std::string values;
};
LabelArrays ToArrays(const Labels& labels);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ALERT_WRITES_H_
