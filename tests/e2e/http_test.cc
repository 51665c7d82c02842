// What monitoring systems see of proverlogd over HTTP.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <pqxx/pqxx>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_data.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::ConninfoOf;
using testing_util::Finished;
using testing_util::ProcessesIn;
using testing_util::ProverlogdPath;
using testing_util::ReadAll;
using testing_util::RunProgram;
using testing_util::Service;
using testing_util::TempDirectory;
using testing_util::TestDataPath;
using testing_util::WaitUntil;

// A metric as its own rows or docs/metrics.md have it.
struct Described {
  std::string type;
  std::set<std::string> labels;

  friend bool operator==(const Described& a, const Described& b) = default;
};
void PrintTo(const Described& described, std::ostream* out) {
  *out << described.type << " " << testing::PrintToString(described.labels);
}

// Reads Prometheus's text format; `le` is a bucket's.
std::map<std::string, Described> Served(const std::string& text) {
  std::map<std::string, Described> metrics;
  std::string name;
  const std::regex label("([a-z_]+)=\"");
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "# TYPE ")) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      name = words[2];
      metrics[name].type = words[3];
    } else if (!absl::StartsWith(line, "#")) {
      EXPECT_TRUE(absl::StartsWith(line, name)) << line;
      const std::string row(line);
      for (std::sregex_iterator i(row.begin(), row.end(), label), end; i != end; ++i) {
        if ((*i)[1] != "le") metrics[name].labels.insert((*i)[1]);
      }
    }
  }
  return metrics;
}

// Reads the rows "| `name` | type | `label`, ... | meaning |".
std::map<std::string, Described> Documented() {
  const std::string text = ReadAll("docs/metrics.md");
  std::map<std::string, Described> metrics;
  const std::regex row("\\| `([a-z_]+)` \\| ([a-z]+) \\| ([^|]*) \\| [^|]+ \\|");
  const std::regex label("`([a-z_]+)`");
  for (std::sregex_iterator i(text.begin(), text.end(), row), end; i != end; ++i) {
    Described& metric = metrics[(*i)[1]];
    metric.type = (*i)[2];
    const std::string labels = (*i)[3];
    for (std::sregex_iterator j(labels.begin(), labels.end(), label); j != end; ++j) {
      metric.labels.insert((*j)[1]);
    }
  }
  return metrics;
}

class HttpTest : public testing::Test {
 protected:
  std::string DataDir() const { return directory_.path() + "/data"; }
  std::string DataDirFlag() const { return "--data-dir=" + DataDir(); }

  static httplib::Result Get(const Service& service, const std::string& path) {
    return GetFrom(service.http_address(), path);
  }
  static httplib::Result GetFrom(const std::string& address, const std::string& path) {
    return httplib::Client("http://" + address).Get(path);
  }
  static int StatusOf(const Service& service, const std::string& path) {
    const auto result = Get(service, path);
    return result ? result->status : 0;
  }
  static std::string BodyOf(const Service& service, const std::string& path) {
    const auto result = Get(service, path);
    EXPECT_TRUE(result) << path;
    return result ? result->body : "";
  }

  // The archive lacks the last 10 bytes that it says it has.
  void LoseABlock() const {
    pqxx::connection connection(ConninfoOf(DataDir()));
    pqxx::work tx(connection);
    tx.exec0("UPDATE stream_position SET committed_offset = committed_offset + 10");
    tx.commit();
  }

  TempDirectory directory_;
};

TEST_F(HttpTest, ItIsReadyOnlyWhileItsDatabaseCommits) {
  Service service(DataDirFlag());
  WaitUntil([&] { return StatusOf(service, "/readyz") == 200; }, "it is ready");
  EXPECT_EQ(service.Proverlog({"health"}).exit_code, 0);
  for (const pid_t pid : ProcessesIn(DataDir())) kill(pid, SIGSTOP);
  WaitUntil([&] { return StatusOf(service, "/readyz") == 503; }, "it is not ready");
  EXPECT_THAT(BodyOf(service, "/readyz"), HasSubstr("the database does not commit: "));
  EXPECT_EQ(StatusOf(service, "/healthz"), 200);
  WaitUntil([&] { return service.Proverlog({"health"}).exit_code == 3; }, "health says so");
  EXPECT_THAT(service.Proverlog({"health"}).err, HasSubstr("takes no logs now"));
  EXPECT_THAT(BodyOf(service, "/metrics"), HasSubstr("proverlog_database_up 0\n"));
  for (const pid_t pid : ProcessesIn(DataDir())) kill(pid, SIGCONT);
  WaitUntil([&] { return StatusOf(service, "/readyz") == 200; }, "it is ready again");
  WaitUntil([&] { return service.Proverlog({"health"}).exit_code == 0; }, "health says so, too");
  EXPECT_THAT(BodyOf(service, "/metrics"), HasSubstr("proverlog_database_up 1\n"));
}

TEST_F(HttpTest, ServesTheMetricsThatAreDocumentedAndNoOthers) {
  const std::string rules = directory_.Write(
      "rules", "receivers { name: \"ops\" protocol: ALERT_PROTOCOL_SLACK url: \"http://h\" }");
  Service service(DataDirFlag(), {"--rules=" + rules});
  const std::string log = TestDataPath("samples/broker.log");
  const auto import = [&](const std::string& prover) {
    return service
        .Proverlog({"import", "--prover", prover, "--machine", "a", "--date", "2026-11-21", log})
        .exit_code;
  };
  ASSERT_EQ(import("demo"), 0);
  ASSERT_NE(import("Not a name"), 0);
  ASSERT_EQ(service.Proverlog({"epochs"}).exit_code, 0);
  pqxx::connection connection(ConninfoOf(DataDir()));
  std::string text;
  WaitUntil(
      [&] {
        text = BodyOf(service, "/metrics");
        return absl::StrContains(text, "proverlog_normalizer_lines_total 937\n");
      },
      "all is normalized");
  auto worker = std::make_unique<pqxx::work>(connection);
  worker->exec("SELECT FROM projection FOR UPDATE");  // the service's worker waits
  LoseABlock();
  WaitUntil(
      [&] {
        text = BodyOf(service, "/metrics");
        return absl::StrContains(text, "proverlog_normalizer_lag_bytes{prover=\"demo\"} 10\n");
      },
      "the prover is known to be behind");
  worker.reset();
  WaitUntil(
      [&] {
        text = BodyOf(service, "/metrics");
        return absl::StrContains(text, "_unreadable_ranges{prover=\"demo\"} 1\n");
      },
      "the bytes that are missing are set aside");
  EXPECT_EQ(StatusOf(service, "/readyz"), 200);
  EXPECT_EQ(BodyOf(service, "/readyz"),
            "ready; ranges of log bytes that could not be read and are set aside: 1\n");
  EXPECT_EQ(Served(text), Documented());
  const Finished lint =
      RunProgram({"/usr/bin/promtool", "check", "metrics"}, directory_.Write("metrics.txt", text));
  EXPECT_EQ(lint.exit_code, 0) << lint.out << lint.err;
  EXPECT_THAT(text, HasSubstr("proverlog_ingest_lines_total{prover=\"demo\"} 937\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_normalizer_lines_total 937\n"));
  EXPECT_THAT(text, HasSubstr("proverlog_ingest_refusals_total{reason=\"INVALID_ARGUMENT\"} 1\n"));
}

// A cluster may have no addresses but those of IPv6.
TEST_F(HttpTest, EveryAddressIsThoseOfBothFamilies) {
  const Service service(DataDirFlag(), {"--http-listen=0.0.0.0:0"});
  const std::string port = service.http_address().substr(service.http_address().rfind(':'));
  EXPECT_TRUE(GetFrom("127.0.0.1" + port, "/healthz"));
  EXPECT_EQ(bool{GetFrom("[::1]" + port, "/healthz")}, ReadAll("/proc/net/if_inet6") != "");
}

TEST_F(HttpTest, ASecondServiceOnTheSamePortIsRefused) {
  Service service(DataDirFlag());
  const Finished second =
      RunProgram({ProverlogdPath(), "--data-dir=" + directory_.path() + "/2",
                  "--listen=127.0.0.1:0", "--http-listen=" + service.http_address()});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("cannot listen on " + service.http_address()));
}

}  // namespace
}  // namespace proverlog
