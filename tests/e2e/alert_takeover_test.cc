// Two services on one database, of which the one that evaluates alerts is killed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "tests/e2e/failed_job.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/raw_http_server.h"
#include "tests/testing_util/service.h"
#include "tests/testing_util/test_database.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing_util::RawHttpServer;
using testing_util::Service;
using testing_util::WaitUntil;

constexpr char kTaken[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class AlertTakeoverTest : public testing::Test {
 protected:
  // With a webhook that is told of jobs that failed.
  std::unique_ptr<Service> Start() {
    const std::string rules = directory_.Write(
        "my.rules",
        absl::StrCat("receivers { name: \"pager\" protocol: ALERT_PROTOCOL_WEBHOOK"
                     " url: \"",
                     pager_.url(), "/\" match { key: \"rule\" value: \"job_failed\" } }\n"));
    return std::make_unique<Service>("--database-url=" + database_.conninfo(),
                                     std::vector<std::string>{"--rules=" + rules});
  }

  void Fire(const Service& service, int epoch) {
    const std::string log =
        directory_.Write(absl::StrCat("broker-", epoch, ".log"), LogOfFailedJob(epoch));
    const testing_util::Finished imported =
        service.Proverlog({"import", "--prover", "mine", "--machine", "prover-a", log});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
  }

  bool Leads(Service& service) {
    return database_.Sql(
               "SELECT split_part(holder, '/', 2) FROM alert_lease"
               " WHERE expires_at > clock_timestamp()") == absl::StrCat(service.process().pid());
  }

  // The deduplication keys of all alerts that fired, or of those that wait to be told.
  std::multiset<std::string> Stored(const std::string& condition) {
    const std::string keys = database_.Sql(
        "SELECT coalesce(string_agg(fingerprint || '-' || fired_at, ' '), '') FROM alert"
        " LEFT JOIN alert_delivery USING (prover_id, alert_id)"
        " WHERE rule = 'job_failed' AND fired_at IS NOT NULL AND " +
        condition);
    std::multiset<std::string> stored;
    for (const absl::string_view key : absl::StrSplit(keys, ' ', absl::SkipEmpty())) {
      stored.emplace(key);
    }
    return stored;
  }
  // Those that the webhook was told of, each as often as it was.
  std::multiset<std::string> Told() {
    static const std::regex kFiring("\"status\":\"firing\",\"deduplication_key\":\"([^\"]+)\"");
    std::multiset<std::string> told;
    for (const std::string& request : pager_.requests()) {
      for (std::sregex_iterator it(request.begin(), request.end(), kFiring), end; it != end; ++it) {
        told.insert((*it)[1]);
      }
    }
    return told;
  }

  testing_util::TestDatabase database_;
  testing_util::TempDirectory directory_;
  RawHttpServer pager_{kTaken};
};

TEST_F(AlertTakeoverTest, NothingIsMissedAndOnlyWhatWasOnItsWayIsToldTwice) {
  auto killed = Start();
  WaitUntil([&] { return Leads(*killed); }, "the first one evaluates");
  const auto survivor = Start();
  Fire(*killed, 7);
  Fire(*survivor, 8);
  WaitUntil([&] { return Told().size() == 2; }, "both are told");
  WaitUntil([&] { return Stored("to_tell IS NOT NULL").empty(); }, "and known to be");

  // It dies when the webhook has one, and has not said so.
  pager_.SetAnswer(std::nullopt);
  Fire(*survivor, 9);
  WaitUntil([&] { return Told().size() == 3; }, "the third one is on its way");
  EXPECT_TRUE(Leads(*killed));
  killed->process().Kill(SIGKILL);
  killed->process().Wait();
  const std::multiset<std::string> on_its_way = Stored("to_tell IS NOT NULL");
  EXPECT_EQ(on_its_way.size(), 1U);
  pager_.SetAnswer(kTaken);
  Fire(*survivor, 10);
  WaitUntil([&] { return Leads(*survivor); }, "the other one takes over", absl::Seconds(15));
  WaitUntil([&] { return Told().size() >= 5; }, "the third one is told again, and the fourth");
  WaitUntil([&] { return Stored("to_tell IS NOT NULL").empty(); }, "all are known to be told");

  std::multiset<std::string> expected = Stored("true");
  EXPECT_EQ(expected.size(), 4U);  // one of each epoch
  expected.insert(on_its_way.begin(), on_its_way.end());
  EXPECT_EQ(Told(), expected);
}

}  // namespace
}  // namespace proverlog
