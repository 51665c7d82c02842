#include "tests/testing_util/service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <pqxx/pqxx>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "codec/sha256.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog::testing_util {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kHttpReady = "HTTP listens on ";
constexpr absl::string_view kReady = "gRPC listens on ";

// What stands behind `words` in the log, up to a comma or the line's end.
std::string TextAfter(absl::string_view words, const std::string& log) {
  const size_t at = log.find(words.data(), 0, words.size());
  if (at == std::string::npos) return "";
  const size_t begin = at + words.size();
  return log.substr(begin, log.find_first_of(",\n", begin) - begin);
}

// A line of DIR/pg/postmaster.pid, counted from 1; its lines are fixed (miscadmin.h).
std::string PidFileLine(const std::string& data_dir, int number) {
  std::ifstream file(data_dir + "/pg/postmaster.pid");
  std::string line;
  for (int i = 0; i < number; ++i) std::getline(file, line);
  return line;
}

std::string DumpQuery(pqxx::work& tx, const std::string& sql) {
  std::string text;
  for (const auto& row : tx.exec(sql)) {
    for (const auto& field : row) {
      absl::StrAppend(&text, field.is_null() ? "-" : field.as<std::string>(), " ");
    }
    text += "\n";
  }
  return text;
}

std::string DumpStreams(pqxx::work& tx, const std::string& conninfo) {
  auto pool = postgres::ConnectionPool::Create({.database = conninfo});
  postgres::ArchiveStore archive(pool->get());
  std::vector<std::string> lines;
  for (const auto& row : tx.exec(
           "SELECT prover_id, stream_id, name, machine, committed_offset FROM stream"
           " JOIN stream_position USING (prover_id, stream_id) JOIN prover USING (prover_id)")) {
    const auto size = row[4].as<int64_t>();
    const auto bytes = ReadRange(archive, {row[0].as<ProverId>(), row[1].as<int64_t>()}, 0, size);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(bytes->size(), static_cast<size_t>(size));
    lines.push_back(absl::StrCat(row[2].as<std::string>(), " ", row[3].as<std::string>(), " ", size,
                                 " ", absl::BytesToHexString(Sha256(*bytes)), "\n"));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace

Service::Service(const std::string& database, std::vector<std::string> flags,
                 const std::string& listen, const std::string& program) {
  std::vector<std::string> command = {program, database, "--listen=" + listen};
  const bool has_http = std::any_of(flags.begin(), flags.end(), [](const std::string& flag) {
    return absl::StartsWith(flag, "--http-listen=");
  });
  if (!has_http) command.emplace_back("--http-listen=127.0.0.1:0");
  command.insert(command.end(), flags.begin(), flags.end());
  process_ = std::make_unique<Process>(command);
  WaitUntil([this] { return absl::StrContains(process_->Err(), kReady) || !process_->IsRunning(); },
            "proverlogd is ready");
  EXPECT_TRUE(process_->IsRunning()) << process_->Err();
  const std::string log = process_->Err();
  http_address_ = TextAfter(kHttpReady, log);
  address_ = TextAfter(kReady, log);
}

std::vector<std::string> Service::ProverlogCommand(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin() + 1, {"--server", address_});
  arguments.insert(arguments.begin(), ProverlogPath());
  return arguments;
}

Finished Service::Proverlog(std::vector<std::string> arguments,
                            const std::string& stdin_path) const {
  return RunProgram(ProverlogCommand(std::move(arguments)), stdin_path);
}

pid_t PostgresOf(const std::string& data_dir) {
  int pid = 0;
  return absl::SimpleAtoi(PidFileLine(data_dir, 1), &pid) ? pid : 0;
}

std::string ConninfoOf(const std::string& data_dir) {
  return absl::StrCat("host=", PidFileLine(data_dir, 5), " user=proverlog dbname=postgres");
}

std::vector<pid_t> ProcessesIn(const std::string& data_dir) {
  std::vector<pid_t> pids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    int pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    if (fs::read_symlink(entry.path() / "cwd", error) == fs::path(data_dir + "/pg")) {
      pids.push_back(pid);
    }
  }
  return pids;
}

std::string CanonicalDump(const std::string& conninfo) {
  pqxx::connection connection(conninfo);
  pqxx::work tx(connection);
  return absl::StrCat(
      DumpStreams(tx, conninfo),
      DumpQuery(tx,
                "SELECT prover, id, state, attempts, retries, timeouts, first_time, last_time"
                " FROM jobs ORDER BY prover, id"),
      DumpQuery(tx,
                "SELECT prover, id, time, kind, attempt, will_retry, detail, machine, process,"
                " line_offset FROM job_facts ORDER BY prover, id, time, kind, attempt"),
      DumpQuery(tx,
                "SELECT epoch, at, kind, fields, line_offset FROM event"
                " JOIN prover USING (prover_id, projection_id)"
                " ORDER BY prover_id, epoch, at, kind, fields_md5"),
      DumpQuery(tx,
                "SELECT p.name, s.machine, module, level, template, count, first_at, last_at,"
                " line_offset FROM unknown_message JOIN prover p USING (prover_id, projection_id)"
                " JOIN stream s USING (prover_id, stream_id)"
                " ORDER BY p.name, s.machine, module, level, template, first_at, last_at, count,"
                " line_offset"));
}

}  // namespace proverlog::testing_util
