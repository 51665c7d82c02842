#include "storage/postgres/delivery_rows.h"

#include "storage/postgres/array.h"

namespace proverlog::postgres {

// In the order of the key, as AlertOutbox locks them, so that neither waits for the other forever.
void QueueFiring(ReadWrite& tx, ProverId prover_id, UnixMillis at,
                 const std::vector<QueuedFiring>& alerts) {
  Array ids;
  Array receivers;
  for (const QueuedFiring& alert : alerts) {
    for (const std::string& receiver : alert.receivers) {
      ids.Add(alert.alert_id);
      receivers.AddText(receiver);
    }
  }
  tx.exec_params0(
      "INSERT INTO alert_delivery (prover_id, alert_id, receiver, to_tell, queued_at, try_at)"
      " SELECT DISTINCT $1::integer, q.alert_id, q.receiver COLLATE \"C\", 'firing', $2::bigint,"
      "  $2::bigint"
      " FROM unnest($3::bigint[], $4::text[]) q (alert_id, receiver) ORDER BY 2, 3"
      " ON CONFLICT (prover_id, alert_id, receiver) DO UPDATE"
      " SET to_tell = 'firing', revision = alert_delivery.revision + 1, tries = 0,"
      "  queued_at = CASE WHEN alert_delivery.to_tell IS NULL THEN excluded.queued_at"
      "   ELSE alert_delivery.queued_at END, try_at = excluded.try_at",
      prover_id, at, ids.Finish(), receivers.Finish());
}

void QueueResolved(ReadWrite& tx, ProverId prover_id, UnixMillis at,
                   const std::vector<int64_t>& alert_ids) {
  Array ids;
  for (const int64_t alert_id : alert_ids) ids.Add(alert_id);
  tx.exec_params0(
      "WITH locked AS (SELECT alert_id, receiver FROM alert_delivery"
      "  WHERE prover_id = $1 AND alert_id = ANY($3::bigint[])"
      "  ORDER BY alert_id, receiver FOR UPDATE)"
      " UPDATE alert_delivery d SET to_tell = 'resolved', revision = d.revision + 1, tries = 0,"
      "  queued_at = $2::bigint, try_at = $2::bigint"
      " FROM locked l WHERE d.prover_id = $1 AND d.alert_id = l.alert_id"
      "  AND d.receiver = l.receiver",
      prover_id, at, ids.Finish());
}

}  // namespace proverlog::postgres
