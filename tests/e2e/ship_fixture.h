#ifndef PROVERLOG_TESTS_E2E_SHIP_FIXTURE_H_
#define PROVERLOG_TESTS_E2E_SHIP_FIXTURE_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/commands/command.h"
#include "proverlog/v1/query.grpc.pb.h"
#include "storage/archive_range.h"
#include "storage/postgres/archive_store.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {

inline void Append(const std::string& path, absl::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// A named pipe that stays open.
class Pipe {
 public:
  explicit Pipe(const std::string& path) {
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    fd_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  ~Pipe() { close(fd_); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void Write(absl::string_view bytes) const {
    ASSERT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
};

// A proverlogd with a database, and a directory of logs that are shipped to it.
class ShipTest : public testing::Test {
 protected:
  ShipTest() { StartService("127.0.0.1:0"); }

  // `options` are libpq's, for the connections to the database.
  void StartService(const std::string& listen, const std::string& options = "") {
    service_ = std::make_unique<testing_util::Service>(
        absl::StrCat("--database-url=", database_.conninfo(), " ", options),
        std::vector<std::string>{}, listen);
  }

  std::vector<std::string> Command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"ship", "--prover", "p", "--machine", "m"});
    return service_->ProverlogCommand(arguments);
  }
  std::unique_ptr<testing_util::Process> Ship(std::vector<std::string> arguments,
                                              const std::string& stdin_path = "/dev/null") const {
    return std::make_unique<testing_util::Process>(Command(std::move(arguments)), stdin_path);
  }

  std::string Path(const std::string& name) const { return directory_.PathOf(name); }

  // Waits until the query's first value is this.
  void Await(const std::string& sql, const std::string& value) {
    std::string last;
    testing_util::WaitUntil(
        [&] {
          last = database_.Sql(sql);
          return last == value;
        },
        absl::StrCat(sql, " is ", value, ", not ", last));
  }
  // Waits until a stream has so many bytes, and is sealed at its end where it is to be.
  void AwaitStream(int number, size_t size, bool sealed) {
    Await(absl::StrCat("SELECT committed_offset || ' ' || (sealed_offset IS NOT DISTINCT FROM"
                       " committed_offset) FROM stream_position ORDER BY stream_id LIMIT 1 OFFSET ",
                       number),
          absl::StrCat(size, sealed ? " true" : " false"));
  }
  // The streams' bytes, in the order in which they were made.
  std::vector<std::string> Archived() {
    postgres::ArchiveStore archive(&database_.pool());
    std::vector<std::string> streams;
    const std::string ids =
        database_.Sql("SELECT string_agg(stream_id::text, ' ' ORDER BY stream_id) FROM stream");
    for (const absl::string_view id : absl::StrSplit(ids, ' ', absl::SkipEmpty())) {
      int64_t stream_id = 0;
      EXPECT_TRUE(absl::SimpleAtoi(id, &stream_id));
      streams.push_back(*ReadRange(archive, {1, stream_id}, 0, int64_t{1} << 40));
    }
    return streams;
  }

  // What is missing of a stream.
  std::vector<std::string> Gaps(int64_t stream_id) const {
    v1::GetStreamRequest request;
    request.set_prover("p");
    request.set_stream_id(stream_id);
    const auto stream = Call({service_->address()}, &v1::QueryService::Stub::GetStream, request);
    EXPECT_TRUE(stream.ok()) << stream.status();
    std::vector<std::string> gaps;
    if (!stream.ok()) return gaps;
    for (const v1::StreamGap& gap : stream->stream().gaps()) {
      gaps.push_back(absl::StrCat(gap.begin_offset(), "-", gap.end_offset(), " ",
                                  v1::GapReason_Name(gap.reason())));
    }
    return gaps;
  }
  // As a failover to a standby that had not everything yet. It was at a block's end.
  void LoseBehind(int64_t offset) {
    service_->process().Kill(SIGKILL);
    service_->process().Wait();
    database_.Sql(absl::StrCat("DELETE FROM block WHERE begin_offset >= ", offset));
    database_.Sql(absl::StrCat("UPDATE stream_position SET committed_offset = ", offset));
    StartService(service_->address());
  }

  testing_util::TestDatabase database_;
  std::unique_ptr<testing_util::Service> service_;
  testing_util::TempDirectory directory_;
};

}  // namespace proverlog

#endif  // PROVERLOG_TESTS_E2E_SHIP_FIXTURE_H_
