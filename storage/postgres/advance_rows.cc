#include "storage/postgres/advance_rows.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "absl/time/clock.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"

namespace proverlog::postgres {
namespace {

// Rule 1 of ingest, for many streams: blocks and gaps are written of those streams that stand where
// their sender says, and the others are left alone. Large blocks last as they are, the others are
// merged later.
constexpr char kAdvance[] =
    "WITH input AS ("
    "  SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],"
    "    $6::boolean[]) WITH ORDINALITY"
    "   AS i (prover_id, stream_id, generation, begin_offset, end_offset, seals, advance)),"
    // Before they are updated, which is in an order of the plan's: that of two writers may differ.
    " locked AS MATERIALIZED ("
    "  SELECT prover_id, stream_id FROM stream_position p JOIN input USING (prover_id, stream_id)"
    "   ORDER BY prover_id, stream_id FOR NO KEY UPDATE OF p),"
    " moved AS ("
    "  UPDATE stream_position p SET committed_offset = i.end_offset,"
    "    received_at = CASE WHEN i.end_offset > i.begin_offset THEN $7 ELSE p.received_at END,"
    "    sealed_offset = CASE WHEN i.seals THEN i.end_offset ELSE p.sealed_offset END"
    "   FROM locked l JOIN input i USING (prover_id, stream_id)"
    "   WHERE p.prover_id = l.prover_id AND p.stream_id = l.stream_id"
    "    AND p.generation = i.generation AND p.committed_offset = i.begin_offset"
    "  RETURNING i.advance, i.prover_id, i.stream_id),"
    " received AS ("
    "  SELECT m.prover_id, m.stream_id, b.begin_offset, b.end_offset, $7::bigint AS received_at,"
    "    substring($13::bytea FROM b.at FOR b.size) AS zstd"
    "   FROM unnest($8::bigint[], $9::bigint[], $10::bigint[], $11::integer[], $12::integer[])"
    "    AS b (advance, begin_offset, end_offset, at, size) JOIN moved m USING (advance)),"
    " archived AS ("
    "  INSERT INTO block (prover_id, stream_id, begin_offset, end_offset, received_at, zstd)"
    "   SELECT * FROM received WHERE end_offset - begin_offset >= $18),"
    " live AS ("
    "  INSERT INTO live_block (prover_id, stream_id, begin_offset, end_offset, received_at, zstd)"
    "   SELECT * FROM received WHERE end_offset - begin_offset < $18),"
    " missing AS ("
    "  INSERT INTO gap (prover_id, stream_id, begin_offset, end_offset, reason, received_at)"
    "   SELECT m.prover_id, m.stream_id, g.begin_offset, g.end_offset, g.reason, $7"
    "    FROM unnest($14::bigint[], $15::bigint[], $16::bigint[], $17::text[])"
    "     AS g (advance, begin_offset, end_offset, reason) JOIN moved m USING (advance)"
    "   ON CONFLICT DO NOTHING)"
    " SELECT advance FROM moved";

struct AdvanceColumns {
  Array prover_id, stream_id, generation, begin_offset, end_offset, seals;

  void Add(const StreamAdvance& advance) {
    prover_id.Add(int64_t{advance.stream.prover_id});
    stream_id.Add(advance.stream.stream_id);
    generation.Add(advance.generation);
    begin_offset.Add(advance.begin_offset);
    end_offset.Add(advance.end_offset);
    seals.Add(advance.seals);
  }
};

// The blocks' bytes are one parameter, of which each row takes its piece: as an array they would
// travel as text of twice the size.
struct BlockColumns {
  Array advance, begin_offset, end_offset, at, size;
  std::string bytes;

  void Add(int64_t number, const Block& block) {
    advance.Add(number);
    begin_offset.Add(block.begin_offset);
    end_offset.Add(block.end_offset);
    at.Add(static_cast<int64_t>(bytes.size()) + 1);
    size.Add(static_cast<int64_t>(block.zstd.size()));
    bytes += block.zstd;
  }
};

struct GapColumns {
  Array advance, begin_offset, end_offset, reason;

  void Add(int64_t number, const Gap& gap) {
    advance.Add(number);
    begin_offset.Add(gap.begin_offset);
    end_offset.Add(gap.end_offset);
    reason.AddText(kGapReasonNames[static_cast<size_t>(gap.reason)]);
  }
};

std::vector<size_t> InOrderOfKeys(const std::vector<StreamAdvance>& advances) {
  std::vector<size_t> order(advances.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&](size_t i) {
    return std::pair(advances[i].stream.prover_id, advances[i].stream.stream_id);
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  return order;
}

GapReason ReadReason(const pqxx::field& field) {
  const auto name =
      std::find(kGapReasonNames.begin(), kGapReasonNames.end(), field.as<std::string>());
  return name == kGapReasonNames.end() ? GapReason::kRotatedAway
                                       : static_cast<GapReason>(name - kGapReasonNames.begin());
}

}  // namespace

std::vector<bool> WriteAdvances(ReadWrite& tx, const std::vector<StreamAdvance>& advances) {
  AdvanceColumns columns;
  BlockColumns blocks;
  GapColumns gaps;
  const std::vector<size_t> order = InOrderOfKeys(advances);
  for (size_t i = 0; i < order.size(); ++i) {
    const auto number = static_cast<int64_t>(i) + 1;
    columns.Add(advances[order[i]]);
    for (const Block& block : advances[order[i]].blocks) blocks.Add(number, block);
    for (const Gap& gap : advances[order[i]].gaps) gaps.Add(number, gap);
  }
  const auto rows = tx.exec_params(
      kAdvance, columns.prover_id.Finish(), columns.stream_id.Finish(), columns.generation.Finish(),
      columns.begin_offset.Finish(), columns.end_offset.Finish(), columns.seals.Finish(),
      absl::ToUnixMillis(absl::Now()), blocks.advance.Finish(), blocks.begin_offset.Finish(),
      blocks.end_offset.Finish(), blocks.at.Finish(), blocks.size.Finish(),
      ToParameter(blocks.bytes), gaps.advance.Finish(), gaps.begin_offset.Finish(),
      gaps.end_offset.Finish(), gaps.reason.Finish(), kLargeBlockBytes);
  std::vector<bool> moved(advances.size(), false);
  for (const auto& row : rows) {
    const size_t which = order[row[0].as<size_t>() - 1];
    const StreamAdvance& advance = advances[which];
    moved[which] = true;
    InsertAnchors(tx, advance.stream, advance.anchors);
    if (advance.head.empty()) continue;
    tx.exec_params0("UPDATE stream SET head = $3 WHERE prover_id = $1 AND stream_id = $2",
                    advance.stream.prover_id, advance.stream.stream_id, ToParameter(advance.head));
  }
  return moved;
}

std::vector<Gap> SelectGaps(pqxx::transaction_base& tx, const StreamKey& stream, int64_t begin,
                            int64_t end, int max_gaps) {
  std::vector<Gap> gaps;
  const auto rows = tx.exec_params(
      "SELECT begin_offset, end_offset, reason, received_at FROM gap"
      " WHERE prover_id = $1 AND stream_id = $2 AND begin_offset BETWEEN $3 AND $4"
      " ORDER BY begin_offset, end_offset LIMIT $5",
      stream.prover_id, stream.stream_id, begin, end, max_gaps);
  for (const auto& row : rows) gaps.push_back(ReadGap(row, 0));
  return gaps;
}

Gap ReadGap(const pqxx::row& row, int column) {
  return {row[column].as<int64_t>(), row[column + 1].as<int64_t>(), ReadReason(row[column + 2]),
          row[column + 3].as<UnixMillis>(), ""};
}

std::vector<Anchor> SelectAnchors(pqxx::transaction_base& tx, const StreamKey& stream) {
  std::vector<Anchor> anchors;
  const auto rows = tx.exec_params(
      "SELECT begin_offset, at, time_zone FROM anchor WHERE prover_id = $1 AND stream_id = $2"
      " ORDER BY begin_offset",
      stream.prover_id, stream.stream_id);
  for (const auto& row : rows) {
    anchors.push_back({row[0].as<int64_t>(), row[1].as<int64_t>(), row[2].as<std::string>()});
  }
  return anchors;
}

void InsertAnchors(ReadWrite& tx, const StreamKey& stream, const std::vector<Anchor>& anchors) {
  for (const Anchor& anchor : anchors) {
    tx.exec_params0(
        "INSERT INTO anchor (prover_id, stream_id, begin_offset, at, time_zone)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        stream.prover_id, stream.stream_id, anchor.offset, anchor.at, anchor.time_zone);
  }
}

}  // namespace proverlog::postgres
