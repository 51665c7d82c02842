#include "storage/postgres/archive_store.h"

#include <iterator>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "storage/postgres/advance_rows.h"
#include "storage/postgres/array.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/transaction.h"

namespace proverlog::postgres {
namespace {

// What was received since then is new.
constexpr absl::Duration kNew = absl::Hours(24);

// The prover's number; it is made where it is missing.
ProverId FindOrAddProver(ReadWrite& tx, const std::string& name) {
  const auto found = tx.exec_params("SELECT prover_id FROM prover WHERE name = $1", name);
  if (!found.empty()) return found[0][0].as<ProverId>();
  tx.exec_params0("INSERT INTO prover (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name);
  const auto id =
      tx.exec_params1("SELECT prover_id FROM prover WHERE name = $1", name)[0].as<ProverId>();
  tx.exec_params0(
      "INSERT INTO projection (prover_id, projection_id)"
      " SELECT prover_id, projection_id FROM prover WHERE prover_id = $1 ON CONFLICT DO NOTHING",
      id);
  return id;
}

// Streams of prover $1 and machine $2 whose head agrees with $3 as far as both go.
constexpr char kStreamsThatBeginSo[] =
    " FROM stream s JOIN stream_position USING (prover_id, stream_id)"
    " WHERE prover_id = (SELECT prover_id FROM prover WHERE name = $1) AND machine = $2"
    " AND substring(s.head FROM 1 FOR octet_length($3::bytea))"
    "   = substring($3::bytea FROM 1 FOR octet_length(s.head)) AND NOT pushed ";

// Whether another stream than those that its sender knows begins as the new one does.
bool HasRival(ReadWrite& tx, const NewStream& stream) {
  if (stream.known_stream_ids.size() >= kMaxCandidates) return false;
  Array known;
  for (const int64_t id : stream.known_stream_ids) known.Add(id);
  return !tx.exec_params(absl::StrCat("SELECT", kStreamsThatBeginSo,
                                      "AND stream_id <> ALL ($4::bigint[]) LIMIT 1"),
                         stream.prover, stream.machine, ToParameter(stream.log_head),
                         known.Finish())
              .empty();
}

int64_t NextStreamId(ReadWrite& tx) {
  return tx.exec1("SELECT nextval(pg_get_serial_sequence('stream', 'stream_id'))")[0].as<int64_t>();
}

void InsertStream(ReadWrite& tx, const StreamKey& key, const NewStream& stream, bool pushed) {
  tx.exec_params0(
      "INSERT INTO stream (prover_id, stream_id, machine, source, head, pushed)"
      " OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, '', $5)",
      key.prover_id, key.stream_id, stream.machine, stream.source, pushed);
  tx.exec_params0(
      "INSERT INTO stream_position (prover_id, stream_id, generation, committed_offset)"
      " VALUES ($1, $2, 1, 0)",
      key.prover_id, key.stream_id);
  InsertAnchors(tx, key, stream.anchors);
}

// The stream that PushLogs appends to, locked; it is made where it is missing.
OpenStream LockPushedStream(ReadWrite& tx, const PushedLines& lines) {
  constexpr char kLock[] =
      "SELECT stream_id, generation, committed_offset FROM stream_position"
      " WHERE prover_id = $1 AND stream_id = (SELECT stream_id FROM stream"
      "  WHERE prover_id = $1 AND machine = $2 AND source = $3 AND pushed) FOR NO KEY UPDATE";
  const ProverId prover_id = FindOrAddProver(tx, lines.prover);
  auto rows = tx.exec_params(kLock, prover_id, lines.machine, lines.source);
  if (rows.empty()) {
    // As in CreateStream.
    tx.exec_params1("SELECT FROM prover WHERE prover_id = $1 FOR NO KEY UPDATE", prover_id);
    rows = tx.exec_params(kLock, prover_id, lines.machine, lines.source);
  }
  if (rows.empty()) {
    NewStream stream;
    stream.machine = lines.machine;
    stream.source = lines.source;
    stream.anchors = lines.anchors;
    InsertStream(tx, {prover_id, NextStreamId(tx)}, stream, /*pushed=*/true);
    rows = tx.exec_params(kLock, prover_id, lines.machine, lines.source);
  }
  OpenStream stream;
  stream.key = {prover_id, rows[0][0].as<int64_t>()};
  stream.generation = rows[0][1].as<int64_t>();
  stream.committed_offset = rows[0][2].as<int64_t>();
  return stream;
}

// The blocks that overlap [begin, end): live ones, and those that were received since `since`.
std::vector<Block> SelectReceivedSince(pqxx::transaction_base& tx, UnixMillis since,
                                       const StreamKey& stream, int64_t begin, int64_t end,
                                       int max_blocks) {
  // No block is longer than kMaxBlockBytes: the lower bound lets the index find the first one. A
  // block that came whole is merged whole, so that one lasting block covers it.
  const auto rows = tx.exec_params(
      "WITH lasting AS MATERIALIZED ("
      "  SELECT begin_offset, end_offset, zstd FROM block"
      "   WHERE prover_id = $1 AND stream_id = $2 AND begin_offset > $3 AND begin_offset < $4"
      "    AND end_offset > $5 AND received_at >= $7 ORDER BY begin_offset LIMIT $6),"
      " live AS ("
      "  SELECT begin_offset, end_offset, zstd FROM live_block l"
      "   WHERE prover_id = $1 AND stream_id = $2 AND begin_offset > $3 AND begin_offset < $4"
      "    AND end_offset > $5 AND NOT EXISTS (SELECT FROM lasting"
      "     WHERE begin_offset <= l.begin_offset AND end_offset >= l.end_offset)"
      "   ORDER BY begin_offset LIMIT $6)"
      " SELECT * FROM lasting UNION ALL SELECT * FROM live ORDER BY begin_offset LIMIT $6",
      stream.prover_id, stream.stream_id, begin - kMaxBlockBytes, end, begin, max_blocks, since);
  std::vector<Block> blocks;
  for (const auto& row : rows) {
    const auto block_end = row[1].as<int64_t>();
    if (!blocks.empty() && block_end <= blocks.back().end_offset) continue;
    blocks.push_back({row[0].as<int64_t>(), block_end, ToBytes(row[2])});
  }
  return blocks;
}

}  // namespace

std::vector<Block> SelectBlocks(pqxx::transaction_base& tx, const StreamKey& stream, int64_t begin,
                                int64_t end, int max_blocks) {
  // What is read is nearly always new, and then the partitions of older days need not be searched.
  // What is not there is looked for in all of them.
  std::vector<Block> blocks = SelectReceivedSince(tx, absl::ToUnixMillis(absl::Now() - kNew),
                                                  stream, begin, end, max_blocks);
  int64_t known_until = begin;
  for (const Block& block : blocks) {
    if (block.begin_offset <= known_until) known_until = block.end_offset;
  }
  if (!blocks.empty() && blocks.back().end_offset == known_until) return blocks;
  return SelectReceivedSince(tx, 0, stream, begin, end, max_blocks);
}

int64_t SelectRemovedUntil(pqxx::transaction_base& tx, const StreamKey& stream) {
  const auto rows =
      tx.exec_params("SELECT end_offset FROM removed_log WHERE prover_id = $1 AND stream_id = $2",
                     stream.prover_id, stream.stream_id);
  return rows.empty() ? 0 : rows[0][0].as<int64_t>();
}

absl::StatusOr<std::vector<Block>> ArchiveStore::ReadBlocks(const StreamKey& stream, int64_t begin,
                                                            int64_t end, int max_blocks) {
  return RunTransaction<ReadLatest>(*pool_, "read the archive",
                                    [&](ReadLatest& tx) -> absl::StatusOr<std::vector<Block>> {
                                      return SelectBlocks(tx, stream, begin, end, max_blocks);
                                    });
}

absl::StatusOr<int64_t> ArchiveStore::RemovedUntil(const StreamKey& stream) {
  return RunTransaction<ReadOnly>(
      *pool_, "look for removed logs",
      [&](ReadOnly& tx) -> absl::StatusOr<int64_t> { return SelectRemovedUntil(tx, stream); });
}

absl::StatusOr<std::vector<StreamCandidate>> ArchiveStore::FindStreams(absl::string_view prover,
                                                                       absl::string_view machine,
                                                                       absl::string_view head,
                                                                       int64_t size) {
  return RunTransaction<ReadOnly>(
      *pool_, "look for the stream",
      [&](ReadOnly& tx) -> absl::StatusOr<std::vector<StreamCandidate>> {
        std::vector<StreamCandidate> candidates;
        const auto rows = tx.exec_params(
            absl::StrCat(
                "SELECT found.*, coalesce(("
                "  SELECT end_offset FROM gap g WHERE g.prover_id = found.prover_id"
                "   AND g.stream_id = found.stream_id AND reason <> $6"
                "   AND begin_offset < least(committed_offset, $4)"
                "   ORDER BY begin_offset DESC, end_offset DESC LIMIT 1), 0)"
                " FROM (SELECT prover_id, stream_id, committed_offset, coalesce(received_at, 0)",
                kStreamsThatBeginSo,
                "  ORDER BY committed_offset > $4, committed_offset DESC, stream_id LIMIT $5)"
                " AS found ORDER BY committed_offset > $4, committed_offset DESC, stream_id"),
            std::string(prover), std::string(machine), ToParameter(head), size, kMaxCandidates,
            std::string(kGapReasonNames[static_cast<size_t>(GapReason::kRetention)]));
        for (const auto& row : rows) {
          candidates.push_back({{row[0].as<ProverId>(), row[1].as<int64_t>()},
                                row[2].as<int64_t>(),
                                row[4].as<int64_t>(),
                                row[3].as<UnixMillis>()});
        }
        return candidates;
      });
}

absl::StatusOr<int64_t> ArchiveStore::ReserveStreamId() {
  return RunTransaction<ReadWrite>(
      *pool_, "reserve a stream's number",
      [](ReadWrite& tx) -> absl::StatusOr<int64_t> { return NextStreamId(tx); });
}

absl::StatusOr<StreamKey> ArchiveStore::CreateStream(const NewStream& stream,
                                                     const StreamAdvance& first) {
  return RunTransaction<ReadWrite>(
      *pool_, "make a stream", [&](ReadWrite& tx) -> absl::StatusOr<StreamKey> {
        const StreamKey key{FindOrAddProver(tx, stream.prover), stream.stream_id};
        // Streams of one prover are made one after the other, so that two senders of one log meet.
        tx.exec_params1("SELECT FROM prover WHERE prover_id = $1 FOR NO KEY UPDATE", key.prover_id);
        if (HasRival(tx, stream)) {
          return absl::AbortedError("another client has begun to send this log");
        }
        InsertStream(tx, key, stream, /*pushed=*/false);
        StreamAdvance advance = first;
        advance.stream = key;
        WriteAdvances(tx, {advance});
        return key;
      });
}

absl::StatusOr<OpenStream> ArchiveStore::ReopenStream(absl::string_view prover, int64_t stream_id,
                                                      const std::vector<Anchor>& anchors) {
  return RunTransaction<ReadWrite>(
      *pool_, "open the stream", [&](ReadWrite& tx) -> absl::StatusOr<OpenStream> {
        const auto rows = tx.exec_params(
            "UPDATE stream_position SET generation = generation + 1"
            " WHERE prover_id = (SELECT prover_id FROM prover WHERE name = $1) AND stream_id = $2"
            "  AND NOT (SELECT pushed FROM stream s WHERE s.prover_id = stream_position.prover_id"
            "   AND s.stream_id = $2)"
            " RETURNING prover_id, generation, committed_offset",
            std::string(prover), stream_id);
        if (rows.empty()) {
          return absl::NotFoundError(
              absl::StrCat("prover \"", prover, "\" has no stream ", stream_id));
        }
        OpenStream open;
        open.key = {rows[0][0].as<ProverId>(), stream_id};
        open.generation = rows[0][1].as<int64_t>();
        open.committed_offset = rows[0][2].as<int64_t>();
        open.anchors = SelectAnchors(tx, open.key);
        if (open.anchors.empty()) {
          absl::c_copy_if(anchors, std::back_inserter(open.anchors), [&](const Anchor& anchor) {
            return anchor.offset >= open.committed_offset;
          });
          InsertAnchors(tx, open.key, open.anchors);
        }
        return open;
      });
}

absl::StatusOr<std::vector<bool>> ArchiveStore::Advance(
    const std::vector<StreamAdvance>& advances) {
  return RunTransaction<ReadWrite>(*pool_, "commit log bytes",
                                   [&](ReadWrite& tx) -> absl::StatusOr<std::vector<bool>> {
                                     return WriteAdvances(tx, advances);
                                   });
}

absl::StatusOr<OpenStream> ArchiveStore::Push(const PushedLines& lines) {
  return RunTransaction<ReadWrite>(
      *pool_, "commit log bytes", [&](ReadWrite& tx) -> absl::StatusOr<OpenStream> {
        OpenStream stream = LockPushedStream(tx, lines);
        const int64_t offset = stream.committed_offset;
        const int64_t known = offset - lines.begin_offset.value_or(offset);
        const bool is_new = known >= 0 && known < static_cast<int64_t>(lines.raw.size());
        if (!is_new) return stream;
        const absl::string_view rest =
            absl::string_view(lines.raw).substr(static_cast<size_t>(known));
        StreamAdvance advance;
        advance.stream = stream.key;
        advance.generation = stream.generation;
        advance.begin_offset = offset;
        advance.end_offset = offset + static_cast<int64_t>(rest.size());
        advance.blocks = {{offset, advance.end_offset, CompressFrame(rest)}};
        WriteAdvances(tx, {advance});
        stream.committed_offset = advance.end_offset;
        return stream;
      });
}

absl::StatusOr<ArchiveWriter::StreamPosition> ArchiveStore::Position(const StreamKey& stream) {
  return RunTransaction<ReadOnly>(
      *pool_, "read a stream's position", [&](ReadOnly& tx) -> absl::StatusOr<StreamPosition> {
        const auto row = tx.exec_params1(
            "SELECT generation, committed_offset FROM stream_position"
            " WHERE prover_id = $1 AND stream_id = $2",
            stream.prover_id, stream.stream_id);
        return StreamPosition{row[0].as<int64_t>(), row[1].as<int64_t>()};
      });
}

absl::Status ArchiveStore::NoteSeen(const std::vector<StreamKey>& streams, UnixMillis at) {
  return RunTransaction<ReadWrite>(*pool_, "note who is connected", [&](ReadWrite& tx) {
    Array provers, ids;
    for (const StreamKey& stream : streams) {
      provers.Add(int64_t{stream.prover_id});
      ids.Add(stream.stream_id);
    }
    // In order, so that two services do not wait for each other.
    tx.exec_params0(
        "INSERT INTO stream_attendance SELECT prover_id, stream_id, $3"
        " FROM unnest($1::integer[], $2::bigint[]) AS n (prover_id, stream_id)"
        " ORDER BY prover_id, stream_id ON CONFLICT (prover_id, stream_id) DO UPDATE"
        " SET seen_at = greatest(stream_attendance.seen_at, excluded.seen_at)",
        provers.Finish(), ids.Finish(), at);
    return absl::OkStatus();
  });
}

absl::Status ArchiveStore::Probe() {
  return RunTransaction<ReadWrite>(*pool_, "commit", [&](ReadWrite& tx) {
    // A message without a reader: its commit waits for the disk, and for standbys, as a block's.
    const auto row = tx.exec1(
        "SELECT pg_logical_emit_message(true, 'proverlog', ''),"
        " current_setting('transaction_read_only')::boolean");
    return row[1].as<bool>() ? absl::UnavailableError("the database is read-only")
                             : absl::OkStatus();
  });
}

}  // namespace proverlog::postgres
