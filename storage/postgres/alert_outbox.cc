#include "storage/postgres/alert_outbox.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/postgres/alert_rows.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

constexpr char kColumns[] = "SELECT d.prover_id, d.to_tell, d.told, d.revision, d.tries,";
constexpr char kTables[] =
    " FROM alert_delivery d JOIN alert a USING (prover_id, alert_id) JOIN prover p USING"
    " (prover_id) WHERE d.receiver = $1";

std::vector<Delivery> ReadDeliveries(const pqxx::result& rows) {
  std::vector<Delivery> deliveries;
  for (const pqxx::row& row : rows) {
    Delivery delivery;
    delivery.prover_id = row["prover_id"].as<int32_t>();
    delivery.alert = ReadAlert(row);
    // NULL is of what the receiver knows to fire.
    delivery.to_tell = ParseAlertState(row["to_tell"].c_str()).value_or(AlertState::kFiring);
    delivery.told = row["told"].as<bool>();
    delivery.revision = row["revision"].as<int64_t>();
    delivery.tries = row["tries"].as<int>();
    delivery.silenced_until = ReadOptional(row["silenced_until"]);
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

// Runs a statement over the deliveries' rows, which are `q (prover_id, alert_id, revision, told,
// fires)` in it, as the deliveries have them; $1 is the receiver, the arguments begin at $7. The
// rows are locked in the order in which whoever queues locks them.
template <typename... Arguments>
absl::Status Change(ConnectionPool& pool, absl::string_view doing, const std::string& receiver,
                    const std::vector<Delivery>& deliveries,
                    const std::vector<std::string>& statements, const Arguments&... arguments) {
  constexpr char kItems[] =
      "WITH q AS (SELECT * FROM unnest($2::integer[], $3::bigint[], $4::bigint[], $5::boolean[],"
      " $6::boolean[]) q (prover_id, alert_id, revision, told, fires)) ";
  Array provers;
  Array alerts;
  Array revisions;
  Array told;
  Array fires;
  for (const Delivery& delivery : deliveries) {
    provers.Add(int64_t{delivery.prover_id});
    alerts.Add(delivery.alert.alert_id);
    revisions.Add(delivery.revision);
    told.Add(delivery.told);
    fires.Add(delivery.to_tell == AlertState::kFiring);
  }
  const std::string of[] = {provers.Finish(), alerts.Finish(), revisions.Finish(), told.Finish(),
                            fires.Finish()};
  return RunTransaction<ReadWrite>(pool, doing, [&](ReadWrite& tx) {
    tx.exec_params(absl::StrCat(kItems,
                                "SELECT FROM alert_delivery d JOIN q USING (prover_id, alert_id)"
                                " WHERE d.receiver = $1 ORDER BY d.prover_id, d.alert_id"
                                " FOR UPDATE OF d"),
                   receiver, of[0], of[1], of[2], of[3], of[4]);
    for (const std::string& statement : statements) {
      tx.exec_params0(absl::StrCat(kItems, statement), receiver, of[0], of[1], of[2], of[3], of[4],
                      arguments...);
    }
    return absl::OkStatus();
  });
}

// Ends a statement of Change.
constexpr char kThese[] =
    " WHERE d.receiver = $1 AND d.prover_id = q.prover_id AND d.alert_id = q.alert_id";
// Where nothing else was queued since.
constexpr char kUnchanged[] = " AND d.revision = q.revision";

}  // namespace

absl::StatusOr<std::vector<Delivery>> AlertOutbox::Due(const std::string& receiver, UnixMillis now,
                                                       int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "read what receivers are to be told",
      [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Delivery>> {
        return ReadDeliveries(tx.exec_params(
            absl::StrCat(kColumns, kAlertColumns,
                         ", (SELECT max(s.ends_at) FROM alert_silence s WHERE s.ends_at > $2"
                         "  AND s.begins_at <= $2 AND a.labels || jsonb_build_object('prover',"
                         "   p.name, 'rule', a.rule) @> s.matchers) AS silenced_until",
                         kTables,
                         " AND d.to_tell IS NOT NULL AND d.try_at <= $2"
                         " ORDER BY d.try_at, d.prover_id, d.alert_id LIMIT $3"),
            receiver, now, limit));
      });
}

absl::StatusOr<std::vector<Delivery>> AlertOutbox::KnownToFire(const std::string& receiver,
                                                               int limit) {
  return RunTransaction<ReadOnly>(
      *pool_, "read what receivers were told",
      [&](ReadOnly& tx) -> absl::StatusOr<std::vector<Delivery>> {
        return ReadDeliveries(tx.exec_params(
            absl::StrCat(kColumns, kAlertColumns, ", NULL::bigint AS silenced_until", kTables,
                         " AND d.to_tell IS NULL AND a.state = 'firing'"
                         " ORDER BY d.prover_id, d.alert_id LIMIT $2"),
            receiver, limit));
      });
}

absl::StatusOr<std::optional<Waiting>> AlertOutbox::WaitingFor(const std::string& receiver) {
  return RunTransaction<ReadOnly>(*pool_, "read what waits for receivers",
                                  [&](ReadOnly& tx) -> absl::StatusOr<std::optional<Waiting>> {
                                    const auto row = tx.exec_params1(
                                        "SELECT min(queued_at), min(try_at) FROM alert_delivery"
                                        " WHERE receiver = $1 AND to_tell IS NOT NULL",
                                        receiver);
                                    if (row[0].is_null()) return std::nullopt;
                                    return Waiting{row[0].as<int64_t>(), row[1].as<int64_t>()};
                                  });
}

absl::Status AlertOutbox::Sending(const std::string& receiver,
                                  const std::vector<Delivery>& deliveries) {
  return Change(*pool_, "note what is sent to a receiver", receiver, deliveries,
                {absl::StrCat("UPDATE alert_delivery d SET told = true FROM q", kThese,
                              " AND q.fires AND NOT d.told")});
}

absl::Status AlertOutbox::Delivered(const std::string& receiver,
                                    const std::vector<Delivery>& deliveries) {
  return Change(*pool_, "note what a receiver was told", receiver, deliveries,
                {absl::StrCat("DELETE FROM alert_delivery d USING q", kThese, kUnchanged,
                              " AND d.to_tell = 'resolved'"),
                 absl::StrCat("UPDATE alert_delivery d SET to_tell = NULL, tries = 0 FROM q",
                              kThese, kUnchanged)});
}

absl::Status AlertOutbox::Failed(const std::string& receiver,
                                 const std::vector<Delivery>& deliveries, UnixMillis try_at,
                                 bool refused) {
  // Unless they were refused, what Sending noted stands.
  return Change(*pool_, "note what a receiver did not take", receiver, deliveries,
                {absl::StrCat("UPDATE alert_delivery d SET"
                              " told = CASE WHEN $8::boolean THEN q.told ELSE d.told END,"
                              " tries = d.tries + (d.revision = q.revision)::integer,"
                              " try_at = CASE WHEN d.revision = q.revision THEN $7::bigint"
                              "  ELSE d.try_at END FROM q",
                              kThese)},
                try_at, refused);
}

absl::Status AlertOutbox::HoldBack(const std::string& receiver,
                                   const std::vector<Delivery>& deliveries, UnixMillis try_at) {
  return Change(*pool_, "hold back what is silenced", receiver, deliveries,
                {absl::StrCat("UPDATE alert_delivery d SET queued_at = $7::bigint,"
                              " try_at = $7::bigint FROM q",
                              kThese, kUnchanged)},
                try_at);
}

absl::Status AlertOutbox::Drop(const std::string& receiver,
                               const std::vector<Delivery>& deliveries) {
  return Change(*pool_, "drop what a receiver need not be told", receiver, deliveries,
                {absl::StrCat("DELETE FROM alert_delivery d USING q", kThese, kUnchanged)});
}

absl::Status AlertOutbox::KeepOnly(const std::vector<std::string>& receivers) {
  Array names;
  for (const std::string& receiver : receivers) names.AddText(receiver);
  return RunTransaction<ReadWrite>(*pool_, "remove what is for nobody", [&](ReadWrite& tx) {
    tx.exec_params0("DELETE FROM alert_delivery WHERE receiver <> ALL ($1::text[])",
                    names.Finish());
    return absl::OkStatus();
  });
}

}  // namespace proverlog::postgres
