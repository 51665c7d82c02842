#include "storage/postgres/alert_writes.h"

#include "storage/postgres/array.h"
#include "storage/postgres/delivery_rows.h"

namespace proverlog::postgres {
namespace {

constexpr char kInsert[] =
    "INSERT INTO alert (prover_id, fingerprint, rule, severity, labels, state, since,"
    " complete_until, summary, detail, next_step, pending_at, fired_at)"
    " VALUES ($1, $2, $3, $4, jsonb_object($5::text[], $6::text[]), $7, $8, $9, $10, $11, $12, $13,"
    " $14) RETURNING alert_id";
constexpr char kUpdate[] =
    "UPDATE alert SET severity = $3, state = $4, since = $5, complete_until = $6, summary = $7,"
    " detail = $8, next_step = $9, fired_at = $10, resolved_at = $11"
    " WHERE prover_id = $1 AND alert_id = $2";

std::string Text(absl::string_view text) { return std::string(text); }

int64_t Insert(ReadWrite& tx, ProverId prover_id, const Alert& alert) {
  const Finding& finding = alert.finding;
  const LabelArrays labels = ToArrays(finding.labels);
  return tx
      .exec_params1(kInsert, prover_id, alert.fingerprint, finding.rule,
                    Text(SeverityName(finding.severity)), labels.names, labels.values,
                    Text(AlertStateName(alert.state)), finding.since, alert.complete_until,
                    finding.summary, finding.detail, finding.next_step, alert.pending_at,
                    alert.fired_at)[0]
      .as<int64_t>();
}

void Update(ReadWrite& tx, ProverId prover_id, const Alert& alert) {
  const Finding& finding = alert.finding;
  tx.exec_params0(kUpdate, prover_id, alert.alert_id, Text(SeverityName(finding.severity)),
                  Text(AlertStateName(alert.state)), finding.since, alert.complete_until,
                  finding.summary, finding.detail, finding.next_step, alert.fired_at,
                  alert.resolved_at);
}

// As AlertChange::what; empty where nothing is told.
absl::string_view WhatChanged(AlertStep step) {
  switch (step) {
    case AlertStep::kFiring:
      return "firing";
    case AlertStep::kChanged:
      return "changed";
    case AlertStep::kResolved:
      return "resolved";
    case AlertStep::kPending:
    case AlertStep::kUpdated:
    case AlertStep::kDropped:
      return "";
  }
  return "";
}

}  // namespace

LabelArrays ToArrays(const Labels& labels) {
  Array names;
  Array values;
  for (const auto& [name, value] : labels) {
    names.AddText(name);
    values.AddText(value);
  }
  return {names.Finish(), values.Finish()};
}

void WriteChange(ReadWrite& tx, ProverId prover_id, int64_t alert_id, UnixMillis at,
                 absl::string_view what) {
  tx.exec_params0(
      "INSERT INTO alert_change (prover_id, alert_id, at, what, severity, summary)"
      " SELECT prover_id, alert_id, $3, $4, severity, summary FROM alert"
      " WHERE prover_id = $1 AND alert_id = $2",
      prover_id, alert_id, at, Text(what));
}

std::vector<int64_t> WriteAlerts(ReadWrite& tx, const AlertUpdate& update) {
  std::vector<int64_t> ids;
  std::vector<QueuedFiring> firing;
  std::vector<int64_t> resolved;
  for (const AlertUpdate::Change& change : update.changes) {
    int64_t id = change.alert.alert_id;
    if (change.step == AlertStep::kDropped) {
      tx.exec_params0("DELETE FROM alert WHERE prover_id = $1 AND alert_id = $2", update.prover_id,
                      id);
    } else if (id == 0) {
      id = Insert(tx, update.prover_id, change.alert);
    } else {
      Update(tx, update.prover_id, change.alert);
    }
    ids.push_back(id);
    const absl::string_view what = WhatChanged(change.step);
    if (what.empty()) continue;
    WriteChange(tx, update.prover_id, id, update.at, what);
    if (change.step == AlertStep::kResolved) {
      resolved.push_back(id);
    } else if (!change.receivers.empty()) {
      firing.push_back({id, change.receivers});
    }
  }
  QueueFiring(tx, update.prover_id, update.at, firing);
  QueueResolved(tx, update.prover_id, update.at, resolved);
  return ids;
}

}  // namespace proverlog::postgres
