#include "storage/postgres/alert_rows.h"

#include <cstddef>
#include <string>
#include <vector>

#include "storage/postgres/fields.h"

namespace proverlog::postgres {

Labels ReadLabels(const pqxx::field& names, const pqxx::field& values) {
  const std::vector<std::string> keys = ReadTexts(names);
  const std::vector<std::string> texts = ReadTexts(values);
  Labels labels;
  for (size_t i = 0; i < keys.size(); ++i) labels[keys[i]] = texts[i];
  return labels;
}

Alert ReadAlert(const pqxx::row& row) {
  Alert alert;
  alert.prover = row["name"].c_str();
  alert.alert_id = row["alert_id"].as<int64_t>();
  alert.fingerprint = row["fingerprint"].c_str();
  alert.finding.rule = row["rule"].c_str();
  alert.finding.severity = ParseSeverity(row["severity"].c_str()).value_or(Severity::kWarning);
  alert.finding.labels = ReadLabels(row["label_names"], row["label_values"]);
  alert.finding.since = row["since"].as<int64_t>();
  alert.finding.summary = row["summary"].c_str();
  alert.finding.detail = row["detail"].c_str();
  alert.finding.next_step = row["next_step"].c_str();
  alert.state = ParseAlertState(row["state"].c_str()).value_or(AlertState::kFiring);
  alert.pending_at = row["pending_at"].as<int64_t>();
  alert.fired_at = ReadOptional(row["fired_at"]);
  alert.resolved_at = ReadOptional(row["resolved_at"]);
  alert.complete_until = row["complete_until"].as<int64_t>();
  alert.acknowledged_at = ReadOptional(row["acknowledged_at"]);
  alert.acknowledged_by = row["acknowledged_by"].c_str();
  alert.acknowledged_why = row["acknowledged_why"].c_str();
  return alert;
}

}  // namespace proverlog::postgres
