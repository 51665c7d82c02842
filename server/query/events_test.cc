// QueryService.ListEvents on logs in a database.

#include "server/query/events.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "server/query/query_fixture.h"

namespace proverlog {
namespace {

constexpr char kNode[] =
    "[03:00:00.000] INFO: prover-node:epoch-session Created EpochSession u-7 "
    "{\"uuid\":\"u-7\",\"kind\":\"full\",\"epochNumber\":7}\n"
    "[03:01:00.000] INFO: p Submitted proof for epoch 7 (checkpoints 1..2) {\"uuid\":\"u-7\"}\n"
    "[03:01:01.000] INFO: p Session u-7 exited with state completed\n";

class EventsTest : public QueryTest {
 protected:
  absl::StatusOr<v1::ListEventsResponse> Ask(int32_t epoch, const std::string& kind = "") {
    v1::ListEventsRequest request;
    request.set_epoch(epoch);
    request.set_kind(kind);
    return handler_.ListEvents(request);
  }
};

TEST_F(EventsTest, TheLogsOfTheWholeEpochCount) {
  Import("m", "node.log", kNode);
  Archive("n", "late.log", "[03:00:59.500] INFO: a Nothing\n");
  v1::ListEventsRequest request;
  request.set_epoch(7);
  request.set_page_size(1);
  const auto response = handler_.ListEvents(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->events_size(), 1);
  EXPECT_FALSE(response->completeness().complete());
  EXPECT_EQ(response->completeness().sources_size(), 2);
  // A log that begins when the page's only event is over.
  Import("k", "end.log", "[03:00:59.500] INFO: a One\n[03:00:59.600] INFO: a Two\n");
  EXPECT_EQ(handler_.ListEvents(request)->completeness().sources_size(), 3);
  // Of a kind that never happened, too.
  EXPECT_EQ(Ask(7, "l1.")->completeness().sources_size(), 3);
}

TEST_F(EventsTest, AnEpochThatNothingIsKnownOfIsNotFound) {
  Import("m", "node.log", kNode);
  const absl::Status status = Ask(9999).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "has no epoch 9999; its latest is 7")) << status;
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(-1).status()));
  EXPECT_TRUE(Ask(7, "l1.")->events().empty());
}

TEST_F(EventsTest, AnEpochThatOnlyAnEventNamesIsKnown) {
  Import("m", "node.log",
         "[03:02:00.000] INFO: prover-node Skipping full-session open for epoch 12: max pending "
         "jobs reached\n[03:02:01.000] INFO: prover-node Nothing\n");
  const auto response = Ask(12);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->events_size(), 1);
  EXPECT_EQ(response->events(0).kind(), "epoch.skipped");
  EXPECT_EQ(response->completeness().sources_size(), 1);
}

TEST_F(EventsTest, AKindThatThereIsNotIsRefusedWithTheNearest) {
  Import("m", "node.log", kNode);
  const auto message = [&](const std::string& kind) {
    const absl::Status status = Ask(7, kind).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << kind << status;
    return std::string(status.message());
  };
  EXPECT_EQ(message("foo"), "kind: no event's kind begins with \"foo\"");
  EXPECT_EQ(message("session.creatd"),
            "kind: no event's kind begins with \"session.creatd\"; did you mean "
            "\"session.created\"?");
  for (const char* kind : {"session.", "session.created", "sess", "l1.", ""}) {
    EXPECT_TRUE(Ask(7, kind).ok()) << kind;
  }
}

}  // namespace
}  // namespace proverlog
