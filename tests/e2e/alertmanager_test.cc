// A real Alertmanager hears what fires, groups it, tells it on and hears the end.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/alerts/deliverer.h"
#include "server/metrics/metrics.h"
#include "storage/postgres/alert_outbox.h"
#include "tests/testing_util/alerts.h"
#include "tests/testing_util/process.h"
#include "tests/testing_util/raw_http_server.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::RawHttpServer;
using testing_util::WaitUntil;

// A port of 127.0.0.1 that was free.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

class AlertmanagerTest : public testing::Test {
 protected:
  // It tells groups of a prover's epoch on to `pager_`.
  void StartAlertmanager() {
    const std::string config = directory_.Write("alertmanager.yml", absl::StrCat(R"(
route:
  receiver: pager
  group_by: [prover, epoch]
  group_wait: 2s
  group_interval: 1s
receivers:
- name: pager
  webhook_configs:
  - url: )",
                                                                                 pager_.url(), R"(/
    send_resolved: true
)"));
    alertmanager_ = std::make_unique<testing_util::Process>(std::vector<std::string>{
        "/usr/bin/prometheus-alertmanager", "--config.file=" + config,
        "--storage.path=" + directory_.PathOf(absl::StrCat("storage", ++starts_)),
        "--web.listen-address=" + address_, "--cluster.listen-address="});
    WaitUntil([&] { return Get("/-/ready") == "OK"; }, "Alertmanager is ready");
  }
  std::string Get(const std::string& path) {
    const auto result = httplib::Client("http://" + address_).Get(path);
    return result ? result->body : "";
  }

  void StartDeliverer() {
    DeliveryTools tools = RealDeliveryTools();
    tools.outbox = &outbox_;
    tools.metrics = &metrics_.alerts;
    tools.leads = [] { return true; };
    tools.now = [this] { return absl::Now() + absl::Seconds(ahead_.load()); };
    deliverer_ =
        std::make_unique<Deliverer>(std::vector<Receiver>{{"am", AlertProtocol::kAlertmanager,
                                                           Secret("http://" + address_), Secret()}},
                                    tools);
  }
  int64_t Fire(const std::string& fingerprint, const std::string& labels) {
    const int64_t alert_id = database_.Add(fingerprint, labels, absl::Now());
    database_.Fire(alert_id, {"am"}, absl::Now());
    deliverer_->Notify();
    return alert_id;
  }
  // Whether one request to the pager says all of this.
  bool PagerHeard(const std::vector<std::string>& parts) {
    for (const std::string& request : pager_.requests()) {
      bool has_all = true;
      for (const std::string& part : parts) has_all &= absl::StrContains(request, part);
      if (has_all) return true;
    }
    return false;
  }

  testing_util::TempDirectory directory_;
  RawHttpServer pager_{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
  const std::string address_ = absl::StrCat("127.0.0.1:", FreePort());
  int starts_ = 0;
  std::unique_ptr<testing_util::Process> alertmanager_;
  testing_util::AlertsDatabase database_;
  postgres::AlertOutbox outbox_{&database_.pool()};
  Metrics metrics_{"1"};
  std::atomic<int> ahead_ = 0;  // seconds by which our clock is
  std::unique_ptr<Deliverer> deliverer_;
};

TEST_F(AlertmanagerTest, ItReceivesGroupsAndResolves) {
  StartAlertmanager();
  StartDeliverer();
  Fire("aa", R"({"epoch": "3054", "type": "PARITY_BASE"})");
  const int64_t other = Fire("bb", R"({"epoch": "3054", "type": "PARITY_ROOT"})");
  const int64_t alone = Fire("cc", R"({"epoch": "3055"})");
  WaitUntil(
      [&] {
        return PagerHeard(
            {R"("groupLabels":{"epoch":"3054","prover":"mine"})", "PARITY_BASE", "PARITY_ROOT"});
      },
      "both alerts of an epoch are one message");
  WaitUntil([&] { return PagerHeard({R"("groupLabels":{"epoch":"3055","prover":"mine"})"}); },
            "the other epoch is another");
  const std::string alerts = Get("/api/v2/alerts");
  EXPECT_THAT(alerts, HasSubstr(R"("annotations":{"description":"x","next_step":"Look",)"
                                R"("summary":"Jobs hang"})"));
  EXPECT_THAT(alerts, HasSubstr(R"("labels":{"alertname":"job_stuck","epoch":"3054",)"
                                R"("prover":"mine","severity":"critical","type":"PARITY_BASE"})"));
  database_.Resolve(alone, absl::Now());
  database_.Resolve(other, absl::Now());
  deliverer_->Notify();
  WaitUntil(
      [&] {
        return PagerHeard({R"("status":"resolved","labels":{"alertname":"job_stuck",)"
                           R"("epoch":"3055")"});
      },
      "the end of one is told on");
  WaitUntil([&] { return !absl::StrContains(Get("/api/v2/alerts"), "PARITY_ROOT"); },
            "what is resolved is not listed");
  EXPECT_THAT(Get("/api/v2/alerts"), HasSubstr("PARITY_BASE"));
}

TEST_F(AlertmanagerTest, OneThatWasDeadOrLostAllIsToldAgain) {
  StartDeliverer();
  Fire("aa", R"({"epoch": "3054", "type": "PARITY_BASE"})");
  WaitUntil([&] { return database_.Sql("SELECT tries > 0 FROM alert_delivery") == "t"; },
            "it was not there");
  EXPECT_EQ(database_.Waiting(), "1");
  StartAlertmanager();
  WaitUntil([&] { return absl::StrContains(Get("/api/v2/alerts"), "PARITY_BASE"); }, "it is told");
  alertmanager_->Kill(SIGKILL);
  alertmanager_->Wait();
  StartAlertmanager();
  EXPECT_EQ(Get("/api/v2/alerts"), "[]\n");
  ahead_ = 60;
  WaitUntil([&] { return absl::StrContains(Get("/api/v2/alerts"), "PARITY_BASE"); },
            "it is told again");
}

}  // namespace
}  // namespace proverlog
