#include "server/ingest/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "codec/zstd_frame.h"
#include "google/rpc/error_details.pb.h"
#include "rpc/convert.h"
#include "rpc/status.h"

namespace proverlog {
namespace {

using testing::HasSubstr;

constexpr UnixMillis kSomeTime = 1795226400000;  // 2026-11-21T02:00:00Z

// The field that an error names, in its text and for programs.
std::string FieldOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest detail;
  if (!payload || !detail.ParseFromString(std::string(*payload)) ||
      detail.field_violations_size() != 1) {
    return absl::StrCat("no field: ", status.ToString());
  }
  const std::string field = detail.field_violations(0).field();
  EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  return field;
}

v1::Hello GoodHello() {
  v1::Hello hello;
  hello.set_prover("prover-1.eu_west");
  hello.set_machine("Büro 1");
  hello.set_source("broker.log");
  hello.set_head(std::string(kHeadBytes, 'h'));
  hello.set_size(int64_t{1} << 40);
  return hello;
}

absl::Status Hello(const std::function<void(v1::Hello&)>& change) {
  v1::Hello hello = GoodHello();
  change(hello);
  return ValidateHello(hello);
}

TEST(ValidateHelloTest, TakesAGoodOne) {
  EXPECT_TRUE(ValidateHello(GoodHello()).ok()) << ValidateHello(GoodHello());
}

TEST(ValidateHelloTest, AProverIsOneTo63OfAFewCharacters) {
  const auto with = [](const std::string& prover) {
    return Hello([&](v1::Hello& hello) { hello.set_prover(prover); });
  };
  for (const std::string& prover :
       {std::string("a"), std::string("0"), std::string("._-"), std::string(63, 'z')}) {
    EXPECT_TRUE(with(prover).ok()) << with(prover);
  }
  for (const std::string& prover :
       {std::string(), std::string(64, 'z'), std::string("Prover"), std::string("a b"),
        std::string("a/b"), std::string("a:b"), std::string("é"), std::string("a\n"),
        std::string("a\0", 2), std::string("a\xFF"), std::string(1'000'000, 'z')}) {
    EXPECT_EQ(FieldOf(with(prover)), "hello.prover");
    EXPECT_LT(with(prover).message().size(), 500U);
  }
}

TEST(ValidateHelloTest, LabelsAreOneTo255BytesOfPrintableText) {
  const auto machine = [](const std::string& label) {
    return Hello([&](v1::Hello& hello) { hello.set_machine(label); });
  };
  const auto source = [](const std::string& label) {
    return Hello([&](v1::Hello& hello) { hello.set_source(label); });
  };
  for (const std::string& label :
       {std::string("a"), std::string("two words"), std::string("証明 🚀"), std::string(255, 'x')}) {
    EXPECT_TRUE(machine(label).ok()) << machine(label);
    EXPECT_TRUE(source(label).ok()) << source(label);
  }
  for (const std::string& label :
       {std::string(), std::string(256, 'x'), std::string("a\n"), std::string("a\tb"),
        std::string("a\0b", 3), std::string("\x1b[1m"), std::string("a\x7F"), std::string("a\xFF"),
        std::string("\xED\xA0\x80"), std::string("\xC3")}) {
    EXPECT_EQ(FieldOf(machine(label)), "hello.machine");
    EXPECT_EQ(FieldOf(source(label)), "hello.source");
  }
}

TEST(ValidateHelloTest, AHeadIsNotEmptyAndAtMostAKibibyte) {
  const auto with = [](size_t size) {
    return Hello([&](v1::Hello& hello) { hello.set_head(std::string(size, 'h')); });
  };
  EXPECT_TRUE(with(kHeadBytes).ok());
  EXPECT_EQ(FieldOf(with(0)), "hello.head");
  EXPECT_EQ(FieldOf(with(kHeadBytes + 1)), "hello.head");
}

TEST(ValidateHelloTest, ALogIsNotSmallerThanItsHead) {
  const auto with = [](int64_t size) {
    return Hello([&](v1::Hello& hello) {
      hello.set_head("0123456789");
      hello.set_size(size);
    });
  };
  EXPECT_TRUE(with(10).ok());
  for (const int64_t size : {int64_t{9}, int64_t{0}, int64_t{-1}, INT64_MIN}) {
    EXPECT_EQ(FieldOf(with(size)), "hello.size");
  }
}

v1::Open OpenWith(const std::vector<Anchor>& anchors) {
  v1::Open open;
  for (const Anchor& anchor : anchors) *open.add_anchors() = ToProto(anchor);
  return open;
}

absl::Status RefusalOf(const Anchor& anchor) {
  return ValidateAnchors(OpenWith({{0, kSomeTime, "UTC"}, anchor})).status();
}

TEST(ValidateAnchorsTest, ThereMayBeNone) {
  const auto anchors = ValidateAnchors(v1::Open());
  ASSERT_TRUE(anchors.ok()) << anchors.status();
  EXPECT_TRUE(anchors->empty());
}

TEST(ValidateAnchorsTest, TheyComeInOrderOfTheirOffsets) {
  const Anchor a{0, kSomeTime + 2, "UTC"};
  const Anchor b{5, kSomeTime, "Europe/Berlin"};
  const Anchor c{INT64_MAX, kSomeTime + 1, "Asia/Tokyo"};
  const auto anchors = ValidateAnchors(OpenWith({c, a, b}));
  ASSERT_TRUE(anchors.ok()) << anchors.status();
  EXPECT_EQ(*anchors, (std::vector<Anchor>{a, b, c}));
}

TEST(ValidateAnchorsTest, AHundredAreAllowed) {
  std::vector<Anchor> anchors;
  for (int64_t i = 0; i < 100; ++i) anchors.push_back({i, kSomeTime, "UTC"});
  EXPECT_TRUE(ValidateAnchors(OpenWith(anchors)).ok());
  anchors.push_back({100, kSomeTime, "UTC"});
  EXPECT_EQ(FieldOf(ValidateAnchors(OpenWith(anchors)).status()), "open.anchors");
}

TEST(ValidateAnchorsTest, AnOffsetIsNotNegative) {
  EXPECT_EQ(FieldOf(RefusalOf({-1, kSomeTime, "UTC"})), "open.anchors.offset");
}

TEST(ValidateAnchorsTest, AnOffsetHasOneAnchor) {
  const absl::Status status =
      ValidateAnchors(OpenWith({{7, kSomeTime, "UTC"}, {3, kSomeTime, "UTC"}, {7, 1, "UTC"}}))
          .status();
  EXPECT_EQ(FieldOf(status), "open.anchors.offset");
  EXPECT_THAT(std::string(status.message()), HasSubstr("7 occurs twice"));
}

TEST(ValidateAnchorsTest, ATimeIsOfTheYears1970To9999) {
  EXPECT_TRUE(RefusalOf({1, 0, "UTC"}).ok());
  EXPECT_TRUE(RefusalOf({1, kLastInstant, "UTC"}).ok());
  for (const UnixMillis at : {UnixMillis{-1}, kLastInstant + 1, -kSomeTime}) {
    EXPECT_EQ(FieldOf(RefusalOf({1, at, "UTC"})), "open.anchors.time") << at;
  }
}

TEST(ValidateAnchorsTest, ATimeZoneIsKnown) {
  for (const std::string zone : {"", "Mars/Olympus", "CEST?", "europe berlin", "\u00e9"}) {
    EXPECT_EQ(FieldOf(RefusalOf({1, kSomeTime, zone})), "open.anchors.time_zone") << zone;
  }
}

v1::Batch RawBatch(int64_t begin, const std::string& raw) {
  v1::Batch batch;
  batch.set_begin_offset(begin);
  batch.set_end_offset(begin + static_cast<int64_t>(raw.size()));
  batch.set_raw(raw);
  return batch;
}

v1::Batch ZstdBatch(int64_t begin, const std::string& raw) {
  v1::Batch batch = RawBatch(begin, raw);
  batch.set_zstd(CompressFrame(raw));
  return batch;
}

TEST(ValidateBatchTest, RawBytesAreCompressedForTheArchive) {
  const auto valid = ValidateBatch(RawBatch(100, "hello\n"), 100);
  ASSERT_TRUE(valid.ok()) << valid.status();
  EXPECT_EQ(valid->raw, "hello\n");
  EXPECT_EQ(valid->block.begin_offset, 100);
  EXPECT_EQ(valid->block.end_offset, 106);
  EXPECT_EQ(DecompressFrame(valid->block.zstd, 6).value_or("refused"), "hello\n");
}

TEST(ValidateBatchTest, AFrameIsArchivedAsItComes) {
  const v1::Batch batch = ZstdBatch(0, "hello\n");
  const auto valid = ValidateBatch(batch, 0);
  ASSERT_TRUE(valid.ok()) << valid.status();
  EXPECT_EQ(valid->raw, "hello\n");
  EXPECT_EQ(valid->block.begin_offset, 0);
  EXPECT_EQ(valid->block.end_offset, 6);
  EXPECT_EQ(valid->block.zstd, batch.zstd());
}

TEST(ValidateBatchTest, AMebibyteIsAllowed) {
  const std::string most(static_cast<size_t>(kMaxBlockBytes), 'x');
  EXPECT_TRUE(ValidateBatch(RawBatch(5, most), 5).ok());
  EXPECT_TRUE(ValidateBatch(ZstdBatch(5, most), 5).ok());
  for (const v1::Batch& batch : {RawBatch(5, most + "x"), ZstdBatch(5, most + "x")}) {
    const absl::Status status = ValidateBatch(batch, 5).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("max_batch_bytes is 1048576"));
  }
}

TEST(ValidateBatchTest, AnAnnouncedSizeOverTheLimitIsRefusedBeforeThePayloadIsRead) {
  v1::Batch batch = RawBatch(0, "hello");
  batch.set_end_offset(INT64_MAX);
  EXPECT_EQ(ValidateBatch(batch, 0).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(ValidateBatchTest, BeginsAtTheCommittedOffset) {
  for (const int64_t committed : {int64_t{0}, int64_t{99}, int64_t{101}, INT64_MAX}) {
    const absl::Status status = ValidateBatch(RawBatch(100, "hello"), committed).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << committed;
    EXPECT_EQ(ReasonOf(status), "OFFSET_MISMATCH");
    EXPECT_THAT(std::string(status.message()), HasSubstr("100"));
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(committed)));
  }
}

TEST(ValidateBatchTest, EndsAfterItsBegin) {
  for (const int64_t end : {int64_t{100}, int64_t{99}, int64_t{0}, int64_t{-1}, INT64_MIN}) {
    v1::Batch batch = RawBatch(100, "");
    batch.set_end_offset(end);
    EXPECT_EQ(FieldOf(ValidateBatch(batch, 100).status()), "batch.end_offset") << end;
  }
}

TEST(ValidateBatchTest, RawBytesAreAsManyAsAnnounced) {
  for (const int64_t end : {int64_t{4}, int64_t{6}}) {
    v1::Batch batch = RawBatch(0, "hello");
    batch.set_end_offset(end);
    EXPECT_EQ(FieldOf(ValidateBatch(batch, 0).status()), "batch.raw");
  }
}

TEST(ValidateBatchTest, AFrameHoldsWhatIsAnnounced) {
  v1::Batch larger = ZstdBatch(0, "hello");
  larger.set_end_offset(6);
  EXPECT_EQ(FieldOf(ValidateBatch(larger, 0).status()), "batch.zstd");

  v1::Batch damaged = ZstdBatch(0, "hello");
  damaged.mutable_zstd()->back() = static_cast<char>(damaged.zstd().back() ^ 1);
  EXPECT_EQ(FieldOf(ValidateBatch(damaged, 0).status()), "batch.zstd");

  v1::Batch text = RawBatch(0, "hello");
  text.set_zstd("hello");
  EXPECT_EQ(FieldOf(ValidateBatch(text, 0).status()), "batch.zstd");
}

TEST(ValidateBatchTest, HasAPayload) {
  v1::Batch batch;
  batch.set_end_offset(5);
  EXPECT_EQ(FieldOf(ValidateBatch(batch, 0).status()), "batch.payload");
}

TEST(OffsetMismatchTest, IsAbortedWithItsReason) {
  const absl::Status status = OffsetMismatch(5, 7);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "OFFSET_MISMATCH");
  EXPECT_THAT(std::string(status.message()), HasSubstr("offset 5 is not the committed offset 7"));
}

}  // namespace
}  // namespace proverlog
