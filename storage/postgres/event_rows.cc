#include "storage/postgres/event_rows.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/epoch_session.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

constexpr int32_t kNoEpoch = -1;
// Of one answer's epochs; an epoch has some ten of its sessions.
constexpr int64_t kMaxEventsOfEpochs = 50'000;
// Of a machine: how many events that belong to no epoch are looked through, and taken.
constexpr int kMaxEventsRead = 50'000;
constexpr int kMaxMachineEvents = 1000;
constexpr char kNoFields[] = "00000000-0000-0000-0000-000000000000";

std::string FieldsOf(const Event& event) {
  Array fields;
  for (const auto& [name, value] : event.fields) {
    fields.AddText(name);
    fields.AddText(value);
  }
  return fields.Finish();
}

// What tells the event from others of its kind and instant.
std::string KeyOf(const Event& event) {
  std::string fields = FieldsOf(event);
  if (!event.IsOfProcess()) return fields;
  Array origin;
  origin.AddText(event.origin.machine);
  origin.AddText(event.origin.process);
  return fields + origin.Finish();
}

constexpr char kEventColumns[] =
    "at, kind, fields, fields_md5, machine, process, stream_id, line_offset";

EventRow ReadEvent(const pqxx::row& row) {
  EventRow read;
  Event& event = read.event;
  event.at = row[0].as<int64_t>();
  event.kind = row[1].as<std::string>();
  const std::vector<std::string> fields = ReadTexts(row[2]);
  for (size_t i = 0; i + 1 < fields.size(); i += 2) event.fields[fields[i]] = fields[i + 1];
  event.origin = {row[4].as<std::string>(), row[5].as<std::string>(), row[6].as<int64_t>(),
                  row[7].as<int64_t>()};
  read.position = {event.at, event.kind, row[3].as<std::string>()};
  return read;
}

// The events of the epochs that are `wanted` (" = $3") and that `condition` takes, as the table e
// with the epoch that they belong to: also those of an epoch's sessions that name no epoch. `page`
// orders and limits the ones and the others, so that an index gives them without reading on.
std::string EventsOfEpochs(absl::string_view wanted, absl::string_view condition,
                           absl::string_view page) {
  return absl::StrCat(
      "((SELECT e.* FROM event e WHERE e.prover_id = $1 AND e.projection_id = $2 AND e.epoch",
      wanted, " AND ", condition, page,
      ") UNION ALL"
      " (SELECT e.prover_id, e.projection_id, s.epoch, e.at, e.kind, e.fields, e.fields_md5,"
      "  e.stream_id, e.process, e.line_offset, e.session"
      "  FROM (SELECT DISTINCT epoch, session FROM event WHERE prover_id = $1"
      "    AND projection_id = $2 AND epoch",
      wanted,
      " AND epoch >= 0 AND session <> '') AS s"
      "  JOIN event e ON e.session = s.session WHERE e.prover_id = $1 AND e.projection_id = $2"
      "  AND e.epoch = -1 AND e.session <> '' AND ",
      condition, page, ")) AS e JOIN stream USING (prover_id, stream_id)");
}

}  // namespace

void WriteEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                 const std::vector<Event>& events) {
  if (events.empty()) return;
  Array epochs, at, kinds, fields, keys, streams, processes, offsets, sessions;
  for (const Event& event : events) {
    epochs.Add(int64_t{event.epoch().value_or(kNoEpoch)});
    at.Add(event.at);
    kinds.AddText(event.kind);
    fields.AddText(FieldsOf(event));
    keys.AddText(KeyOf(event));
    streams.Add(event.origin.stream_id);
    processes.AddText(event.origin.process);
    offsets.Add(event.origin.offset);
    sessions.AddText(SessionOf(event));
  }
  tx.exec_params(
      "INSERT INTO event (prover_id, projection_id, epoch, at, kind, fields, fields_md5, stream_id,"
      " process, line_offset, session)"
      " SELECT DISTINCT ON (epoch, at, kind, key)"
      " $1::integer, $2::integer, epoch, at, kind, fields::text[], md5(key)::uuid, stream_id,"
      " process, line_offset, session"
      " FROM unnest($3::integer[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[],"
      "  $9::bigint[], $10::text[], $11::text[])"
      " AS n (epoch, at, kind, fields, stream_id, process, line_offset, session, key)"
      " ORDER BY epoch, at, kind, key, stream_id, line_offset"
      " ON CONFLICT (prover_id, projection_id, epoch, at, kind, fields_md5) DO UPDATE SET"
      " stream_id = excluded.stream_id, process = excluded.process,"
      " line_offset = excluded.line_offset"
      " WHERE (excluded.stream_id, excluded.line_offset) < (event.stream_id, event.line_offset)",
      key.prover_id, key.projection_id, epochs.Finish(), at.Finish(), kinds.Finish(),
      fields.Finish(), streams.Finish(), processes.Finish(), offsets.Finish(), sessions.Finish(),
      keys.Finish());
}

std::vector<EventRow> ReadEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                 const EventFilter& filter, int limit) {
  // Every row comes after this position.
  const EventPosition after =
      filter.after.value_or(EventPosition{std::numeric_limits<int64_t>::min(), "", kNoFields});
  static const auto* const kSql = new std::string(
      absl::StrCat("SELECT ", kEventColumns, " FROM ",
                   EventsOfEpochs(" = $3",
                                  "(e.at, e.kind, e.fields_md5) > ($4, $5, $6::uuid)"
                                  " AND e.at < $9 AND starts_with(e.kind, $7)",
                                  " ORDER BY e.at, e.kind, e.fields_md5 LIMIT $8"),
                   " ORDER BY at, kind, fields_md5 LIMIT $8"));
  const auto rows =
      tx.exec_params(*kSql, key.prover_id, key.projection_id, filter.epoch.value_or(kNoEpoch),
                     after.at, after.kind, after.fields_key, filter.kind, limit,
                     filter.before.value_or(std::numeric_limits<int64_t>::max()));
  std::vector<EventRow> events;
  for (const auto& row : rows) events.push_back(ReadEvent(row));
  return events;
}

MachineEvents ReadMachineEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                const std::string& machine, const std::vector<std::string>& kinds) {
  static const auto* const kSql = new std::string(absl::StrCat(
      "WITH e AS MATERIALIZED (SELECT * FROM event WHERE prover_id = $1 AND projection_id = $2"
      "  AND epoch = -1 ORDER BY at DESC, kind DESC, fields_md5 DESC LIMIT $5)"
      " SELECT ",
      kEventColumns,
      ", (SELECT count(*) >= $5 FROM e) FROM e JOIN stream USING (prover_id, stream_id)"
      " WHERE machine = $3 AND kind = ANY ($4::text[])"
      " ORDER BY at DESC, kind DESC, fields_md5 DESC LIMIT $6"));
  Array array;
  for (const std::string& kind : kinds) array.AddText(kind);
  const auto rows = tx.exec_params(*kSql, key.prover_id, key.projection_id, machine, array.Finish(),
                                   kMaxEventsRead, kMaxMachineEvents);
  MachineEvents read;
  read.more = rows.size() == kMaxMachineEvents;
  for (const auto& row : rows) {
    read.events.push_back(ReadEvent(row).event);
    read.more = read.more || row[8].as<bool>();
  }
  return read;
}

absl::StatusOr<std::map<int32_t, std::vector<Event>>> ReadEventsOfEpochs(
    pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<int32_t>& epochs,
    const std::vector<std::string>& kinds) {
  static const auto* const kSql = new std::string(absl::StrCat(
      "SELECT ", kEventColumns, ", e.epoch FROM ",
      EventsOfEpochs(" = ANY ($3::integer[])", "e.kind = ANY ($4::text[])", ""), " LIMIT $5"));
  Array numbers, wanted;
  for (const int32_t epoch : epochs) numbers.Add(int64_t{epoch});
  for (const std::string& kind : kinds) wanted.AddText(kind);
  const auto rows = tx.exec_params(*kSql, key.prover_id, key.projection_id, numbers.Finish(),
                                   wanted.Finish(), kMaxEventsOfEpochs + 1);
  if (static_cast<int64_t>(rows.size()) > kMaxEventsOfEpochs) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the epochs have more than ", kMaxEventsOfEpochs,
                     " events of sessions, too many for one answer"));
  }
  std::map<int32_t, std::vector<Event>> events;
  for (const auto& row : rows) events[row[8].as<int32_t>()].push_back(ReadEvent(row).event);
  return events;
}

std::vector<Event> ReadLooseEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                   const std::vector<std::string>& kinds,
                                   const EpochWindow& window) {
  static const auto* const kSql = new std::string(absl::StrCat(
      "SELECT ", kEventColumns,
      " FROM (SELECT * FROM event WHERE prover_id = $1 AND projection_id = $2 AND epoch = -1"
      "  AND at >= $3 AND at < $4 AND kind = ANY ($5::text[])"
      "  ORDER BY at DESC, kind DESC, fields_md5 DESC LIMIT $6) AS e"
      " JOIN stream USING (prover_id, stream_id) ORDER BY at, kind, fields_md5"));
  Array wanted;
  for (const std::string& kind : kinds) wanted.AddText(kind);
  const auto rows = tx.exec_params(*kSql, key.prover_id, key.projection_id,
                                   window.begin.value_or(std::numeric_limits<int64_t>::min()),
                                   window.end.value_or(std::numeric_limits<int64_t>::max()),
                                   wanted.Finish(), kMaxLooseEvents);
  std::vector<Event> events;
  for (const auto& row : rows) events.push_back(ReadEvent(row).event);
  return events;
}

std::optional<Event> ReadNetwork(pqxx::transaction_base& tx, const ProjectionKey& key) {
  const auto rows = tx.exec_params(
      absl::StrCat("SELECT ", kEventColumns,
                   " FROM event JOIN stream USING (prover_id, stream_id)"
                   " WHERE prover_id = $1 AND projection_id = $2 AND kind = 'process.listening'"
                   "  AND 'l1ChainId' = ANY (fields) ORDER BY at DESC LIMIT 1"),
      key.prover_id, key.projection_id);
  if (rows.empty()) return std::nullopt;
  return ReadEvent(rows[0]).event;
}

}  // namespace proverlog::postgres
