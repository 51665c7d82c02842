#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "storage/postgres/array.h"
#include "storage/postgres/compact_job.h"
#include "storage/postgres/copy_rows.h"
#include "storage/postgres/job_rows.h"
#include "storage/postgres/key_arrays.h"

namespace proverlog::postgres {
namespace {

// A stream's number and a process's name, which points into a fact.
using WriterName = std::pair<int64_t, absl::string_view>;
using WriterIds = absl::flat_hash_map<WriterName, int32_t>;

WriterName WriterOf(const Fact& fact) { return {fact.origin.stream_id, fact.origin.process}; }

// The numbers of all writers of the jobs' facts; those that are new get one.
WriterIds FindOrAddWriters(pqxx::transaction_base& tx, ProverId prover_id,
                           const std::vector<Job>& jobs) {
  WriterIds ids;
  for (const Job& job : jobs) {
    for (const Fact& fact : job.facts) ids.try_emplace(WriterOf(fact));
  }
  Array streams;
  Array processes;
  for (const auto& [writer, id] : ids) {
    streams.Add(writer.first);
    processes.AddText(writer.second);
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
  const auto rows = tx.exec_params(
      "SELECT writer_id, stream_id, process FROM writer"
      " JOIN unnest($2::bigint[], $3::text[]) AS n (stream_id, process) USING (stream_id, process)"
      " WHERE prover_id = $1",
      prover_id, stream_array, process_array);
  for (const auto& row : rows) {
    ids.at({row[1].as<int64_t>(), row[2].c_str()}) = row[0].as<int32_t>();
  }
  return ids;
}

// The columns of job, but for the projection's.
const std::vector<std::string>& JobColumns() {
  static const auto* const kColumns = new std::vector<std::string>(absl::StrSplit(
      absl::StrCat("epoch, type, hash, counted, state, enqueued, started, attempts, retries,"
                   " timeouts, first_at, last_at, asked_for_at, fact_rows, ",
                   CompactColumns()),
      ", "));
  return *kColumns;
}

constexpr std::array<const char*, 14> kFixedTypes = {
    "integer", "text",    "bytea",   "boolean", "text",   "boolean", "boolean",
    "integer", "integer", "integer", "bigint",  "bigint", "bigint",  "boolean"};
constexpr std::array<const char*, 3> kCompactTypes = {"bigint", "bigint", "integer"};
constexpr size_t kKeyColumns = 3;

const char* TypeOfColumn(size_t column) {
  if (column < kFixedTypes.size()) return kFixedTypes[column];
  return kCompactTypes[(column - kFixedTypes.size()) % kCompactTypes.size()];
}

// Rows as one array a column, with the interface of CopyRows.
class ArrayRows {
 public:
  explicit ArrayRows(size_t columns) : arrays_(columns) {}

  void Add(std::optional<int64_t> value) { Next().Add(value); }
  void AddBool(std::optional<bool> value) { Next().Add(value); }
  void AddText(absl::string_view value) { Next().AddText(value); }
  void AddBytes(absl::string_view value) { Next().AddBytes(value); }
  void AddNull() { Next().AddNull(); }
  void EndRow() { column_ = 0; }

  std::vector<std::string> Finish() {
    std::vector<std::string> parameters;
    for (Array& array : arrays_) parameters.push_back(array.Finish());
    return parameters;
  }

 private:
  Array& Next() { return arrays_[column_++]; }

  std::vector<Array> arrays_;
  size_t column_ = 0;
};

// The job's values of JobColumns.
template <typename Rows>
void AddJob(const Job& job, const WriterIds& writers, Rows& rows) {
  rows.Add(job.id.epoch);
  rows.AddText(job.id.type);
  rows.AddBytes(EncodeHash(job.id.hash));
  rows.AddBool(job.exists);
  rows.AddText(JobStateName(job.state));
  rows.AddBool(job.was_enqueued);
  rows.AddBool(job.started_at.has_value());
  rows.Add(job.attempt_count);
  rows.Add(job.retries);
  rows.Add(job.timeouts);
  rows.Add(job.first_at);
  rows.Add(job.last_at);
  rows.Add(job.asked_for_at);
  const bool is_compact = IsCompact(job.facts);
  rows.AddBool(!is_compact);
  for (const CompactKind& compact : kCompactKinds) {
    const auto fact = std::find_if(job.facts.begin(), job.facts.end(), [&](const Fact& candidate) {
      return candidate.kind == compact.kind;
    });
    if (is_compact && fact != job.facts.end()) {
      rows.Add(fact->at);
      rows.Add(fact->origin.offset);
      rows.Add(writers.at(WriterOf(*fact)));
    } else {
      for (size_t i = 0; i < kCompactTypes.size(); ++i) rows.AddNull();
    }
  }
}

void CopyJobRows(pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<Job>& jobs,
                 const WriterIds& writers) {
  std::vector<std::string> columns = {"prover_id", "projection_id"};
  columns.insert(columns.end(), JobColumns().begin(), JobColumns().end());
  CopyRows rows(tx, "job", columns);
  for (const Job& job : jobs) {
    rows.Add(key.prover_id);
    rows.Add(key.projection_id);
    AddJob(job, writers, rows);
    rows.EndRow();
  }
  rows.Finish();
}

// New values for all columns, which are derived from all facts, from one array each. The rows are
// there; as an UPDATE it would read all rows of a table without statistics.
std::string UpdateJobsSql() {
  const std::vector<std::string>& columns = JobColumns();
  const std::string names = absl::StrJoin(columns, ", ");
  std::string arrays;
  std::string updates;
  for (size_t i = 0; i < columns.size(); ++i) {
    absl::StrAppend(&arrays, i > 0 ? ", $" : "$", i + 3, "::", TypeOfColumn(i), "[]");
    if (i < kKeyColumns) continue;
    absl::StrAppend(&updates, i > kKeyColumns ? ", " : "", columns[i], " = excluded.", columns[i]);
  }
  return absl::StrCat("INSERT INTO job (prover_id, projection_id, ", names, ") SELECT $1, $2, ",
                      names, " FROM unnest(", arrays, ") AS n (", names,
                      ") ON CONFLICT (prover_id, projection_id, epoch, type, hash) DO UPDATE SET ",
                      updates);
}

void UpdateJobRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                   const std::vector<Job>& jobs, const WriterIds& writers) {
  static const auto* const kSql = new std::string(UpdateJobsSql());
  ArrayRows rows(JobColumns().size());
  for (const Job& job : jobs) {
    AddJob(job, writers, rows);
    rows.EndRow();
  }
  tx.exec_params(*kSql, key.prover_id, key.projection_id,
                 pqxx::prepare::make_dynamic_params(rows.Finish()));
}

void CopyFactRows(pqxx::transaction_base& tx, const ProjectionKey& key,
                  const std::vector<Job>& jobs, const WriterIds& writers) {
  const auto is_compact = [](const Job& job) { return IsCompact(job.facts); };
  if (std::all_of(jobs.begin(), jobs.end(), is_compact)) return;
  CopyRows rows(tx, "job_fact",
                {"prover_id", "projection_id", "epoch", "type", "hash", "at", "kind", "attempt",
                 "will_retry", "detail", "writer_id", "line_offset"});
  for (const Job& job : jobs) {
    if (is_compact(job)) continue;
    for (const Fact& fact : job.facts) {
      rows.Add(key.prover_id);
      rows.Add(key.projection_id);
      rows.Add(job.id.epoch);
      rows.AddText(job.id.type);
      rows.AddBytes(EncodeHash(job.id.hash));
      rows.Add(fact.at);
      rows.AddText(FactKindName(fact.kind));
      rows.Add(fact.attempt);
      rows.AddBool(fact.will_retry);
      rows.AddText(fact.detail);
      rows.Add(writers.at(WriterOf(fact)));
      rows.Add(fact.origin.offset);
      rows.EndRow();
    }
  }
  rows.Finish();
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
      writer_ids.Add(int64_t{writers.at(WriterOf(fact))});
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

}  // namespace

void AddJobs(pqxx::transaction_base& tx, const ProjectionKey& key, const std::vector<Job>& jobs) {
  if (jobs.empty()) return;
  const WriterIds writers = FindOrAddWriters(tx, key.prover_id, jobs);
  CopyJobRows(tx, key, jobs, writers);
  CopyFactRows(tx, key, jobs, writers);
}

void UpdateJobs(pqxx::transaction_base& tx, const ProjectionKey& key,
                const std::vector<Job>& jobs) {
  if (jobs.empty()) return;
  const WriterIds writers = FindOrAddWriters(tx, key.prover_id, jobs);
  UpdateJobRows(tx, key, jobs, writers);
  UpsertFactRows(tx, key, jobs, writers);
}

}  // namespace proverlog::postgres
