#include "server/alerts/http_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing_util/raw_http_server.h"
#include "tests/testing_util/wait_until.h"

namespace proverlog {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_util::RawHttpServer;

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

HttpPost PostTo(const std::string& url) { return {Secret(url), Secret("t0ken"), "{\"a\":1}"}; }

TEST(HttpTransportTest, SendsTheBodyAndTheToken) {
  RawHttpServer server(kOk);
  const auto answer = HttpClient().Post(PostTo(server.url() + "/hook/a%20b?x=y"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->retry_after, "");
  ASSERT_EQ(server.requests().size(), 1);
  const std::string request = server.requests()[0];
  EXPECT_THAT(request, StartsWith("POST /hook/a%20b?x=y HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer t0ken\r\n"));
  EXPECT_THAT(request, EndsWith("\r\n\r\n{\"a\":1}"));
  HttpPost without = PostTo(server.url());
  without.token = Secret();
  ASSERT_TRUE(HttpClient().Post(without).ok());
  EXPECT_THAT(server.requests()[1], Not(HasSubstr("Authorization")));
}

TEST(HttpTransportTest, TellsTheStatusAndWhenToComeBack) {
  RawHttpServer server(
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
  const auto answer = HttpClient().Post(PostTo(server.url()));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(answer->retry_after, "7");
}

TEST(HttpTransportTest, FollowsNoRedirect) {
  RawHttpServer elsewhere(kOk);
  RawHttpServer server(absl::StrCat("HTTP/1.1 307 Temporary Redirect\r\nLocation: ",
                                    elsewhere.url(), "/\r\nContent-Length: 0\r\n\r\n"));
  const auto answer = HttpClient().Post(PostTo(server.url()));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 307);
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(HttpTransportTest, AnEndlessAnswerIsCutOff) {
  RawHttpServer server(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n",
                                    std::string(1 << 20, 'x')));
  const auto answer = HttpClient().Post(PostTo(server.url()));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
}

TEST(HttpTransportTest, WhatIsNotAWholeAnswerIsNone) {
  for (const char* lie : {"", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nshort",
                          "\x01\x02\xff\xfe", "HTTP/1.1 200 OK\r\nContent-"}) {
    RawHttpServer server(lie);
    const auto answer = HttpClient().Post(PostTo(server.url()));
    EXPECT_EQ(answer.status(), absl::UnknownError("it was reached, and gave no whole answer"))
        << lie;
  }
}

TEST(HttpTransportTest, WhoIsNotThereWasSentNothing) {
  std::string url;
  {
    const RawHttpServer server(kOk);
    url = server.url();
  }
  EXPECT_EQ(HttpClient().Post(PostTo(url)).status(),
            absl::UnavailableError("it cannot be reached"));
  EXPECT_EQ(HttpClient().Post(PostTo("http://no-such-host.invalid/hidden")).status(),
            absl::UnavailableError("it cannot be reached"));
}

TEST(HttpTransportTest, WhoSpeaksNoTlsWasSentNothing) {
  RawHttpServer server(kOk);
  std::string url = server.url();
  url.replace(0, 4, "https");
  EXPECT_EQ(HttpClient().Post(PostTo(url)).status(),
            absl::UnavailableError("it does not speak TLS"));
}

TEST(HttpTransportTest, WhatHangsIsGivenUp) {
  RawHttpServer server(std::nullopt);
  const absl::Time begin = absl::Now();
  EXPECT_EQ(HttpClient().Post(PostTo(server.url())).status(),
            absl::UnknownError("it was reached, and gave no whole answer"));
  EXPECT_GT(absl::Now() - begin, absl::Seconds(9));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(19));
}

TEST(HttpTransportTest, WhatIsAbortedEndsAtOnce) {
  RawHttpServer server(std::nullopt);
  HttpClient client;
  const absl::Time begin = absl::Now();
  std::thread aborting([&] {
    testing_util::WaitUntil([&] { return !server.requests().empty(); }, "the request came");
    client.Abort();
  });
  EXPECT_FALSE(client.Post(PostTo(server.url())).ok());
  aborting.join();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  EXPECT_EQ(client.Post(PostTo(server.url())).status(), absl::UnavailableError("the service ends"));
  EXPECT_EQ(server.requests().size(), 1);
}

}  // namespace
}  // namespace proverlog
