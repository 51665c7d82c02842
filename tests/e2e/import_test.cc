// `proverlog import`: what goes in, what is refused, and that a second time changes nothing.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/command.h"
#include "codec/zstd_frame.h"
#include "proverlog/v1/ingest.grpc.pb.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing_util::CanonicalDump;
using testing_util::Finished;
using testing_util::Gzip;
using testing_util::ReadAll;
using testing_util::RunProgram;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::TestDataPath;

constexpr char kJob[] =
    "7:PUBLIC_VM:be755948a5a5ffe5fa238057a62b938ceb57e9552e54198571bc28256c6cb2c5";

class ImportTest : public testing::Test {
 protected:
  std::vector<std::string> Command(std::vector<std::string> files,
                                   const std::string& machine = "a") const {
    std::vector<std::string> command = {"import", "--prover", "demo",      "--machine",
                                        machine,  "--date",   "2026-11-21"};
    command.insert(command.end(), files.begin(), files.end());
    return command;
  }

  Finished Import(std::vector<std::string> files, const std::string& stdin_path = "/dev/null") {
    return service_.Proverlog(Command(std::move(files)), stdin_path);
  }

  std::string Archived(int64_t stream_id) {
    postgres::ArchiveStore archive(&database_.pool());
    return *ReadRange(archive, {1, stream_id}, 0, int64_t{1} << 40);
  }

  testing_util::TestDatabase database_;
  Service service_{"--database-url=" + database_.conninfo()};
  TempDirectory directory_;
};

TEST_F(ImportTest, EachFileOfTheCorpusReadsBackByteForByte) {
  for (const std::string name : {"1.1.3-pretty-info", "1.1.3-color-info", "1.1.3-json-info",
                                 "5.2.0-pretty-info", "5.2.0-json-info"}) {
    const std::string path = TestDataPath(name + ".log.gz");
    const Finished finished = Import({path});
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    const std::string id = database_.Sql("SELECT max(stream_id) FROM stream");
    EXPECT_TRUE(Archived(std::stoll(id)) == ReadAll(path)) << name;
  }
}

TEST_F(ImportTest, SaysWhatBecameOfTheLines) {
  const Finished finished = Import({TestDataPath("samples/agent-b.log")});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("875 lines: 829 records and 46 that"));
  EXPECT_THAT(finished.out, HasSubstr("829 understood, 0 not understood"));
  EXPECT_THAT(finished.out, HasSubstr("275 started"));
  EXPECT_THAT(finished.out, HasSubstr("from 2026-11-21 03:00:46.794"));
}

TEST_F(ImportTest, TheSameLogAgainInAnyFormChangesNothing) {
  const std::string log = ReadAll(TestDataPath("samples/agent-b.log"));
  ASSERT_EQ(Import({TestDataPath("samples/agent-b.log")}).exit_code, 0);
  const std::string dump = CanonicalDump(database_.conninfo());
  const std::string copy = directory_.Write("another-name.txt", log);
  const std::string gzip = directory_.Write("agent-b.log.gz", Gzip(log));
  const std::string zstd = directory_.Write("agent-b.log.zst", CompressFrame(log));
  const std::string prefix = directory_.Write("an-older-copy", log.substr(0, log.size() / 2));
  for (const std::string& path : {TestDataPath("samples/agent-b.log"), copy, gzip, zstd, prefix}) {
    const Finished again = Import({path});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("nothing new")) << path;
  }
  EXPECT_THAT(Import({"-"}, copy).out, HasSubstr("nothing new"));
  EXPECT_EQ(CanonicalDump(database_.conninfo()), dump);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "1");
}

TEST_F(ImportTest, ALogThatHasGrownSendsOnlyTheRest) {
  const std::string log = ReadAll(TestDataPath("samples/agent-b.log"));
  const std::string path = directory_.Write("agent.log", log.substr(0, 100'000));
  ASSERT_EQ(Import({path}).exit_code, 0);
  directory_.Write("agent.log", log);
  const Finished grown = Import({path});
  EXPECT_THAT(grown.out, HasSubstr("100 kB were there already, 122 kB imported"));
  EXPECT_THAT(grown.out, HasSubstr("875 lines: 829 records"));
  EXPECT_TRUE(Archived(1) == log);
}

TEST_F(ImportTest, ALogOfTheSameHeadAndAnotherTailIsAnotherStream) {
  const std::string log = ReadAll(TestDataPath("samples/agent-b.log"));
  ASSERT_EQ(Import({directory_.Write("one", log.substr(0, 150'000))}).exit_code, 0);
  const std::string other = log.substr(0, 120'000) + "something else\n";
  ASSERT_EQ(Import({directory_.Write("two", other)}).exit_code, 0);
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "2");
  EXPECT_TRUE(Archived(std::stoll(database_.Sql("SELECT max(stream_id) FROM stream"))) == other);
}

TEST_F(ImportTest, OddContentIsImportedAndCounted) {
  const std::string odd =
      absl::StrCat(std::string("\0\0\n", 3), "\xff\xfe bad utf-8\n", std::string(3'000'000, 'x'),
                   "\nno log at all\n[03:00:00.000] INFO: b Cancelling job id=", kJob, "\n",
                   "[03:00:01.000] INFO: b A message of 2031\nand no newline at the end");
  const Finished finished = Import({directory_.Write("odd.log", odd)});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("7 lines: 2 records and 5 that"));
  EXPECT_THAT(finished.out, HasSubstr("1 understood, 1 not understood, 1 line over 1 MiB"));
  EXPECT_TRUE(Archived(1) == odd);
}

// As behind a name that has several addresses.
TEST_F(ImportTest, AllAddressesOfTheServerAreCalled) {
  Service other("--database-url=" + database_.conninfo());
  std::vector<std::string> logs;
  for (int i = 0; i < 10; ++i) {
    logs.push_back(directory_.Write(absl::StrCat(i, ".log"), absl::StrCat("a line of ", i, "\n")));
  }
  std::vector<std::string> command = Command(logs);
  command.insert(command.begin(), testing_util::ProverlogPath());
  command.push_back(absl::StrCat("--server=ipv4:127.0.0.1:1,", service_.address(), ",",
                                 other.address()));  // nobody is at the first one
  const Finished finished = RunProgram(command);
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "10");
  for (const Service* const service : {&service_, &other}) {
    const auto metrics = httplib::Client("http://" + service->http_address()).Get("/metrics");
    EXPECT_THAT(metrics->body, AnyOf(HasSubstr("\nproverlog_ingest_lines_total{"),
                                     HasSubstr("\nproverlog_query_requests_total{")));
  }
}

TEST_F(ImportTest, AnEmptyFileIsNoError) {
  const Finished finished = Import({directory_.Write("empty.log", "")});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, HasSubstr("empty; there is nothing to import"));
}

TEST_F(ImportTest, WhatCannotBeReadIsRefusedAndTheOtherFilesAreImported) {
  const Finished finished =
      Import({directory_.path(), "/nonexistent.log", TestDataPath("samples/agent-b.log")});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr(directory_.path() + " is a directory"));
  EXPECT_THAT(finished.err, HasSubstr("cannot open /nonexistent.log"));
  EXPECT_THAT(finished.out, HasSubstr("agent-b.log: 222 kB imported"));
}

TEST_F(ImportTest, TimesThatNothingCanDateAreRefusedWithTheFlagThatWould) {
  const Finished finished = service_.Proverlog(
      {"import", "--prover", "demo", "--machine", "a", "-"}, TestDataPath("samples/agent-b.log"));
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("--date YYYY-MM-DD"));
  EXPECT_EQ(database_.Sql("SELECT count(*) FROM stream"), "0");
}

TEST_F(ImportTest, ADamagedGzipKeepsWhatIsGoodAndSaysHowFar) {
  const std::string log = ReadAll(TestDataPath("samples/agent-b.log"));
  std::string gzip = Gzip(log);
  gzip.resize(gzip.size() / 2);
  const Finished finished = Import({directory_.Write("agent-b.log.gz", gzip)});
  EXPECT_EQ(finished.exit_code, 1);
  const std::string committed = database_.Sql("SELECT committed_offset FROM stream_position");
  EXPECT_THAT(finished.err, HasSubstr("ends too early"));
  EXPECT_THAT(finished.err, HasSubstr("committed up to byte " + committed));
  EXPECT_GT(std::stoll(committed), 0);
  EXPECT_TRUE(log.substr(0, std::stoull(committed)) == Archived(1));
  // The whole file goes on from there.
  EXPECT_EQ(Import({TestDataPath("samples/agent-b.log")}).exit_code, 0);
  EXPECT_TRUE(Archived(1) == log);
}

TEST_F(ImportTest, ADamagedLogIsNotSealedAndItsCountsAreThoseOfWholeLines) {
  const std::string log = ReadAll(TestDataPath("samples/agent-b.log"));
  for (std::string file : {Gzip(log), CompressFrame(log)}) {
    file.resize(file.size() / 4 * 3);
    const Finished finished = Import({directory_.Write("agent-b.log.gz", file)});
    EXPECT_EQ(finished.exit_code, 1);
    const size_t committed =
        std::stoull(database_.Sql("SELECT max(committed_offset) FROM stream_position"));
    const auto lines =
        std::count(log.begin(), log.begin() + static_cast<ptrdiff_t>(committed), '\n');
    EXPECT_THAT(finished.out, HasSubstr(absl::StrCat(lines, " lines: ")));
  }
  EXPECT_EQ(database_.Sql("SELECT count(sealed_offset) FROM stream_position"), "0");
}

TEST_F(ImportTest, ReadsWhatAnotherCommandPrints) {
  const std::string command = absl::StrJoin(service_.ProverlogCommand(Command({})), " ");
  const Finished finished =
      RunProgram({"/bin/bash", "-c",
                  absl::StrCat(command, " <(cat ", TestDataPath("samples/agent-b.log"), ")")});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_TRUE(Archived(1) == ReadAll(TestDataPath("samples/agent-b.log")));
}

TEST_F(ImportTest, OfInterruptedStandardInputNothingIsLeftBehind) {
  const std::string pipe = directory_.PathOf("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int writer = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(write(writer, "text\n", 5), 5);
  std::vector<std::string> command = {"/usr/bin/env", "TMPDIR=" + directory_.path()};
  for (const std::string& word : service_.ProverlogCommand(Command({"-"}))) {
    command.push_back(word);
  }
  testing_util::Process import(command, pipe);
  const auto is_read = [&] {
    int left = 0;
    return ioctl(writer, FIONREAD, &left) == 0 && left == 0;
  };
  testing_util::WaitUntil(is_read, "it reads");
  import.Kill(SIGINT);
  EXPECT_EQ(import.Wait(), 128 + SIGINT);
  close(writer);
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_EQ(entry.path(), pipe);
  }
}

TEST_F(ImportTest, AServerThatVanishesIsNoticed) {
  const auto stub = v1::LogIngestService::NewStub(
      Connect(service_.address(), {absl::Milliseconds(500), absl::Milliseconds(500)}));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  const auto call = stub->StreamLogs(&context);
  v1::StreamLogsRequest request;
  v1::Hello* hello = request.mutable_hello();
  hello->set_prover("demo");
  hello->set_machine("a");
  hello->set_source("s");
  hello->set_head("x");
  hello->set_size(1);
  v1::StreamLogsResponse response;
  ASSERT_TRUE(call->Write(request) && call->Read(&response));
  // What has stopped is silent, as what has lost its power.
  service_.process().Kill(SIGSTOP);
  EXPECT_FALSE(call->Read(&response));
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  service_.process().Kill(SIGCONT);
}

TEST_F(ImportTest, FlagsAreChecked) {
  const std::string log = TestDataPath("samples/agent-b.log");
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "import");
    return service_.Proverlog(arguments);
  };
  EXPECT_EQ(run({log}).exit_code, 2);
  EXPECT_EQ(run({"--prover", "p", "--machine", "m"}).exit_code, 2);
  EXPECT_EQ(run({"--prover", "p", "--machine", "m", "-", "-"}).exit_code, 1);
  const Finished date = run({"--prover", "p", "--machine", "m", "--date", "7.2.2026", log});
  EXPECT_EQ(date.exit_code, 1);
  EXPECT_THAT(date.err, HasSubstr("--date"));
  const Finished zone = run({"--prover", "p", "--machine", "m", "--time-zone", "Mars", log});
  EXPECT_EQ(zone.exit_code, 1);
  EXPECT_THAT(zone.err, HasSubstr("--time-zone"));
  const Finished prover =
      run({"--prover", "Not Allowed", "--machine", "m", "--date", "2026-11-21", log});
  EXPECT_EQ(prover.exit_code, 1);
  EXPECT_THAT(prover.err, HasSubstr("hello.prover"));
}

TEST_F(ImportTest, AServerThatIsNotThereIsToldAtOnce) {
  const Finished finished = RunProgram({testing_util::ProverlogPath(), "import", "--server",
                                        "127.0.0.1:1", "--prover", "p", "--machine", "m", "--date",
                                        "2026-11-21", TestDataPath("samples/agent-b.log")});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.err, HasSubstr("no proverlogd answers at 127.0.0.1:1"));
}

TEST_F(ImportTest, TheDatesOfTheFirstImportStay) {
  const std::string log = TestDataPath("samples/agent-b.log");
  ASSERT_EQ(Import({log}).exit_code, 0);
  const Finished again = service_.Proverlog(
      {"import", "--prover", "demo", "--machine", "a", "--date", "2020-01-01", log});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("its dates stay as they were"));
  EXPECT_THAT(again.out, HasSubstr("from 2026-11-21"));
}

TEST_F(ImportTest, TimesAreReadInTheMachinesZone) {
  ASSERT_EQ(service_
                .Proverlog({"import", "--prover", "demo", "--machine", "a", "--date", "2026-11-21",
                            "--time-zone", "Asia/Shanghai", TestDataPath("samples/agent-b.log")})
                .exit_code,
            0);
  EXPECT_THAT(service_.Proverlog({"epochs"}).out, HasSubstr("2026-11-20 19:00:46"));
}

}  // namespace
}  // namespace proverlog
