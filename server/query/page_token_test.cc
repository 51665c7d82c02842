#include "server/query/page_token.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

using Position = std::vector<std::string>;

constexpr absl::string_view kRequest = "ListJobs prover 3054";

void ExpectRefused(absl::string_view token, absl::string_view request, size_t size) {
  const absl::Status status = ParsePageToken(token, request, size).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << token;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload) << status;
  google::rpc::BadRequest detail;
  ASSERT_TRUE(detail.ParseFromString(std::string(*payload)));
  EXPECT_EQ(detail.field_violations(0).field(), "page_token");
}

TEST(PageTokenTest, APositionComesBack) {
  for (const Position& position :
       {Position{"3054"}, Position{"PUBLIC_VM", std::string(64, 'a')}, Position{"", ""},
        Position{"a b", "ü", "x\ty"}, Position{"\xFF\xFE?>"}}) {
    const auto parsed =
        ParsePageToken(MakePageToken(kRequest, position), kRequest, position.size());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, position);
  }
}

TEST(PageTokenTest, ATokenFitsIntoAUrl) {
  for (const char c : MakePageToken(kRequest, {"\xFF\xFE\xFB?>~", "b"})) {
    EXPECT_TRUE(absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') << c;
  }
}

TEST(PageTokenTest, ATokenIsOfItsRequestOnly) {
  const std::string token = MakePageToken(kRequest, {"a", "b"});
  for (const absl::string_view request :
       {"", "ListJobs prover 3055", "ListJobs prover 305", "ListEpochs prover 3054"}) {
    ExpectRefused(token, request, 2);
  }
}

TEST(PageTokenTest, ATokenHasAllPartsOfThePosition) {
  const std::string token = MakePageToken(kRequest, {"a", "b"});
  for (const size_t size : {size_t{0}, size_t{1}, size_t{3}, size_t{1000}}) {
    ExpectRefused(token, kRequest, size);
  }
}

TEST(PageTokenTest, RefusesWhatIsNoToken) {
  for (const std::string token : {"", "x", "not a token", "====", "%%%", "\xFF", "AAAA", "3054"}) {
    ExpectRefused(token, kRequest, 1);
    ExpectRefused(token, kRequest, 2);
  }
  ExpectRefused(absl::WebSafeBase64Escape("another\nrequest"), kRequest, 1);
}

TEST(PageTokenTest, RefusesEveryTruncationThatLosesAPart) {
  const std::string token = MakePageToken(kRequest, {"a", "b"});
  for (size_t size = 0; size + 4 < token.size(); ++size) {
    ExpectRefused(absl::string_view(token).substr(0, size), kRequest, 2);
  }
}

}  // namespace
}  // namespace proverlog
