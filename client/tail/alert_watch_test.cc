#include "client/tail/alert_watch.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

v1::WatchAlertsResponse Change(int64_t alert_id, int64_t change_id) {
  v1::WatchAlertsResponse response;
  response.mutable_alert()->set_alert_id(alert_id);
  response.mutable_alert()->set_prover("mine");
  response.mutable_alert()->set_rule("job_failed");
  response.mutable_alert()->set_severity(v1::ALERT_SEVERITY_WARNING);
  (*response.mutable_alert()->mutable_labels())["machine"] = "a";
  response.mutable_event()->set_change_id(change_id);
  response.mutable_event()->set_severity(v1::ALERT_SEVERITY_WARNING);
  return response;
}

TEST(AlertWatchTest, TheNextCallGoesOnBehindTheLastChange) {
  v1::ListAlertsRequest filter;
  filter.set_prover("mine");
  filter.set_at_least(v1::ALERT_SEVERITY_CRITICAL);
  AlertWatch watch(filter);
  EXPECT_EQ(watch.request().prover(), "mine");
  EXPECT_FALSE(watch.request().has_after_change_id());
  watch.Take(Change(1, 0));
  EXPECT_FALSE(watch.request().has_after_change_id());
  // Also behind one that is not shown.
  EXPECT_FALSE(watch.Take(Change(1, 7)));
  EXPECT_EQ(watch.request().after_change_id(), 7);
}

TEST(AlertWatchTest, TheNextCallGoesOnBehindWhatFired) {
  AlertWatch watch({});
  watch.Take(Change(1, 0));
  v1::WatchAlertsResponse all_told;
  all_told.mutable_event()->set_change_id(0);  // there was no change before
  EXPECT_FALSE(watch.Take(all_told));
  EXPECT_TRUE(watch.request().has_after_change_id());
  all_told.mutable_event()->set_change_id(4);
  EXPECT_FALSE(watch.Take(all_told));
  EXPECT_EQ(watch.request().after_change_id(), 4);
}

TEST(AlertWatchTest, WhatFiresIsShownOnceThoughTheCallBeginsAgain) {
  AlertWatch watch({});
  EXPECT_TRUE(watch.Take(Change(1, 0)));
  EXPECT_FALSE(watch.Take(Change(1, 0)));
  EXPECT_TRUE(watch.Take(Change(2, 0)));
  EXPECT_TRUE(watch.Take(Change(1, 5)));
  EXPECT_TRUE(watch.Take(Change(1, 6)));
}

TEST(AlertWatchTest, BySeverity) {
  v1::ListAlertsRequest filter;
  filter.set_at_least(v1::ALERT_SEVERITY_CRITICAL);
  AlertWatch watch(filter);
  v1::WatchAlertsResponse response = Change(1, 1);
  EXPECT_FALSE(watch.Take(response));
  response.mutable_alert()->set_severity(v1::ALERT_SEVERITY_CRITICAL);
  EXPECT_TRUE(watch.Take(response));
  response.mutable_alert()->set_severity(v1::ALERT_SEVERITY_WARNING);
  response.mutable_event()->set_severity(v1::ALERT_SEVERITY_CRITICAL);
  EXPECT_TRUE(watch.Take(response));
}

TEST(AlertWatchTest, ByLabels) {
  const auto is_shown = [](const char* name, const char* value) {
    v1::ListAlertsRequest filter;
    (*filter.mutable_match())["rule"] = "job_failed";
    (*filter.mutable_match())[name] = value;
    return AlertWatch(filter).Take(Change(1, 1));
  };
  EXPECT_TRUE(is_shown("machine", "a"));
  EXPECT_FALSE(is_shown("machine", "b"));
  EXPECT_FALSE(is_shown("rule", "epoch_failed"));
  EXPECT_FALSE(is_shown("type", "PUBLIC_VM"));
}

}  // namespace
}  // namespace proverlog
