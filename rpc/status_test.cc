#include "rpc/status.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

absl::Status ThroughGrpc(const absl::Status& status) {
  return FromGrpcStatus(ToGrpcStatus(status));
}

// The detail of a type that a status carries.
template <typename Message>
std::optional<Message> DetailOf(const absl::Status& status) {
  const auto payload =
      status.GetPayload(absl::StrCat("type.googleapis.com/", Message::descriptor()->full_name()));
  Message message;
  if (!payload || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

TEST(StatusTest, EveryCodeComesThrough) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "what went wrong");
    const grpc::Status wire = ToGrpcStatus(status);
    EXPECT_EQ(static_cast<int>(wire.error_code()), code);
    EXPECT_EQ(wire.error_message(), "what went wrong");
    EXPECT_EQ(wire.error_details(), "");
    EXPECT_EQ(FromGrpcStatus(wire), status);
  }
}

TEST(StatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(StatusTest, AFieldsErrorNamesTheField) {
  const absl::Status status = InvalidField("hello.prover", "it is empty");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "hello.prover: it is empty");
  const auto detail = DetailOf<google::rpc::BadRequest>(ThroughGrpc(status));
  ASSERT_TRUE(detail);
  ASSERT_EQ(detail->field_violations_size(), 1);
  EXPECT_EQ(detail->field_violations(0).field(), "hello.prover");
  EXPECT_EQ(detail->field_violations(0).description(), "it is empty");
}

TEST(StatusTest, AReasonComesThrough) {
  const absl::Status status = WithReason(absl::AbortedError("another client"), "FENCED");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "another client");
  EXPECT_EQ(ReasonOf(status), "FENCED");
  EXPECT_EQ(ReasonOf(ThroughGrpc(status)), "FENCED");
  const auto detail = DetailOf<google::rpc::ErrorInfo>(ThroughGrpc(status));
  ASSERT_TRUE(detail);
  EXPECT_EQ(detail->domain(), "proverlog");
}

TEST(StatusTest, TheLastReasonStands) {
  EXPECT_EQ(ReasonOf(WithReason(WithReason(absl::AbortedError(""), "FIRST"), "LAST")), "LAST");
}

TEST(StatusTest, WithoutAReasonThereIsNone) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
  EXPECT_EQ(ReasonOf(absl::AbortedError("FENCED")), "");
  EXPECT_EQ(ReasonOf(InvalidField("f", "FENCED")), "");
}

TEST(StatusTest, ADelayComesThrough) {
  const absl::Status status =
      WithRetryDelay(absl::UnavailableError("no database"), absl::Milliseconds(1500));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  const auto detail = DetailOf<google::rpc::RetryInfo>(ThroughGrpc(status));
  ASSERT_TRUE(detail);
  EXPECT_EQ(FromProtoDuration(detail->retry_delay()), absl::Milliseconds(1500));
}

TEST(StatusTest, SeveralDetailsComeThrough) {
  const absl::Status status =
      WithRetryDelay(WithReason(InvalidField("f", "wrong"), "REASON"), absl::Seconds(1));
  const absl::Status received = ThroughGrpc(status);
  EXPECT_EQ(received, status);
  EXPECT_TRUE(DetailOf<google::rpc::BadRequest>(received));
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(received));
  EXPECT_EQ(ReasonOf(received), "REASON");
}

TEST(StatusTest, DetailsOfOtherTypesComeThrough) {
  absl::Status status = absl::InternalError("x");
  status.SetPayload("type.googleapis.com/of.another.Program", absl::Cord("bytes \xFF"));
  EXPECT_EQ(ThroughGrpc(status), status);
}

TEST(StatusTest, TheDetailsAreAStatusOfGoogleRpc) {
  const grpc::Status wire = ToGrpcStatus(InvalidField("f", "wrong"));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(wire.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  EXPECT_EQ(details.message(), "f: wrong");
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.BadRequest");
}

TEST(StatusTest, DetailsThatCannotBeReadAreLeftOut) {
  const absl::Status status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "message", "\xFF no details"));
  EXPECT_EQ(status, absl::AbortedError("message"));
}

TEST(StatusTest, AReasonThatCannotBeReadIsNone) {
  absl::Status status = absl::AbortedError("x");
  status.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xFF"));
  EXPECT_EQ(ReasonOf(status), "");
}

}  // namespace
}  // namespace proverlog
