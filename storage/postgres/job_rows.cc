#include "storage/postgres/job_rows.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/postgres/compact_job.h"
#include "storage/postgres/fields.h"
#include "storage/postgres/hash_key.h"
#include "storage/postgres/key_arrays.h"

namespace proverlog::postgres {
namespace {

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

JobId ReadId(const pqxx::row& row) {
  return {row[0].as<int32_t>(), row[1].as<std::string>(), ReadHash(row[2].c_str())};
}

// The compact columns come as one array: each field that libpqxx hands out costs more than reading
// all the numbers. The key's order is that of the map into which the rows are read.
std::string SelectJobs() {
  return absl::StrCat("SELECT epoch, type, hash, fact_rows, ARRAY[", CompactColumns(),
                      "]::text FROM ");
}
constexpr char kInOrder[] = " ORDER BY type, hash";

constexpr char kSelectFacts[] =
    "SELECT epoch, type, hash, at, kind, attempt, will_retry, detail, writer_id, line_offset"
    " FROM ";

// Takes the facts that are columns of a job's row, of the text of their array. Their origins'
// stream is still the number of their writer.
void TakeCompactFacts(absl::string_view array, std::vector<Fact>& facts) {
  array.remove_prefix(1);  // {
  const auto take = [&array]() -> std::optional<int64_t> {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(array.data(), array.data() + array.size(), number);
    constexpr absl::string_view kNull = "NULL";
    const bool is_null = error != std::errc();
    array.remove_prefix(1 + (is_null ? kNull.size() : static_cast<size_t>(end - array.data())));
    return is_null ? std::nullopt : std::optional(number);
  };
  for (const CompactKind& compact : kCompactKinds) {
    const auto at = take();
    const auto offset = take();
    const auto writer_id = take();
    if (!at) continue;
    Fact& fact = facts.emplace_back();
    fact.kind = compact.kind;
    fact.attempt = compact.attempt;
    fact.at = *at;
    fact.origin.offset = offset.value_or(0);
    fact.origin.stream_id = writer_id.value_or(0);
  }
}

// As TakeCompactFacts, of a row of job_fact.
void TakeFactRow(const pqxx::row& row, FactsByJob& facts) {
  const auto kind = ParseFactKind(row[4].as<std::string>());
  // A kind that a newer version wrote: it belongs to a projection that this one does not read.
  if (!kind) return;
  Fact& fact = facts[ReadId(row)].emplace_back();
  fact.at = row[3].as<int64_t>();
  fact.kind = *kind;
  fact.attempt = row[5].as<int32_t>();
  if (!row[6].is_null()) fact.will_retry = row[6].as<bool>();
  fact.detail = row[7].as<std::string>();
  fact.origin.stream_id = row[8].as<int32_t>();
  fact.origin.offset = row[9].as<int64_t>();
}

struct Writer {
  int64_t stream_id = 0;
  std::string machine;
  std::string process;
};

using Writers = std::unordered_map<int64_t, Writer>;  // by number

Writers ReadWriters(pqxx::transaction_base& tx, ProverId prover_id, const FactsByJob& facts) {
  Writers writers;
  Array ids;
  for (const auto& [id, facts_of_job] : facts) {
    for (const Fact& fact : facts_of_job) {
      const int64_t writer_id = fact.origin.stream_id;
      if (writers.try_emplace(writer_id).second) ids.Add(writer_id);
    }
  }
  const auto rows = tx.exec_params(
      "SELECT writer_id, stream_id, machine, process FROM writer"
      " JOIN stream USING (prover_id, stream_id)"
      " WHERE prover_id = $1 AND writer_id = ANY ($2::integer[])",
      prover_id, ids.Finish());
  for (const auto& row : rows) {
    writers[row[0].as<int64_t>()] = {row[1].as<int64_t>(), row[2].as<std::string>(),
                                     row[3].as<std::string>()};
  }
  return writers;
}

// The facts of both kinds of rows, with their origins.
FactsByJob Collect(pqxx::transaction_base& tx, ProverId prover_id, const pqxx::result& job_rows,
                   const pqxx::result& fact_rows) {
  FactsByJob facts;
  for (const auto& row : job_rows) {
    const auto job = facts.try_emplace(facts.end(), ReadId(row));
    TakeCompactFacts(row[4].c_str(), job->second);
  }
  for (const auto& row : fact_rows) TakeFactRow(row, facts);
  const Writers writers = ReadWriters(tx, prover_id, facts);
  for (auto& [id, facts_of_job] : facts) {
    for (Fact& fact : facts_of_job) {
      const Writer& writer = writers.at(fact.origin.stream_id);
      fact.origin.machine = writer.machine;
      fact.origin.process = writer.process;
      fact.origin.stream_id = writer.stream_id;
    }
    std::sort(facts_of_job.begin(), facts_of_job.end(), FactOrder);
  }
  return facts;
}

bool HasFactRows(const pqxx::row& job_row) { return job_row[3].as<bool>(); }

absl::Status CheckLimit(const pqxx::result& rows, int64_t limit, absl::string_view what) {
  if (static_cast<int64_t>(rows.size()) <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("there are more than ", limit, " ", what, ", too many for one answer"));
}

}  // namespace

std::set<int32_t> SelectEpochsWithJobs(pqxx::transaction_base& tx, const ProjectionKey& key,
                                       const std::set<int32_t>& epochs) {
  Array numbers;
  for (const int32_t epoch : epochs) numbers.Add(int64_t{epoch});
  // In the order of the key, so that the first row is looked up: of an epoch without jobs all rows
  // of the table would be read to find none.
  const auto rows = tx.exec_params(
      "SELECT e FROM unnest($3::integer[]) AS e CROSS JOIN LATERAL (SELECT FROM job"
      " WHERE prover_id = $1 AND projection_id = $2 AND epoch = e ORDER BY type, hash LIMIT 1)"
      " AS first",
      key.prover_id, key.projection_id, numbers.Finish());
  std::set<int32_t> with_jobs;
  for (const auto& row : rows) with_jobs.insert(row[0].as<int32_t>());
  return with_jobs;
}

absl::StatusOr<FactsByJob> ReadFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                     const std::vector<JobId>& jobs, int64_t max_facts) {
  if (jobs.empty()) return FactsByJob{};
  KeyArrays keys;
  for (const JobId& id : jobs) keys.Add(id);
  const auto job_rows =
      tx.exec_params(absl::StrCat(SelectJobs(), RowsOf("job")), key.prover_id, key.projection_id,
                     keys.epochs.Finish(), keys.types.Finish(), keys.hashes.Finish());
  KeyArrays with_rows;
  bool any = false;
  for (const auto& row : job_rows) {
    if (!HasFactRows(row)) continue;
    with_rows.Add(ReadId(row));
    any = true;
  }
  pqxx::result fact_rows;
  if (any) {
    fact_rows = tx.exec_params(absl::StrCat(kSelectFacts, RowsOf("job_fact"), " LIMIT $6"),
                               key.prover_id, key.projection_id, with_rows.epochs.Finish(),
                               with_rows.types.Finish(), with_rows.hashes.Finish(), max_facts + 1);
    if (auto status = CheckLimit(fact_rows, max_facts, "facts"); !status.ok()) return status;
  }
  return Collect(tx, key.prover_id, job_rows, fact_rows);
}

absl::StatusOr<FactsByJob> ReadEpochFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                          int32_t epoch, const RowLimits& limits) {
  constexpr char kWhere[] = "WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3";
  constexpr char kLimit[] = " LIMIT $4";
  const auto job_rows = tx.exec_params(absl::StrCat(SelectJobs(), "job ", kWhere, kInOrder, kLimit),
                                       key.prover_id, key.projection_id, epoch, limits.jobs + 1);
  if (auto status = CheckLimit(job_rows, limits.jobs, "jobs"); !status.ok()) return status;
  pqxx::result fact_rows;
  if (std::any_of(job_rows.begin(), job_rows.end(), HasFactRows)) {
    fact_rows = tx.exec_params(absl::StrCat(kSelectFacts, "job_fact ", kWhere, kLimit),
                               key.prover_id, key.projection_id, epoch, limits.facts + 1);
    if (auto status = CheckLimit(fact_rows, limits.facts, "facts"); !status.ok()) return status;
  }
  return Collect(tx, key.prover_id, job_rows, fact_rows);
}

absl::StatusOr<LatestFacts> ReadLatestFacts(pqxx::transaction_base& tx, const ProjectionKey& key,
                                            int32_t epoch, int64_t position,
                                            const RowLimits& limits) {
  constexpr char kWhere[] = "WHERE prover_id = $1 AND projection_id = $2 AND epoch = $3";
  // Written by an earlier transaction. A number that went round once more is taken for a later one.
  constexpr char kIsOther[] = "(counted AND NOT fact_rows AND age(xmin) > age($4::xid8::xid))";
  const auto job_rows = tx.exec_params(
      absl::StrCat(SelectJobs(), "job ", kWhere, " AND ", kIsOther, " IS NOT TRUE LIMIT $5"),
      key.prover_id, key.projection_id, epoch, absl::StrCat(position), limits.jobs + 1);
  if (auto status = CheckLimit(job_rows, limits.jobs, "jobs"); !status.ok()) return status;
  pqxx::result fact_rows;
  if (std::any_of(job_rows.begin(), job_rows.end(), HasFactRows)) {
    fact_rows = tx.exec_params(absl::StrCat(kSelectFacts, "job_fact ", kWhere, " LIMIT $4"),
                               key.prover_id, key.projection_id, epoch, limits.facts + 1);
    if (auto status = CheckLimit(fact_rows, limits.facts, "facts"); !status.ok()) return status;
  }
  LatestFacts latest;
  latest.facts = Collect(tx, key.prover_id, job_rows, fact_rows);
  std::string instants;
  for (const CompactKind& compact : kCompactKinds) {
    absl::StrAppend(&instants, instants.empty() ? "" : ", ", FactKindName(compact.kind), "_at");
  }
  const auto counts =
      tx.exec_params1(absl::StrCat("SELECT count(*), coalesce(sum(num_nonnulls(", instants,
                                   ")), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                                   " FROM job ",
                                   kWhere, " AND ", kIsOther),
                      key.prover_id, key.projection_id, epoch, absl::StrCat(position));
  latest.others = counts[0].as<int64_t>();
  latest.facts_of_others = counts[1].as<int64_t>();
  latest.position = counts[2].as<int64_t>();
  return latest;
}

}  // namespace proverlog::postgres
