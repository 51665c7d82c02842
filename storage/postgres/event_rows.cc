#include "storage/postgres/event_rows.h"

#include <limits>
#include <string>
#include <utility>

#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

constexpr int32_t kNoEpoch = -1;
constexpr char kNoFields[] = "00000000-0000-0000-0000-000000000000";

std::string FieldsOf(const Event& event) {
  Array fields;
  for (const auto& [name, value] : event.fields) {
    fields.AddText(name);
    fields.AddText(value);
  }
  return fields.Finish();
}

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

}  // namespace

void WriteEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                 const std::vector<Event>& events) {
  if (events.empty()) return;
  Array epochs, at, kinds, fields, streams, processes, offsets;
  for (const Event& event : events) {
    epochs.Add(int64_t{event.epoch().value_or(kNoEpoch)});
    at.Add(event.at);
    kinds.AddText(event.kind);
    fields.AddText(FieldsOf(event));
    streams.Add(event.origin.stream_id);
    processes.AddText(event.origin.process);
    offsets.Add(event.origin.offset);
  }
  tx.exec_params(
      "INSERT INTO event (prover_id, projection_id, epoch, at, kind, fields, fields_md5, stream_id,"
      " process, line_offset)"
      " SELECT $1, $2, epoch, at, kind, fields::text[], md5(fields)::uuid, stream_id, process,"
      " line_offset FROM unnest($3::integer[], $4::bigint[], $5::text[], $6::text[], $7::bigint[],"
      " $8::text[], $9::bigint[])"
      " AS n (epoch, at, kind, fields, stream_id, process, line_offset)"
      " ON CONFLICT DO NOTHING",
      key.prover_id, key.projection_id, epochs.Finish(), at.Finish(), kinds.Finish(),
      fields.Finish(), streams.Finish(), processes.Finish(), offsets.Finish());
}

std::vector<EventRow> ReadEvents(pqxx::transaction_base& tx, const ProjectionKey& key,
                                 const EventFilter& filter, int limit) {
  // Every row comes after this position.
  const EventPosition after =
      filter.after.value_or(EventPosition{std::numeric_limits<int64_t>::min(), "", kNoFields});
  const auto rows = tx.exec_params(
      "SELECT e.at, e.kind, e.fields, e.fields_md5, s.machine, e.process, e.stream_id,"
      " e.line_offset FROM event e JOIN stream s USING (prover_id, stream_id)"
      " WHERE e.prover_id = $1 AND e.projection_id = $2 AND e.epoch = $3"
      " AND (e.at, e.kind, e.fields_md5) > ($4, $5, $6::uuid) AND starts_with(e.kind, $7)"
      " ORDER BY e.at, e.kind, e.fields_md5 LIMIT $8",
      key.prover_id, key.projection_id, filter.epoch.value_or(kNoEpoch), after.at, after.kind,
      after.fields_key, filter.kind, limit);
  std::vector<EventRow> events;
  for (const auto& row : rows) events.push_back(ReadEvent(row));
  return events;
}

}  // namespace proverlog::postgres
