#include "server/alerts/http_url.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

std::string Parse(const std::string& text) {
  const auto url = ParseHttpUrl(text);
  if (!url.ok()) return std::string(url.status().message());
  return absl::StrCat(url->tls ? "tls " : "", url->host, " ", url->port, " ", url->authority, " ",
                      url->path);
}

std::string Refused(const std::string& what) {
  return what + "; allowed is http://HOST[:PORT][/PATH] or https://...";
}

TEST(HttpUrlTest, HasTheParts) {
  EXPECT_EQ(Parse("http://alerts.example"), "alerts.example 80 alerts.example /");
  EXPECT_EQ(Parse("https://alerts.example:8443/a/b?c=d"),
            "tls alerts.example 8443 alerts.example:8443 /a/b?c=d");
  EXPECT_EQ(Parse("https://h?c"), "tls h 443 h /?c");
  EXPECT_EQ(Parse("http://[fd00::1]:9093/"), "fd00::1 9093 [fd00::1]:9093 /");
}

TEST(HttpUrlTest, SaysWhatIsWrong) {
  EXPECT_EQ(Parse("ftp://h"), Refused("it does not begin with http:// or https://"));
  EXPECT_EQ(Parse("http://"), Refused("it has no host"));
  EXPECT_EQ(Parse("http://:80"), Refused("it has no host"));
  EXPECT_EQ(Parse("http://[::1"), Refused("its host lacks a ']'"));
  EXPECT_EQ(Parse("http://[::1]x"), Refused("its port is no number from 1 to 65535"));
  EXPECT_EQ(Parse("http://h:0"), Refused("its port is no number from 1 to 65535"));
  EXPECT_EQ(Parse("http://h:65536"), Refused("its port is no number from 1 to 65535"));
  EXPECT_EQ(Parse("http://h:"), Refused("its port is no number from 1 to 65535"));
  EXPECT_EQ(Parse("http://h/a b"), Refused("it has a space, or a character that is not ASCII"));
  EXPECT_EQ(Parse("http://h/\r\nX: y"),
            Refused("it has a space, or a character that is not ASCII"));
  EXPECT_EQ(Parse("http://h/#x"), Refused("it has a fragment (#...)"));
  EXPECT_EQ(Parse("http://me:hidden@h/"),
            Refused("it has a user or password (...@HOST); use token_file or token_env"));
  EXPECT_EQ(Parse("http://h/@x"), "h 80 h /@x");
}

}  // namespace
}  // namespace proverlog
