#include "storage/postgres/unknown_rows.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

// Of the kinds that a stream has not yet, the first ones take the places that are left; the others
// are added up in one row.
constexpr char kAddRows[] =
    "WITH told AS ("
    "  SELECT n.*, u.stream_id IS NOT NULL AS is_known"
    "    FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],"
    "     $9::bigint[], $10::bigint[])"
    "     AS n (stream_id, module, level, template, count, first_at, last_at, line_offset)"
    "    LEFT JOIN unknown_message u ON u.prover_id = $1 AND u.projection_id = $2"
    "     AND (u.stream_id, u.module, u.level, u.template)"
    "       = (n.stream_id, n.module, n.level, n.template)"
    "), taken AS ("
    "  SELECT s.stream_id, (SELECT count(*) FROM unknown_message u WHERE u.prover_id = $1"
    "    AND u.projection_id = $2 AND u.stream_id = s.stream_id) AS places"
    "    FROM (SELECT DISTINCT stream_id FROM told) s"
    "), placed AS ("
    "  SELECT told.*, is_known OR $11 >= places + row_number() OVER ("
    "    PARTITION BY stream_id, is_known ORDER BY line_offset, module, level, template) AS has_row"
    "    FROM told JOIN taken USING (stream_id)"
    ") INSERT INTO unknown_message (prover_id, projection_id, stream_id, module, level, template,"
    "  count, first_at, last_at, line_offset)"
    " SELECT $1, $2, stream_id, CASE WHEN has_row THEN module ELSE '' END,"
    "  CASE WHEN has_row THEN level ELSE '' END, CASE WHEN has_row THEN template ELSE $12 END,"
    "  sum(count), min(first_at), max(last_at), min(line_offset)"
    "  FROM placed GROUP BY 3, 4, 5, 6"
    " ON CONFLICT (prover_id, projection_id, stream_id, module, level, template) DO UPDATE SET"
    "  count = unknown_message.count + excluded.count,"
    "  first_at = least(unknown_message.first_at, excluded.first_at),"
    "  last_at = greatest(unknown_message.last_at, excluded.last_at)";

// Adds up the rows of the newest streams (of machine $11, where it is given), about $3 of them,
// which the primary key finds.
constexpr char kListRows[] =
    "WITH u AS MATERIALIZED ("
    "  SELECT stream_id, module, level, template, count, first_at, last_at, line_offset"
    "    FROM unknown_message WHERE prover_id = $1 AND projection_id = $2 AND ($11 = '' OR "
    "stream_id IN"
    "     (SELECT stream_id FROM stream WHERE prover_id = $1 AND machine = $11))"
    "   ORDER BY stream_id DESC, module DESC, level DESC, template DESC LIMIT $3::bigint + 1)"
    " SELECT module, level, template, sum(count)::bigint, min(first_at), max(last_at),"
    "  (max(ARRAY[stream_id, line_offset]))[1], (max(ARRAY[stream_id, line_offset]))[2],"
    "  (array_agg(DISTINCT machine))[1:$4], count(DISTINCT machine),"
    "  (SELECT count(*) > $3::bigint FROM u),"
    "  (array_agg(DISTINCT aztec_versions) FILTER (WHERE aztec_versions <> ''))[1:$10]"
    " FROM u JOIN stream s USING (stream_id) LEFT JOIN"
    "  (SELECT stream_id, aztec_versions FROM stream_progress WHERE prover_id = $1"
    "    AND projection_id = $2) pr USING (stream_id)"
    " WHERE s.prover_id = $1"
    " GROUP BY module, level, template"
    " HAVING (-sum(count), template, module, level) > ($5::numeric, $6, $7, $8)"
    " ORDER BY sum(count) DESC, template, module, level LIMIT $9";

UnknownRow ReadUnknownRow(const pqxx::row& row) {
  UnknownRow unknown;
  unknown.kind = {row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()};
  unknown.count = {row[3].as<int64_t>(), ReadOptional(row[4]), ReadOptional(row[5]),
                   row[7].as<int64_t>()};
  unknown.stream_id = row[6].as<int64_t>();
  unknown.machines = ReadTexts(row[8]);
  unknown.machine_count = row[9].as<int64_t>();
  if (!row[11].is_null()) {
    for (const std::string& text : ReadTexts(row[11])) {
      unknown.versions.push_back(VersionEvidence::Parse(text));
    }
  }
  return unknown;
}

}  // namespace

void AddUnknownRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                    const std::map<int64_t, UnknownCounts>& by_stream) {
  Array streams, modules, levels, templates, counts, first_at, last_at, offsets;
  bool any = false;
  for (const auto& [stream_id, unknown] : by_stream) {
    for (const auto& [kind, count] : unknown) {
      any = true;
      streams.Add(stream_id);
      modules.AddText(kind.module);
      levels.AddText(kind.level);
      templates.AddText(kind.message_template);
      counts.Add(count.count);
      first_at.Add(count.first_at);
      last_at.Add(count.last_at);
      offsets.Add(count.line_offset);
    }
  }
  if (!any) return;
  tx.exec_params(kAddRows, key.prover_id, key.projection_id, streams.Finish(), modules.Finish(),
                 levels.Finish(), templates.Finish(), counts.Finish(), first_at.Finish(),
                 last_at.Finish(), offsets.Finish(), kMaxUnknownKinds, kOtherMessages);
}

UnknownPage ReadUnknownRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                            const std::string& machine, const std::optional<UnknownPosition>& after,
                            int limit) {
  // Every row comes after this position.
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const UnknownPosition position = after.value_or(UnknownPosition{kMost, {}});
  const auto rows = tx.exec_params(kListRows, key.prover_id, key.projection_id, kMaxUnknownRows,
                                   kMaxUnknownMachines, -position.count,
                                   position.kind.message_template, position.kind.module,
                                   position.kind.level, limit, kMaxUnknownVersions, machine);
  UnknownPage page;
  for (const auto& row : rows) {
    page.rows.push_back(ReadUnknownRow(row));
    page.more_kinds = row[10].as<bool>();
  }
  return page;
}

}  // namespace proverlog::postgres
