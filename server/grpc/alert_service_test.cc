// AlertService over a real channel.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/grpc/services_fixture.h"
#include "storage/postgres/alert_store.h"
#include "tests/testing_util/test_database.h"

namespace proverlog {
namespace {

using testing::HasSubstr;

constexpr char kMe[] = "me/1";

class AlertServiceTest : public testing::Test {
 protected:
  AlertServiceTest() {
    database_.Sql("INSERT INTO prover (name) VALUES ('mine')");
    EXPECT_TRUE(*store_.Lead(kMe, absl::Hours(1)));
  }

  void Save(Alert& alert, AlertStep step) {
    AlertUpdate update;
    update.prover_id = 1;
    update.changes = {{alert, step, {}}};
    const auto ids = store_.Save(kMe, update);
    ASSERT_TRUE(ids.ok()) << ids.status();
    alert.alert_id = ids->front();
  }
  Alert Fire(const std::string& fingerprint, const std::string& machine) {
    Alert alert;
    alert.fingerprint = fingerprint;
    alert.finding.rule = "job_stuck";
    alert.finding.labels = {{"machine", machine}};
    alert.finding.summary = "Jobs hang.";
    alert.state = AlertState::kFiring;
    alert.fired_at = 1000;
    Save(alert, AlertStep::kFiring);
    return alert;
  }

  template <typename Request, typename Response>
  Response Call(grpc::Status (v1::AlertService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                const Request& request) {
    grpc::ClientContext context;
    Response response;
    status_ = FromGrpcStatus((services_.alerts.get()->*method)(&context, request, &response));
    return response;
  }

  testing_util::TestDatabase database_;
  postgres::AlertStore store_{&database_.pool()};
  Services services_{database_.conninfo()};
  absl::Status status_;
};

TEST_F(AlertServiceTest, PagesGoOnWhereTheLastEnded) {
  for (const char* machine : {"a", "b", "c"}) Fire(machine, machine);
  v1::ListAlertsRequest request;
  request.set_page_size(2);
  auto page = Call(&v1::AlertService::Stub::ListAlerts, request);
  ASSERT_TRUE(status_.ok()) << status_;
  ASSERT_EQ(page.alerts_size(), 2);
  EXPECT_EQ(page.alerts(0).labels().at("machine"), "c");
  EXPECT_EQ(page.alerts(0).state(), v1::ALERT_STATE_FIRING);
  request.set_page_token(page.next_page_token());
  page = Call(&v1::AlertService::Stub::ListAlerts, request);
  ASSERT_EQ(page.alerts_size(), 1);
  EXPECT_EQ(page.alerts(0).labels().at("machine"), "a");
  EXPECT_EQ(page.next_page_token(), "");
  request.set_resolved(true);
  Call(&v1::AlertService::Stub::ListAlerts, request);
  EXPECT_TRUE(absl::IsInvalidArgument(status_)) << status_;
}

TEST_F(AlertServiceTest, ASilenceIsSaidOfWhatItCovers) {
  Fire("f1", "a");
  Fire("f2", "b");
  v1::CreateSilenceRequest request;
  (*request.mutable_match())["machine"] = "a";
  request.set_created_by("ann");
  request.set_reason("upgrade");
  request.mutable_end_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  const auto created = Call(&v1::AlertService::Stub::CreateSilence, request);
  ASSERT_TRUE(status_.ok()) << status_;
  const auto alerts = Call(&v1::AlertService::Stub::ListAlerts, v1::ListAlertsRequest());
  ASSERT_EQ(alerts.alerts_size(), 2);
  EXPECT_FALSE(alerts.alerts(0).silenced());
  EXPECT_TRUE(alerts.alerts(1).silenced());
  v1::EndSilenceRequest end;
  end.set_silence_id(created.silence().silence_id());
  Call(&v1::AlertService::Stub::EndSilence, end);
  ASSERT_TRUE(status_.ok()) << status_;
  EXPECT_EQ(Call(&v1::AlertService::Stub::ListSilences, v1::ListSilencesRequest()).silences_size(),
            0);
}

TEST_F(AlertServiceTest, BadSilencesSayWhatIsWrong) {
  v1::CreateSilenceRequest request;
  request.set_created_by("ann");
  request.set_reason("upgrade");
  request.mutable_end_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  Call(&v1::AlertService::Stub::CreateSilence, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("match: it is empty"));
  (*request.mutable_match())["machin"] = "a";
  Call(&v1::AlertService::Stub::CreateSilence, request);
  EXPECT_THAT(std::string(status_.message()),
              HasSubstr("match: \"machin\" is no label; there are prover, rule, cause, epoch, "));
  request.clear_match();
  (*request.mutable_match())["rule"] = "job_running_long";
  (*request.mutable_match())["type"] = "PUBLIC_VM";
  Call(&v1::AlertService::Stub::CreateSilence, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("match: \"type\" is no label of "
                                                        "job_running_long, which has prover, "
                                                        "epoch, machine"));
  request.clear_match();
  (*request.mutable_match())["machine"] = "a";
  *request.mutable_start_time() = request.end_time();
  Call(&v1::AlertService::Stub::CreateSilence, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("is not after the begin"));
  request.clear_start_time();
  request.mutable_end_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 91 * 86'400);
  Call(&v1::AlertService::Stub::CreateSilence, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("the most is 90 d"));
}

TEST_F(AlertServiceTest, WhoTakesCareIsSaid) {
  const Alert alert = Fire("f1", "a");
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(alert.alert_id);
  Call(&v1::AlertService::Stub::AcknowledgeAlert, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("acknowledged_by: it is missing"));
  request.set_acknowledged_by("ann");
  Call(&v1::AlertService::Stub::AcknowledgeAlert, request);
  ASSERT_TRUE(status_.ok()) << status_;
  v1::GetAlertRequest get;
  get.set_alert_id(alert.alert_id);
  const auto response = Call(&v1::AlertService::Stub::GetAlert, get);
  EXPECT_EQ(response.alert().acknowledgement().acknowledged_by(), "ann");
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(1).what(), "acknowledged");
}

TEST_F(AlertServiceTest, AWatchTellsWhatFiresThenWhatChanges) {
  Alert alert = Fire("f1", "a");
  grpc::ClientContext context;
  const auto reader = services_.alerts->WatchAlerts(&context, v1::WatchAlertsRequest());
  v1::WatchAlertsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.alert().alert_id(), alert.alert_id);
  EXPECT_EQ(response.event().what(), "firing");
  EXPECT_EQ(response.event().change_id(), 0);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_FALSE(response.has_alert());
  EXPECT_GT(response.event().change_id(), 0);
  alert.state = AlertState::kResolved;
  Save(alert, AlertStep::kResolved);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.event().what(), "resolved");
  const int64_t last = response.event().change_id();
  context.TryCancel();
  reader->Finish();

  // It goes on after what was read.
  Fire("f2", "b");
  grpc::ClientContext again;
  v1::WatchAlertsRequest request;
  request.set_after_change_id(last);
  const auto resumed = services_.alerts->WatchAlerts(&again, request);
  ASSERT_TRUE(resumed->Read(&response));
  EXPECT_EQ(response.alert().labels().at("machine"), "b");
  EXPECT_GT(response.event().change_id(), last);
  again.TryCancel();
  resumed->Finish();
}

TEST_F(AlertServiceTest, AWatchThatBreaksBeforeItsFirstChangeGoesOnWithoutMissingOne) {
  const auto read_last = [&](std::optional<int64_t> after) {
    grpc::ClientContext context;
    v1::WatchAlertsRequest request;
    if (after) request.set_after_change_id(*after);
    const auto reader = services_.alerts->WatchAlerts(&context, request);
    v1::WatchAlertsResponse response;
    EXPECT_TRUE(reader->Read(&response));
    context.TryCancel();
    reader->Finish();
    return response;
  };
  // Nothing fires yet: all that is said is where to go on.
  const v1::WatchAlertsResponse none = read_last(std::nullopt);
  EXPECT_FALSE(none.has_alert());
  Alert alert = Fire("f1", "a");
  alert.state = AlertState::kResolved;
  Save(alert, AlertStep::kResolved);
  const v1::WatchAlertsResponse missed = read_last(none.event().change_id());
  EXPECT_EQ(missed.alert().alert_id(), alert.alert_id);
  EXPECT_EQ(missed.event().what(), "firing");
}

TEST_F(AlertServiceTest, RulesAreListedWithTheirThresholds) {
  const auto response = Call(&v1::AlertService::Stub::ListRules, v1::ListRulesRequest());
  ASSERT_TRUE(status_.ok()) << status_;
  bool has_lag = false;
  for (const v1::AlertRule& rule : response.rules()) {
    EXPECT_TRUE(rule.enabled());
    EXPECT_NE(rule.description(), "");
    if (rule.name() != "ingest_lag") continue;
    has_lag = true;
    EXPECT_EQ(rule.hold_seconds(), 120);
    ASSERT_EQ(rule.thresholds_size(), 1);
    EXPECT_EQ(rule.thresholds(0).value(), 300);
  }
  EXPECT_TRUE(has_lag);
}

TEST_F(AlertServiceTest, BadTestsOfRulesSayWhatIsWrong) {
  v1::TestRulesRequest request;
  Call(&v1::AlertService::Stub::TestRules, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("start_time: it is missing"));
  request.mutable_start_time()->set_seconds(1'795'226'400);
  request.mutable_end_time()->set_seconds(1'795'226'400 + 8 * 86'400);
  Call(&v1::AlertService::Stub::TestRules, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("the most is 7 d"));
  request.mutable_end_time()->set_seconds(1'795'226'400 + 3600);
  request.set_rules("rules { rule: \"job_faild\" }");
  Call(&v1::AlertService::Stub::TestRules, request);
  EXPECT_THAT(std::string(status_.message()), HasSubstr("job_failed"));
}

}  // namespace
}  // namespace proverlog
