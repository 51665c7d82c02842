#ifndef PROVERLOG_STORAGE_POSTGRES_ALERT_ROWS_H_
#define PROVERLOG_STORAGE_POSTGRES_ALERT_ROWS_H_

#include <pqxx/pqxx>

#include "model/alert.h"

namespace proverlog::postgres {

// The columns of an alert: of `alert a` and its `prover p`, as ReadAlert finds them.
inline constexpr char kAlertColumns[] =
    " p.name, a.alert_id, a.fingerprint, a.rule, a.severity,"
    " ARRAY(SELECT key FROM jsonb_each_text(a.labels) ORDER BY key) AS label_names,"
    " ARRAY(SELECT value FROM jsonb_each_text(a.labels) ORDER BY key) AS label_values, a.state,"
    " a.since, a.complete_until, a.summary, a.detail, a.next_step, a.pending_at, a.fired_at,"
    " a.resolved_at, a.acknowledged_at, a.acknowledged_by, a.acknowledged_why ";

Alert ReadAlert(const pqxx::row& row);

// The labels of two text[] of the same length.
Labels ReadLabels(const pqxx::field& names, const pqxx::field& values);

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_ALERT_ROWS_H_
