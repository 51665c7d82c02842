#include "server/alerts/deliverer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/metrics/metrics.h"
#include "storage/postgres/alert_outbox.h"
#include "tests/testing_util/alerts.h"
#include "tests/testing_util/raw_http_server.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing_util::RawHttpServer;
using testing_util::WaitUntil;

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr int kAlerts = 12;

// Alerts of as many epochs, so that each is a message.
class DelivererTest : public testing::Test {
 protected:
  DeliveryTools Tools() {
    DeliveryTools tools = RealDeliveryTools();
    tools.outbox = &outbox_;
    tools.metrics = &metrics_.alerts;
    tools.leads = [] { return true; };
    tools.random = [] { return 0.05; };  // waits that a test can wait for
    return tools;
  }
  void Begin(const std::vector<Receiver>& receivers) {
    deliverer_ = std::make_unique<Deliverer>(receivers, Tools());
  }
  static Receiver To(const std::string& name, const std::string& url) {
    return {name, AlertProtocol::kWebhook, Secret(url), Secret()};
  }

  void FireAll(const std::vector<std::string>& receivers) {
    for (int i = 0; i < kAlerts; ++i) {
      ids_.push_back(database_.Add(absl::StrCat("f", i), absl::StrCat("{\"epoch\": \"", i, "\"}"),
                                   absl::Now()));
      database_.Fire(ids_.back(), receivers, absl::Now());
    }
    deliverer_->Notify();
  }
  void ResolveAll() {
    for (const int64_t id : ids_) database_.Resolve(id, absl::Now());
    deliverer_->Notify();
  }

  // How many requests say this of each alert.
  static std::vector<int> Counts(RawHttpServer& server, const std::string& status) {
    std::vector<int> counts;
    for (int i = 0; i < kAlerts; ++i) {
      const std::string alert =
          absl::StrCat("\"status\":\"", status, "\",\"deduplication_key\":\"f", i, "-");
      int count = 0;
      for (const std::string& request : server.requests()) {
        count += absl::StrContains(request, alert) ? 1 : 0;
      }
      counts.push_back(count);
    }
    return counts;
  }
  static bool HasAll(RawHttpServer& server, const std::string& status) {
    const std::vector<int> counts = Counts(server, status);
    return *std::min_element(counts.begin(), counts.end()) > 0;
  }
  std::string WaitingFor(const std::string& receiver) {
    return database_.Sql(
        "SELECT count(*) FROM alert_delivery WHERE to_tell IS NOT NULL"
        " AND receiver = '" +
        receiver + "'");
  }

  testing_util::AlertsDatabase database_;
  postgres::AlertOutbox outbox_{&database_.pool()};
  Metrics metrics_{"1"};
  std::vector<int64_t> ids_;
  std::unique_ptr<Deliverer> deliverer_;
};

TEST_F(DelivererTest, AHealthyReceiverIsToldAtOnceAndOnce) {
  RawHttpServer server(kOk);
  Begin({To("ops", server.url())});
  const absl::Time begin = absl::Now();
  FireAll({"ops"});
  WaitUntil([&] { return HasAll(server, "firing"); }, "it fires", absl::Seconds(4));
  ResolveAll();
  WaitUntil([&] { return HasAll(server, "resolved"); }, "it is resolved", absl::Seconds(4));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5)) << "it was polled";
  WaitUntil([&] { return database_.Waiting() == "0"; }, "nothing waits");
  EXPECT_EQ(Counts(server, "firing"), std::vector<int>(kAlerts, 1));
  EXPECT_EQ(Counts(server, "resolved"), std::vector<int>(kAlerts, 1));
}

TEST_F(DelivererTest, AReceiverThatFailsAndLiesLosesNothing) {
  RawHttpServer server("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
  Begin({To("ops", server.url())});
  FireAll({"ops"});
  size_t seen = 0;
  for (const char* answer :
       {"", "\x01\x02garbage\xff", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}) {
    WaitUntil([&] { return server.requests().size() > seen; }, answer);
    EXPECT_EQ(database_.Waiting(), absl::StrCat(kAlerts));
    server.SetAnswer(answer);
    seen = server.requests().size();
  }
  WaitUntil([&] { return server.requests().size() > seen; }, "the last one");
  // What was under way when the answer changed is told again.
  server.SetAnswer("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ngarbage");
  WaitUntil([&] { return database_.Waiting() == "0"; }, "all is taken");
  EXPECT_TRUE(HasAll(server, "firing"));
  ResolveAll();
  WaitUntil([&] { return database_.Waiting() == "0"; }, "all is taken");
  EXPECT_EQ(Counts(server, "resolved"), std::vector<int>(kAlerts, 1));
}

TEST_F(DelivererTest, AReceiverThatHangsOrIsDeadHoldsUpNoOther) {
  RawHttpServer healthy(kOk);
  auto hanging = std::make_unique<RawHttpServer>(std::nullopt);
  std::string dead;
  {
    const RawHttpServer gone(kOk);
    dead = gone.url();
  }
  Begin({To("hanging", hanging->url()), To("dead", dead), To("healthy", healthy.url())});
  FireAll({"dead", "hanging", "healthy"});
  WaitUntil([&] { return HasAll(healthy, "firing"); }, "the healthy one", absl::Seconds(4));
  WaitUntil([&] { return hanging->requests().size() == 1; }, "the hanging one");
  EXPECT_EQ(WaitingFor("hanging"), absl::StrCat(kAlerts));
  EXPECT_EQ(WaitingFor("dead"), absl::StrCat(kAlerts));
  hanging->SetAnswer(kOk);
  WaitUntil([&] { return WaitingFor("hanging") == "0"; }, "it answers again");
  EXPECT_TRUE(HasAll(*hanging, "firing"));
}

TEST_F(DelivererTest, TheServiceEndsWhileAReceiverHangs) {
  RawHttpServer hanging(std::nullopt);
  Begin({To("ops", hanging.url())});
  FireAll({"ops"});
  WaitUntil([&] { return hanging.requests().size() == 1; }, "it hangs");
  const absl::Time begin = absl::Now();
  deliverer_.reset();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(3));
  EXPECT_EQ(database_.Waiting(), absl::StrCat(kAlerts));
  // The next one tells it.
  hanging.SetAnswer(kOk);
  Begin({To("ops", hanging.url())});
  WaitUntil([&] { return database_.Waiting() == "0"; }, "all is taken");
  EXPECT_TRUE(HasAll(hanging, "firing"));
}

TEST_F(DelivererTest, WhatWaitsForReceiversThatAreGoneIsRemoved) {
  RawHttpServer server(kOk);
  database_.Fire(database_.Add("f0", "{}", absl::Now()), {"gone", "ops"}, absl::Now());
  Begin({To("ops", server.url())});
  WaitUntil([&] { return database_.Waiting() == "0"; }, "nothing waits");
  EXPECT_EQ(server.requests().size(), 1);
}

TEST_F(DelivererTest, WhatWaitsIsRemovedWhereNoReceiverIsLeft) {
  database_.Fire(database_.Add("f0", "{}", absl::Now()), {"gone"}, absl::Now());
  Begin({});
  WaitUntil([&] { return database_.Waiting() == "0"; }, "nothing waits");
}

}  // namespace
}  // namespace proverlog
