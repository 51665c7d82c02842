// proverlogd as an operator runs it: how it starts, how it stops, and what it leaves behind.

#include "tests/testing_util/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/raw_call.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_util::Finished;
using testing_util::PostgresOf;
using testing_util::Process;
using testing_util::ProcessesIn;
using testing_util::ProverlogdPath;
using testing_util::RawCall;
using testing_util::RunProgram;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::TestDataPath;
using testing_util::WaitUntil;

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";  // HealthCheckResponse{status: SERVING}

class ServiceTest : public testing::Test {
 protected:
  std::string DataDir() const { return directory_.path() + "/data"; }
  std::string DataDirFlag() const { return "--data-dir=" + DataDir(); }

  void ExpectNothingLeftBehind() {
    WaitUntil([this] { return ProcessesIn(DataDir()).empty(); }, "PostgreSQL has stopped");
    EXPECT_FALSE(std::filesystem::exists(DataDir() + "/pg/postmaster.pid"));
  }

  static std::vector<std::string> Import() {
    return {"import", "--prover", "demo",       "--machine",
            "a",      "--date",   "2026-11-21", TestDataPath("samples/broker.log")};
  }

  TempDirectory directory_;
};

TEST_F(ServiceTest, StopsCleanlyAndKeepsWhatItHas) {
  {
    Service service(DataDirFlag());
    ASSERT_EQ(service.Proverlog(Import()).exit_code, 0);
    service.process().Kill(SIGTERM);
    EXPECT_EQ(service.process().Wait(), 0);
    EXPECT_THAT(service.process().Err(), HasSubstr("stopped"));
  }
  ExpectNothingLeftBehind();
  Service again(DataDirFlag());
  EXPECT_THAT(again.Proverlog({"epochs"}).out, HasSubstr("3055"));
}

TEST_F(ServiceTest, ASecondServiceOnTheSameDirectoryIsRefused) {
  Service service(DataDirFlag());
  const Finished second = RunProgram(
      {ProverlogdPath(), DataDirFlag(), "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("another proverlogd (process " +
                                    std::to_string(service.process().pid()) + ") uses"));
  EXPECT_EQ(service.Proverlog(Import()).exit_code, 0);  // the first one does not mind
}

TEST_F(ServiceTest, ASecondServiceOnTheSamePortIsRefused) {
  Service service(DataDirFlag());
  const Finished second =
      RunProgram({ProverlogdPath(), "--data-dir=" + directory_.path() + "/other",
                  "--listen=" + service.address(), "--http-listen=127.0.0.1:0"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("cannot listen on " + service.address()));
  EXPECT_THAT(ProcessesIn(directory_.path() + "/other"), IsEmpty());
}

TEST_F(ServiceTest, ItsPostgresStopsWhenTheServiceIsKilled) {
  Service service(DataDirFlag());
  ASSERT_THAT(ProcessesIn(DataDir()), testing::Not(IsEmpty()));
  service.process().Kill(SIGKILL);
  service.process().Wait();
  ExpectNothingLeftBehind();
}

TEST_F(ServiceTest, StartsAgainRightAfterItWasKilled) {
  Service service(DataDirFlag());
  service.process().Kill(SIGKILL);
  service.process().Wait();
  Service again(DataDirFlag());
  EXPECT_EQ(again.Proverlog(Import()).exit_code, 0);
}

TEST_F(ServiceTest, ItsPostgresIsStartedAgainWhenItIsKilled) {
  Service service(DataDirFlag());
  ASSERT_EQ(service.Proverlog(Import()).exit_code, 0);
  const pid_t first = PostgresOf(DataDir());
  kill(first, SIGKILL);
  WaitUntil([&] { return PostgresOf(DataDir()) != first && PostgresOf(DataDir()) != 0; },
            "PostgreSQL is started again");
  WaitUntil([&] { return service.Proverlog({"epochs"}).exit_code == 0; }, "the service answers");
  EXPECT_TRUE(service.process().IsRunning());
  service.process().Kill(SIGTERM);
  EXPECT_EQ(service.process().Wait(), 0);
  ExpectNothingLeftBehind();
}

// The keeper is PostgreSQL's parent.
pid_t ParentOf(pid_t pid) {
  const std::string stat = testing_util::ReadAll("/proc/" + std::to_string(pid) + "/stat");
  return std::stoi(stat.substr(stat.rfind(')') + 4));
}

TEST_F(ServiceTest, WithoutItsKeeperTheServiceEndsAndSoDoesPostgres) {
  Service service(DataDirFlag());
  kill(ParentOf(PostgresOf(DataDir())), SIGKILL);
  EXPECT_EQ(service.process().Wait(), 1);
  EXPECT_THAT(service.process().Err(), HasSubstr("the private PostgreSQL is gone"));
  ExpectNothingLeftBehind();
}

TEST_F(ServiceTest, APostgresThatWasLeftBehindIsStoppedAtTheNextStart) {
  Service service(DataDirFlag());
  const pid_t orphan = PostgresOf(DataDir());
  const pid_t keeper = ParentOf(orphan);
  // Stopped, it cannot react to its parent's death before the next service does.
  kill(orphan, SIGSTOP);
  kill(keeper, SIGKILL);
  service.process().Kill(SIGKILL);
  service.process().Wait();
  Process next(
      {ProverlogdPath(), DataDirFlag(), "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"});
  WaitUntil([&] { return next.Err().find("starting a private") != std::string::npos; }, "start");
  kill(orphan, SIGCONT);
  WaitUntil([&] { return next.Err().find("is ready") != std::string::npos; }, "ready");
  EXPECT_NE(PostgresOf(DataDir()), orphan);
}

TEST_F(ServiceTest, ASignalDuringTheStartEndsItAndLeavesNothingBehind) {
  // While the cluster is made (which then is to be made again), and while PostgreSQL starts.
  for (const int delay_ms : {0, 100, 200, 300, 400, 500}) {
    Process starting(
        {ProverlogdPath(), DataDirFlag(), "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"});
    WaitUntil([&] { return starting.Err().find("starting a private") != std::string::npos; },
              "it begins to start");
    absl::SleepFor(absl::Milliseconds(delay_ms));
    starting.Kill(SIGTERM);
    const int exit_code = starting.Wait();
    EXPECT_TRUE(exit_code == 128 + SIGTERM || (exit_code == 0 && delay_ms > 0))
        << exit_code << " after " << delay_ms << " ms: " << starting.Err();
    ExpectNothingLeftBehind();
  }
  Service service(DataDirFlag());
  EXPECT_EQ(service.Proverlog(Import()).exit_code, 0);
}

TEST_F(ServiceTest, AnswersTheStandardHealthCheck) {
  Service service(DataDirFlag());
  EXPECT_EQ(RawCall(service.address(), kHealthCheck, "").message, kServing);
}

TEST_F(ServiceTest, ServesReflectionOnlyWhenAsked) {
  constexpr char kMethod[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const std::string list_services = "\x3a\x01*";  // ServerReflectionRequest{list_services: "*"}
  {
    Service service(DataDirFlag());
    EXPECT_EQ(RawCall(service.address(), kMethod, list_services).status.error_code(),
              grpc::StatusCode::UNIMPLEMENTED);
    service.process().Kill(SIGTERM);
    service.process().Wait();
  }
  Service service(DataDirFlag(), {"--reflection"});
  const std::string services = RawCall(service.address(), kMethod, list_services).message;
  EXPECT_THAT(services, HasSubstr("proverlog.v1.QueryService"));
  EXPECT_THAT(services, HasSubstr("proverlog.v1.LogIngestService"));
}

TEST_F(ServiceTest, TheCommandLineIsChecked) {
  EXPECT_EQ(RunProgram({ProverlogdPath(), "--help"}).exit_code, 0);
  EXPECT_EQ(RunProgram({ProverlogdPath(), "--version"}).exit_code, 0);
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{},
                                             {"--nonsense"},
                                             {DataDirFlag(), "--database-url=postgresql://x"},
                                             {DataDirFlag(), "--keep-logs=30"},
                                             {DataDirFlag(), "--keep-jobs=0d"}}) {
    std::vector<std::string> command = {ProverlogdPath()};
    command.insert(command.end(), flags.begin(), flags.end());
    EXPECT_EQ(RunProgram(command).exit_code, 2);
  }
}

TEST_F(ServiceTest, CheckConfigSaysAllThatIsWrongOrWhatTheSettingsAre) {
  const std::string file = directory_.Write("f.toml", "listen = 'x'\nlistn = 'x'\n");
  const Finished wrong =
      RunProgram({ProverlogdPath(), "check-config", "--config", file, "--rules=/nowhere", "--x",
                  "--database-url=postgresql://me:hidden@127.0.0.1:1/x"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.err, "--x: there is no such flag\n" + file +
                           ":1: listen: \"x\" is not HOST:PORT with a port from 0 to 65535,"
                           " such as 10.0.0.5:7460 or [::1]:7460\n" +
                           file +
                           ":2: listn is no setting; did you mean \"listen\"?\n"
                           "/nowhere: the rules file cannot be read: No such file or directory\n");
  directory_.Write("f.toml", "listen = 'x:1'\n");
  setenv("PROVERLOG_PORT", "tcp://10.0.0.1:7460", 1);
  setenv("PROVERLOG_LISTN", "x", 1);
  const Finished right = RunProgram({ProverlogdPath(), "--config=" + file, "check-config",
                                     "--database-url=postgresql://me:hidden@127.0.0.1:1/x"});
  unsetenv("PROVERLOG_PORT");
  unsetenv("PROVERLOG_LISTN");
  EXPECT_EQ(right.exit_code, 0);
  EXPECT_EQ(right.err,
            "warning: PROVERLOG_LISTN is no setting of proverlogd; did you mean"
            " \"PROVERLOG_LISTEN\"?\n");
  EXPECT_THAT(right.out, HasSubstr(" " + file + ":1\n"));
  EXPECT_THAT(right.out, Not(HasSubstr("hidden")));
}

TEST_F(ServiceTest, ADatabaseThatCannotBeUsedIsTold) {
  const Finished gone = RunProgram({ProverlogdPath(), "--database-url=host=/nonexistent user=x"});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, HasSubstr("cannot connect to the database"));
  const Finished unreadable = RunProgram({ProverlogdPath(), "--database-url=nonsense=1"});
  EXPECT_EQ(unreadable.exit_code, 2);
  EXPECT_THAT(unreadable.err, HasSubstr("--database-url: the value is not a PostgreSQL URL"));
}

TEST_F(ServiceTest, ADirectoryThatCannotBeUsedIsTold) {
  const std::string file = directory_.Write("file", "");
  const Finished not_a_directory = RunProgram({ProverlogdPath(), "--data-dir=" + file + "/x"});
  EXPECT_EQ(not_a_directory.exit_code, 1);
  EXPECT_THAT(not_a_directory.err, HasSubstr("cannot use --data-dir"));

  const std::string foreign = directory_.path() + "/foreign";
  std::filesystem::create_directories(foreign + "/pg/something");
  const Finished not_a_cluster = RunProgram({ProverlogdPath(), "--data-dir=" + foreign});
  EXPECT_EQ(not_a_cluster.exit_code, 1);
  EXPECT_THAT(not_a_cluster.err, HasSubstr("is not a PostgreSQL cluster"));
}

TEST_F(ServiceTest, ADirectoryThatPostgresCannotEnterIsNamed) {
  if (geteuid() != 0) return;  // then PostgreSQL runs under our own account
  const std::string closed = directory_.path() + "/closed";
  std::filesystem::create_directory(closed);
  std::filesystem::permissions(closed, std::filesystem::perms{0700});
  const Finished finished = RunProgram({ProverlogdPath(), "--data-dir=" + closed + "/data"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("\"postgres\", which cannot enter " + closed));
}

TEST_F(ServiceTest, RulesWithMistakesAreRefusedBeforeAnythingIsStarted) {
  const std::string rules =
      directory_.Write("rules", "rules { rule: \"job_faild\" }\nreceivers { }");
  const Finished run = RunProgram({ProverlogdPath(), DataDirFlag(), "--rules=" + rules});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr(rules + ":1:9: rules.rule: \"job_faild\" is none; did you mean "
                                         "\"job_failed\"? There are "));
  EXPECT_THAT(run.err, HasSubstr("\n" + rules + ":2:1: receivers.url: there is no address; "));
  EXPECT_FALSE(std::filesystem::exists(DataDir()));
}

TEST_F(ServiceTest, ReceiversSecretsArePrintedNowhere) {
  directory_.Write("token", "hidden\n");
  setenv("ALERT_TEST_URL", "http://127.0.0.1:1/hidden", 1);
  const std::string rules = directory_.Write(
      "rules",
      "receivers { name: \"ops\" protocol: ALERT_PROTOCOL_WEBHOOK url_env: \"ALERT_TEST_URL\""
      " token_file: \"token\" at_least: ALERT_SEVERITY_INFO }");
  setenv("PROVERLOG_RULES", rules.c_str(), 1);
  EXPECT_THAT(RunProgram({ProverlogdPath(), "--help"}).out, Not(HasSubstr("hidden")));
  {
    Service service(DataDirFlag());
    pqxx::connection connection(testing_util::ConninfoOf(DataDir()));
    pqxx::work tx(connection);
    tx.exec(
        "WITH p AS (INSERT INTO prover (name) VALUES ('mine') RETURNING prover_id), a AS (INSERT "
        "INTO"
        " alert (prover_id, fingerprint, rule, severity, labels, state, since, complete_until,"
        " summary, detail, next_step, pending_at, fired_at) SELECT prover_id, 'aa', 'job_failed',"
        " 'critical', '{}', 'firing', 1, 2, '', '', '', 3, 4 FROM p RETURNING prover_id, alert_id)"
        " INSERT INTO alert_delivery (prover_id, alert_id, receiver, to_tell, queued_at, try_at)"
        " SELECT prover_id, alert_id, 'ops', 'firing', 1, 1 FROM a");
    tx.commit();
    WaitUntil([&] { return absl::StrContains(service.process().Err(), "receiver ops"); },
              "it is tried in vain");
    EXPECT_THAT(service.process().Err(), HasSubstr("receiver ops: it cannot be reached; 1 alerts"));
    service.process().Kill(SIGTERM);
    EXPECT_EQ(service.process().Wait(), 0);
    EXPECT_THAT(service.process().Err(), Not(HasSubstr("hidden")));
    EXPECT_THAT(service.process().Out(), Not(HasSubstr("hidden")));
  }
  unsetenv("PROVERLOG_RULES");
}

}  // namespace
}  // namespace proverlog
