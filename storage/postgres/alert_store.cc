#include "storage/postgres/alert_store.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "storage/postgres/alert_rows.h"
#include "storage/postgres/alert_writes.h"
#include "storage/postgres/array.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

// A prover has some ten.
constexpr int kMaxOpen = 10'000;
constexpr Millis kSilencesKept = 30 * kDay;
constexpr char kAlertTables[] = " FROM alert a JOIN prover p USING (prover_id) ";
constexpr char kSilenceColumns[] =
    " silence_id, ARRAY(SELECT key FROM jsonb_each_text(matchers) ORDER BY key),"
    " ARRAY(SELECT value FROM jsonb_each_text(matchers) ORDER BY key), begins_at, ends_at,"
    " created_by, why ";

// Until the transaction's end nobody else writes alerts.
void LockLease(ReadWrite& tx) {
  tx.exec_params1("SELECT FROM alert_lease WHERE lease_id = 1 FOR UPDATE");
}

std::vector<Alert> ReadAlerts(const pqxx::result& rows) {
  std::vector<Alert> alerts;
  for (const auto& row : rows) alerts.push_back(ReadAlert(row));
  return alerts;
}

std::vector<AlertChange> ReadChanges(const pqxx::result& rows) {
  std::vector<AlertChange> changes;
  for (const auto& row : rows) {
    AlertChange change;
    change.change_id = row[0].as<int64_t>();
    change.alert_id = row[1].as<int64_t>();
    change.at = row[2].as<int64_t>();
    change.what = row[3].c_str();
    change.severity = ParseSeverity(row[4].c_str()).value_or(Severity::kWarning);
    change.summary = row[5].c_str();
    changes.push_back(std::move(change));
  }
  return changes;
}

Silence ReadSilence(const pqxx::row& row) {
  Silence silence;
  silence.silence_id = row[0].as<int64_t>();
  silence.matchers = ReadLabels(row[1], row[2]);
  silence.begins_at = row[3].as<int64_t>();
  silence.ends_at = row[4].as<int64_t>();
  silence.created_by = row[5].c_str();
  silence.why = row[6].c_str();
  return silence;
}

std::string StatesOf(const AlertFilter& filter) {
  Array states;
  states.AddText("firing");
  if (filter.with_pending) states.AddText("pending");
  if (filter.with_resolved) states.AddText("resolved");
  return states.Finish();
}

std::string SeveritiesOf(const AlertFilter& filter) {
  Array severities;
  for (const Severity severity : {Severity::kInfo, Severity::kWarning, Severity::kCritical}) {
    if (severity >= filter.at_least.value_or(Severity::kInfo)) {
      severities.AddText(SeverityName(severity));
    }
  }
  return severities.Finish();
}

absl::Status NoSuchAlert(int64_t alert_id) {
  return absl::NotFoundError(absl::StrCat("there is no alert ", alert_id));
}

}  // namespace

absl::StatusOr<bool> AlertStore::Lead(const std::string& holder, absl::Duration length) {
  return RunTransaction<ReadWrite>(
      *pool_, "take the lease of alerts", [&](ReadWrite& tx) -> absl::StatusOr<bool> {
        return !tx.exec_params(
                      "UPDATE alert_lease SET holder = $1, expires_at ="
                      " clock_timestamp() + $2::bigint * interval '1 millisecond'"
                      " WHERE lease_id = 1 AND (holder = $1 OR expires_at < clock_timestamp())"
                      " RETURNING lease_id",
                      holder, absl::ToInt64Milliseconds(length))
                    .empty();
      });
}

absl::Status AlertStore::Resign(const std::string& holder) {
  return RunTransaction<ReadWrite>(*pool_, "give up the lease of alerts", [&](ReadWrite& tx) {
    tx.exec_params0("UPDATE alert_lease SET expires_at = '-infinity' WHERE holder = $1", holder);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<Alert>> AlertStore::LoadOpen(ProverId prover_id) {
  return RunTransaction<ReadOnly>(
      *pool_, "load alerts", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Alert>> {
        return ReadAlerts(tx.exec_params(
            absl::StrCat("SELECT", kAlertColumns, kAlertTables,
                         "WHERE a.prover_id = $1 AND a.state <> 'resolved' LIMIT $2"),
            prover_id, kMaxOpen));
      });
}

absl::StatusOr<std::vector<int64_t>> AlertStore::Save(const std::string& holder,
                                                      const AlertUpdate& update) {
  return RunTransaction<ReadWrite>(
      *pool_, "store alerts", [&](ReadWrite& tx) -> absl::StatusOr<std::vector<int64_t>> {
        if (tx.exec_params("SELECT FROM alert_lease WHERE lease_id = 1 AND holder = $1"
                           " AND expires_at > clock_timestamp() FOR UPDATE",
                           holder)
                .empty()) {
          return absl::FailedPreconditionError("another replica evaluates the alerts");
        }
        return WriteAlerts(tx, update);
      });
}

absl::StatusOr<std::vector<Alert>> AlertStore::List(const AlertFilter& filter, int limit) {
  Labels matchers = filter.matchers;
  std::optional<std::string> rule;
  if (const auto found = matchers.find("rule"); found != matchers.end()) {
    rule = found->second;
    matchers.erase(found);
  }
  const LabelArrays labels = ToArrays(matchers);
  return RunTransaction<ReadOnly>(
      *pool_, "list alerts", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Alert>> {
        return ReadAlerts(tx.exec_params(
            absl::StrCat(
                "SELECT", kAlertColumns, kAlertTables,
                "WHERE ($1::integer IS NULL OR a.prover_id = $1) AND a.alert_id < $2"
                " AND a.state = ANY ($3::text[]) AND a.severity = ANY ($4::text[])"
                " AND a.labels @> jsonb_object($5::text[], $6::text[])"
                " AND ($7::text IS NULL OR a.rule = $7) ORDER BY a.alert_id DESC LIMIT $8"),
            filter.prover_id, filter.before.value_or(std::numeric_limits<int64_t>::max()),
            StatesOf(filter), SeveritiesOf(filter), labels.names, labels.values, rule, limit));
      });
}

absl::StatusOr<Alert> AlertStore::Load(int64_t alert_id) {
  return RunTransaction<ReadOnly>(
      *pool_, "load an alert", [&](ReadOnly& tx) -> absl::StatusOr<Alert> {
        const auto rows = tx.exec_params(
            absl::StrCat("SELECT", kAlertColumns, kAlertTables, "WHERE a.alert_id = $1"), alert_id);
        if (rows.empty()) return NoSuchAlert(alert_id);
        return ReadAlert(rows[0]);
      });
}

absl::StatusOr<std::vector<AlertChange>> AlertStore::History(int64_t alert_id, int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "load an alert's changes",
      [&](ReadOnly& tx) -> absl::StatusOr<std::vector<AlertChange>> {
        return ReadChanges(tx.exec_params(
            "SELECT * FROM (SELECT c.change_id, c.alert_id, c.at, c.what, c.severity, c.summary"
            "  FROM alert_change c JOIN alert a USING (prover_id, alert_id) WHERE a.alert_id = $1"
            "  ORDER BY c.change_id DESC LIMIT $2) AS last ORDER BY change_id",
            alert_id, limit));
      });
}

absl::StatusOr<std::vector<AlertChange>> AlertStore::ChangesAfter(int64_t change_id, int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "load changes of alerts",
      [&](ReadOnly& tx) -> absl::StatusOr<std::vector<AlertChange>> {
        return ReadChanges(tx.exec_params(
            "SELECT change_id, alert_id, at, what, severity, summary FROM alert_change"
            " WHERE change_id > $1 ORDER BY change_id LIMIT $2",
            change_id, limit));
      });
}

absl::StatusOr<int64_t> AlertStore::LastChange() {
  return RunTransaction<ReadOnly>(
      *pool_, "find the last change of alerts", [&](ReadOnly& tx) -> absl::StatusOr<int64_t> {
        return tx.exec_params1("SELECT coalesce(max(change_id), 0) FROM alert_change")[0]
            .as<int64_t>();
      });
}

absl::Status AlertStore::Acknowledge(int64_t alert_id, UnixMillis at, const std::string& by,
                                     const std::string& why) {
  return RunTransaction<ReadWrite>(
      *pool_, "acknowledge an alert", [&](ReadWrite& tx) -> absl::Status {
        LockLease(tx);
        const auto rows = tx.exec_params(
            "SELECT prover_id, state = 'resolved' FROM alert WHERE alert_id = $1 FOR UPDATE",
            alert_id);
        if (rows.empty()) return NoSuchAlert(alert_id);
        if (rows[0][1].as<bool>()) {
          return absl::FailedPreconditionError(
              absl::StrCat("alert ", alert_id, " is resolved: there is nothing to take care of"));
        }
        const auto prover_id = rows[0][0].as<ProverId>();
        tx.exec_params0(
            "UPDATE alert SET acknowledged_at = $3, acknowledged_by = $4, acknowledged_why = $5"
            " WHERE prover_id = $1 AND alert_id = $2",
            prover_id, alert_id, at, by, why);
        WriteChange(tx, prover_id, alert_id, at, "acknowledged");
        return absl::OkStatus();
      });
}

absl::StatusOr<Silence> AlertStore::AddSilence(const Silence& silence) {
  const LabelArrays matchers = ToArrays(silence.matchers);
  return RunTransaction<ReadWrite>(
      *pool_, "add a silence", [&](ReadWrite& tx) -> absl::StatusOr<Silence> {
        tx.exec_params0("DELETE FROM alert_silence WHERE ends_at < $1",
                        silence.begins_at - kSilencesKept);
        return ReadSilence(tx.exec_params1(
            absl::StrCat("INSERT INTO alert_silence (matchers, begins_at, ends_at, created_by, why)"
                         " VALUES (jsonb_object($1::text[], $2::text[]), $3, $4, $5, $6) RETURNING",
                         kSilenceColumns),
            matchers.names, matchers.values, silence.begins_at, silence.ends_at, silence.created_by,
            silence.why));
      });
}

absl::StatusOr<std::vector<Silence>> AlertStore::ListSilences(UnixMillis at, int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "list silences", [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Silence>> {
        std::vector<Silence> silences;
        for (const auto& row : tx.exec_params(
                 absl::StrCat("SELECT", kSilenceColumns,
                              "FROM alert_silence WHERE ends_at > $1 ORDER BY silence_id LIMIT $2"),
                 at, limit)) {
          silences.push_back(ReadSilence(row));
        }
        return silences;
      });
}

absl::Status AlertStore::EndSilence(int64_t silence_id, UnixMillis at) {
  return RunTransaction<ReadWrite>(*pool_, "end a silence", [&](ReadWrite& tx) -> absl::Status {
    if (tx.exec_params("UPDATE alert_silence SET ends_at = greatest($2, begins_at)"
                       " WHERE silence_id = $1 AND ends_at > $2 RETURNING silence_id",
                       silence_id, at)
            .empty()) {
      return absl::NotFoundError(
          absl::StrCat("there is no silence ", silence_id, ", or it has ended"));
    }
    return absl::OkStatus();
  });
}

}  // namespace proverlog::postgres
