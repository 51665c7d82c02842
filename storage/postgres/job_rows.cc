#include "storage/postgres/job_rows.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/postgres/array.h"
#include "storage/postgres/compact_job.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"

namespace proverlog::postgres {
namespace {

// Job keys as the parameters of `unnest($3::integer[], $4::text[], $5::bytea[])`.
struct KeyArrays {
  Array epochs;
  Array types;
  Array hashes;

  void Add(const JobId& id) {
    epochs.Add(int64_t{id.epoch});
    types.AddText(id.type);
    hashes.AddBytes(EncodeHash(id.hash));
  }
};

// The rows of a table that have the jobs' keys. Each key is looked up by itself (OFFSET 0 keeps the
// planner from making one join of it): of a table without statistics it would read all rows.
std::string RowsOf(absl::string_view table) {
  return absl::StrCat(
      "unnest($3::integer[], $4::text[], $5::bytea[]) AS k (k_epoch, k_type, k_hash)"
      " CROSS JOIN LATERAL (SELECT * FROM ",
      table,
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = k_epoch AND type = k_type"
      "  AND hash = k_hash OFFSET 0) AS row");
}

// A fact whose origin is still the number of its writer.
struct StoredFact {
  Fact fact;
  int32_t writer_id = 0;
};
using StoredFacts = std::map<JobId, std::vector<StoredFact>>;

JobId ReadId(const pqxx::row& row) {
  return {row[0].as<int32_t>(), row[1].as<std::string>(), DecodeHash(ToBytes(row[2]))};
}

constexpr int kFirstFactColumn = 4;  // after the key and fact_rows

std::string SelectJobs() {
  return absl::StrCat("SELECT epoch, type, hash, fact_rows, ", CompactColumns(), " FROM ");
}

constexpr char kSelectFacts[] =
    "SELECT epoch, type, hash, at, kind, attempt, will_retry, detail, writer_id, line_offset"
    " FROM ";

// Takes the facts that are columns of a job's row.
void TakeCompactFacts(const pqxx::row& row, std::vector<StoredFact>& facts) {
  int column = kFirstFactColumn;
  for (const CompactKind& compact : kCompactKinds) {
    if (!row[column].is_null()) {
      StoredFact stored;
      stored.fact.kind = compact.kind;
      stored.fact.attempt = compact.attempt;
      stored.fact.at = row[column].as<int64_t>();
      stored.fact.origin.offset = row[column + 1].as<int64_t>();
      stored.writer_id = row[column + 2].as<int32_t>();
      facts.push_back(std::move(stored));
    }
    column += 3;
  }
}

void TakeFactRow(const pqxx::row& row, StoredFacts& facts) {
  const auto kind = ParseFactKind(row[4].as<std::string>());
  // A kind that a newer version wrote: it belongs to a projection that this one does not read.
  if (!kind) return;
  StoredFact stored;
  stored.fact.at = row[3].as<int64_t>();
  stored.fact.kind = *kind;
  stored.fact.attempt = row[5].as<int32_t>();
  if (!row[6].is_null()) stored.fact.will_retry = row[6].as<bool>();
  stored.fact.detail = row[7].as<std::string>();
  stored.writer_id = row[8].as<int32_t>();
  stored.fact.origin.offset = row[9].as<int64_t>();
  facts[ReadId(row)].push_back(std::move(stored));
}

struct Writer {
  int64_t stream_id = 0;
  std::string machine;
  std::string process;
};

std::map<int32_t, Writer> ReadWriters(pqxx::transaction_base& tx, ProverId prover_id,
                                      const std::set<int32_t>& ids) {
  Array array;
  for (const int32_t id : ids) array.Add(int64_t{id});
  std::map<int32_t, Writer> writers;
  const auto rows = tx.exec_params(
      "SELECT writer_id, stream_id, machine, process FROM writer"
      " JOIN stream USING (prover_id, stream_id)"
      " WHERE prover_id = $1 AND writer_id = ANY ($2::integer[])",
      prover_id, array.Finish());
  for (const auto& row : rows) {
    writers[row[0].as<int32_t>()] = {row[1].as<int64_t>(), row[2].as<std::string>(),
                                     row[3].as<std::string>()};
  }
  return writers;
}

std::set<int32_t> WriterIdsOf(const StoredFacts& stored) {
  std::set<int32_t> ids;
  for (const auto& [id, facts] : stored) {
    for (const StoredFact& fact : facts) ids.insert(fact.writer_id);
  }
  return ids;
}

// The facts of both kinds of rows, with their origins.
FactsByJob Collect(pqxx::transaction_base& tx, ProverId prover_id, const pqxx::result& job_rows,
                   const pqxx::result& fact_rows) {
  StoredFacts stored;
  for (const auto& row : job_rows) TakeCompactFacts(row, stored[ReadId(row)]);
  for (const auto& row : fact_rows) TakeFactRow(row, stored);
  const std::map<int32_t, Writer> writers = ReadWriters(tx, prover_id, WriterIdsOf(stored));

  FactsByJob facts_by_job;
  for (auto& [id, facts] : stored) {
    std::vector<Fact>& resolved = facts_by_job[id];
    for (StoredFact& fact : facts) {
      const Writer& writer = writers.at(fact.writer_id);
      fact.fact.origin.machine = writer.machine;
      fact.fact.origin.process = writer.process;
      fact.fact.origin.stream_id = writer.stream_id;
      resolved.push_back(std::move(fact.fact));
    }
    std::sort(resolved.begin(), resolved.end(), FactOrder);
  }
  return facts_by_job;
}

bool AnyFactRows(const pqxx::result& job_rows) {
  return std::any_of(job_rows.begin(), job_rows.end(),
                     [](const pqxx::row& row) { return row[3].as<bool>(); });
}

using WriterIds = std::map<std::pair<int64_t, std::string>, int32_t>;

// The numbers of all writers of the jobs' facts; those that are new get one.
WriterIds FindOrAddWriters(pqxx::transaction_base& tx, ProverId prover_id,
                           const std::vector<Job>& jobs) {
  std::set<std::pair<int64_t, std::string>> wanted;
  for (const Job& job : jobs) {
    for (const Fact& fact : job.facts) {
      wanted.emplace(fact.origin.stream_id, fact.origin.process);
    }
  }
  Array streams;
  Array processes;
  for (const auto& [stream_id, process] : wanted) {
    streams.Add(stream_id);
    processes.AddText(process);
  }
  const std::string stream_array = streams.Finish();
  const std::string process_array = processes.Finish();
  // Only what is missing is inserted: an insert that conflicts would use up a number.
  tx.exec_params(
      "INSERT INTO writer (prover_id, stream_id, process)"
      " SELECT $1, stream_id, process"
      " FROM unnest($2::bigint[], $3::text[]) AS n (stream_id, process)"
      " WHERE NOT EXISTS (SELECT FROM writer w WHERE w.prover_id = $1"
      "   AND w.stream_id = n.stream_id AND w.process = n.process)"
      // Another projection's worker may add the same one.
      " ORDER BY stream_id, process ON CONFLICT DO NOTHING",
      prover_id, stream_array, process_array);
  WriterIds ids;
  const auto rows = tx.exec_params(
      "SELECT writer_id, stream_id, process FROM writer"
      " JOIN unnest($2::bigint[], $3::text[]) AS n (stream_id, process) USING (stream_id, process)"
      " WHERE prover_id = $1",
      prover_id, stream_array, process_array);
  for (const auto& row : rows) {
    ids[{row[1].as<int64_t>(), row[2].as<std::string>()}] = row[0].as<int32_t>();
  }
  return ids;
}

int32_t WriterOf(const Fact& fact, const WriterIds& writers) {
  return writers.at({fact.origin.stream_id, fact.origin.process});
}

// The columns of job, one array each.
struct JobArrays {
  KeyArrays keys;
  Array counted, states, enqueued, started, attempts, retries, timeouts, first_at, last_at;
  Array asked_for_at, fact_rows;
  struct CompactArrays {
    Array at, offset, writer;
  };
  std::array<CompactArrays, kCompactKinds.size()> compact;

  void Add(const Job& job, const WriterIds& writers) {
    keys.Add(job.id);
    counted.Add(job.exists);
    states.AddText(JobStateName(job.state));
    enqueued.Add(job.was_enqueued);
    started.Add(job.started_at.has_value());
    attempts.Add(int64_t{job.attempt_count});
    retries.Add(int64_t{job.retries});
    timeouts.Add(int64_t{job.timeouts});
    first_at.Add(job.first_at);
    last_at.Add(job.last_at);
    asked_for_at.Add(job.asked_for_at);
    const bool is_compact = IsCompact(job.facts);
    fact_rows.Add(!is_compact);
    for (size_t i = 0; i < kCompactKinds.size(); ++i) {
      const auto fact = std::find_if(job.facts.begin(), job.facts.end(), [&](const Fact& f) {
        return f.kind == kCompactKinds[i].kind;
      });
      if (is_compact && fact != job.facts.end()) {
        compact[i].at.Add(fact->at);
        compact[i].offset.Add(fact->origin.offset);
        compact[i].writer.Add(int64_t{WriterOf(*fact, writers)});
      } else {
        compact[i].at.AddNull();
        compact[i].offset.AddNull();
        compact[i].writer.AddNull();
      }
    }
  }
};

constexpr int kJobFixedColumns = 14;  // the key and the derived columns

constexpr char kJobFixedNames[] =
    "epoch, type, hash, counted, state, enqueued, started, attempts, retries, timeouts, first_at,"
    " last_at, asked_for_at, fact_rows";

// INSERT of all columns from one array each; an existing row takes the new values, which are
// derived from all its facts.
std::string UpsertJobsSql() {
  const std::string columns = absl::StrCat(kJobFixedNames, ", ", CompactColumns());
  std::string arrays =
      "$3::integer[], $4::text[], $5::bytea[], $6::boolean[], $7::text[], $8::boolean[],"
      " $9::boolean[], $10::integer[], $11::integer[], $12::integer[], $13::bigint[],"
      " $14::bigint[], $15::bigint[], $16::boolean[]";
  int parameter = 3 + kJobFixedColumns;
  for (size_t i = 0; i < kCompactKinds.size(); ++i, parameter += 3) {
    absl::StrAppend(&arrays, ", $", parameter, "::bigint[], $", parameter + 1, "::bigint[], $",
                    parameter + 2, "::integer[]");
  }
  std::string updates =
      "counted = excluded.counted, state = excluded.state, enqueued = excluded.enqueued,"
      " started = excluded.started, attempts = excluded.attempts, retries = excluded.retries,"
      " timeouts = excluded.timeouts, first_at = excluded.first_at, last_at = excluded.last_at,"
      " asked_for_at = excluded.asked_for_at,"
      " fact_rows = excluded.fact_rows";
  for (const CompactKind& compact : kCompactKinds) {
    for (const absl::string_view part : {"_at", "_offset", "_writer"}) {
      const std::string column = absl::StrCat(FactKindName(compact.kind), part);
      absl::StrAppend(&updates, ", ", column, " = excluded.", column);
    }
  }
  return absl::StrCat("INSERT INTO job (prover_id, projection_id, ", columns, ") SELECT $1, $2, ",
                      columns, " FROM unnest(", arrays, ") AS n (", columns,
                      ") ON CONFLICT (prover_id, projection_id, epoch, type, hash) DO UPDATE SET ",
                      updates);
}

void UpsertJobRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                   const std::vector<Job>& jobs, const WriterIds& writers) {
  static const auto* const kSql = new std::string(UpsertJobsSql());
  JobArrays a;
  for (const Job& job : jobs) a.Add(job, writers);
  std::vector<std::string> parameters;
  for (Array* array : {&a.keys.epochs, &a.keys.types, &a.keys.hashes, &a.counted, &a.states,
                       &a.enqueued, &a.started, &a.attempts, &a.retries, &a.timeouts, &a.first_at,
                       &a.last_at, &a.asked_for_at, &a.fact_rows}) {
    parameters.push_back(array->Finish());
  }
  for (JobArrays::CompactArrays& compact : a.compact) {
    for (Array* array : {&compact.at, &compact.offset, &compact.writer}) {
      parameters.push_back(array->Finish());
    }
  }
  tx.exec_params(*kSql, key.prover_id, key.projection_id,
                 pqxx::prepare::make_dynamic_params(parameters));
}

void UpsertFactRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                    const std::vector<Job>& jobs, const WriterIds& writers) {
  KeyArrays keys;
  Array at, kinds, attempts, will_retry, details, writer_ids, offsets;
  bool any = false;
  for (const Job& job : jobs) {
    if (IsCompact(job.facts)) continue;
    for (const Fact& fact : job.facts) {
      any = true;
      keys.Add(job.id);
      at.Add(fact.at);
      kinds.AddText(FactKindName(fact.kind));
      attempts.Add(int64_t{fact.attempt});
      will_retry.Add(fact.will_retry);
      details.AddText(fact.detail);
      writer_ids.Add(int64_t{WriterOf(fact, writers)});
      offsets.Add(fact.origin.offset);
    }
  }
  if (!any) return;
  tx.exec_params(
      "INSERT INTO job_fact (prover_id, projection_id, epoch, type, hash, at, kind, attempt,"
      " will_retry, detail, writer_id, line_offset)"
      " SELECT $1, $2, * FROM unnest($3::integer[], $4::text[], $5::bytea[], $6::bigint[],"
      " $7::text[], $8::integer[], $9::boolean[], $10::text[], $11::integer[], $12::bigint[])"
      " ON CONFLICT (prover_id, projection_id, epoch, type, hash, at, kind, attempt) DO UPDATE SET"
      " will_retry = excluded.will_retry, detail = excluded.detail,"
      " writer_id = excluded.writer_id, line_offset = excluded.line_offset"
      " WHERE (job_fact.will_retry, job_fact.detail, job_fact.writer_id, job_fact.line_offset)"
      " IS DISTINCT FROM"
      " (excluded.will_retry, excluded.detail, excluded.writer_id, excluded.line_offset)",
      key.prover_id, key.projection_id, keys.epochs.Finish(), keys.types.Finish(),
      keys.hashes.Finish(), at.Finish(), kinds.Finish(), attempts.Finish(), will_retry.Finish(),
      details.Finish(), writer_ids.Finish(), offsets.Finish());
}

absl::Status CheckLimit(const pqxx::result& rows, int64_t limit, absl::string_view what) {
  if (static_cast<int64_t>(rows.size()) <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("there are more than ", limit, " ", what, ", too many for one answer"));
}

}  // namespace

absl::StatusOr<FactsByJob> ReadFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                     const std::vector<JobId>& jobs, int64_t max_facts) {
  if (jobs.empty()) return FactsByJob{};
  KeyArrays keys;
  for (const JobId& id : jobs) keys.Add(id);
  const std::string epochs = keys.epochs.Finish();
  const std::string types = keys.types.Finish();
  const std::string hashes = keys.hashes.Finish();
  const auto job_rows = tx.exec_params(absl::StrCat(SelectJobs(), RowsOf("job")), key.prover_id,
                                       key.projection_id, epochs, types, hashes);
  pqxx::result fact_rows;
  if (AnyFactRows(job_rows)) {
    fact_rows =
        tx.exec_params(absl::StrCat(kSelectFacts, RowsOf("job_fact"), " LIMIT $6"), key.prover_id,
                       key.projection_id, epochs, types, hashes, max_facts + 1);
    if (auto status = CheckLimit(fact_rows, max_facts, "facts"); !status.ok()) return status;
  }
  return Collect(tx, key.prover_id, job_rows, fact_rows);
}

absl::StatusOr<FactsByJob> ReadEpochFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                          int32_t epoch, const RowLimits& limits) {
  constexpr char kWhere[] = "WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3 LIMIT $4";
  const auto job_rows = tx.exec_params(absl::StrCat(SelectJobs(), "job ", kWhere), key.prover_id,
                                       key.projection_id, epoch, limits.jobs + 1);
  if (auto status = CheckLimit(job_rows, limits.jobs, "jobs"); !status.ok()) return status;
  pqxx::result fact_rows;
  if (AnyFactRows(job_rows)) {
    fact_rows = tx.exec_params(absl::StrCat(kSelectFacts, "job_fact ", kWhere), key.prover_id,
                               key.projection_id, epoch, limits.facts + 1);
    if (auto status = CheckLimit(fact_rows, limits.facts, "facts"); !status.ok()) return status;
  }
  return Collect(tx, key.prover_id, job_rows, fact_rows);
}

void WriteJobs(pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<Job>& jobs) {
  if (jobs.empty()) return;
  const WriterIds writers = FindOrAddWriters(tx, key.prover_id, jobs);
  UpsertJobRows(tx, key, jobs, writers);
  UpsertFactRows(tx, key, jobs, writers);
}

}  // namespace proverlog::postgres
