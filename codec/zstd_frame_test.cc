#include "codec/zstd_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

using testing::HasSubstr;

constexpr size_t kMebibyte = size_t{1} << 20;

// RFC 8878, 3.1.1: the bits of the frame header descriptor.
constexpr unsigned char kSingleSegment = 0x20;
constexpr unsigned char kChecksum = 0x04;
constexpr unsigned char kOneByteDictionaryId = 0x01;
constexpr unsigned char kFourByteContentSize = 0x80;
constexpr unsigned char kEightByteContentSize = 0xC0;

std::string Noise(size_t size) {
  std::mt19937 random(7);
  std::string noise(size, '\0');
  for (char& c : noise) c = static_cast<char>(random() & 0xFF);
  return noise;
}

std::string LogText(size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    absl::StrAppend(&text, "[03:00:46.633] INFO: prover-client:proving-broker job ", i, "\n");
  }
  text.resize(size);
  return text;
}

// A frame with one of zstd's frame parameters changed from what CompressFrame uses.
std::string CompressWith(absl::string_view raw, ZSTD_cParameter parameter, int value) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context.get(), parameter, value);
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  frame.resize(ZSTD_compress2(context.get(), frame.data(), frame.size(), raw.data(), raw.size()));
  return frame;
}

// A frame written by hand: the header's descriptor and what follows it, then `raw` as one block,
// then the checksum.
std::string HandMadeFrame(unsigned char descriptor, absl::string_view header,
                          absl::string_view raw) {
  const std::string good = CompressFrame(raw);
  const auto block_header = static_cast<uint32_t>(raw.size() << 3 | 1);  // raw, the last one
  std::string frame("\x28\xb5\x2f\xfd", 4);
  frame.push_back(static_cast<char>(descriptor));
  absl::StrAppend(&frame, header);
  for (const int shift : {0, 8, 16}) frame.push_back(static_cast<char>(block_header >> shift));
  return absl::StrCat(frame, raw, good.substr(good.size() - 4));
}

void ExpectRefused(absl::string_view frame, size_t raw_size, const std::string& why) {
  const auto raw = DecompressFrame(frame, raw_size);
  EXPECT_EQ(raw.status().code(), absl::StatusCode::kInvalidArgument) << why;
  EXPECT_THAT(std::string(raw.status().message()), HasSubstr(why));
}

TEST(ZstdFrameTest, WhatIsCompressedComesBack) {
  const std::string kTexts[] = {
      "",
      "a",
      std::string(1, '\0'),
      LogText(10'000),
      LogText(kMebibyte),
      Noise(kMebibyte),
      std::string(kMebibyte, '\n'),
  };
  for (const std::string& text : kTexts) {
    const auto raw = DecompressFrame(CompressFrame(text), text.size());
    ASSERT_TRUE(raw.ok()) << raw.status();
    EXPECT_TRUE(*raw == text) << text.size();
  }
}

TEST(ZstdFrameTest, LogsBecomeSmaller) {
  EXPECT_LT(CompressFrame(LogText(kMebibyte)).size(), kMebibyte / 5);
}

TEST(ZstdFrameTest, AFrameStatesItsSizeAndHasAChecksum) {
  const std::string frame = CompressFrame("hello");
  EXPECT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), 5U);
  EXPECT_NE(frame[4] & kChecksum, 0);
  EXPECT_EQ(ZSTD_getDictID_fromFrame(frame.data(), frame.size()), 0U);
}

TEST(ZstdFrameTest, TakesFramesOfOtherLevels) {
  const std::string text = LogText(100'000);
  for (const int level : {-5, 3, 19}) {
    EXPECT_EQ(DecompressFrame(CompressWith(text, ZSTD_c_compressionLevel, level), text.size())
                  .value_or("refused"),
              text);
  }
}

TEST(ZstdFrameTest, TheHandMadeFrameIsGood) {
  const std::string frame = HandMadeFrame(kSingleSegment | kChecksum, "\x05", "hello");
  EXPECT_EQ(DecompressFrame(frame, 5).value_or("refused"), "hello");
}

TEST(ZstdFrameTest, RefusesWhatIsNoFrame) {
  for (const std::string bytes : {"", "(", "hello, world", "\x1f\x8b\x08"}) {
    ExpectRefused(bytes, bytes.size(), "not a zstd frame");
  }
}

TEST(ZstdFrameTest, RefusesAnotherSizeThanAnnounced) {
  const std::string frame = CompressFrame("hello");
  for (const size_t size : {size_t{0}, size_t{4}, size_t{6}, SIZE_MAX}) {
    ExpectRefused(frame, size, absl::StrCat("holds 5 bytes where ", size));
  }
  ExpectRefused(CompressFrame(""), 1, "holds 0 bytes where 1");
}

TEST(ZstdFrameTest, AStatedSizeIsComparedBeforeAnythingIsAllocatedForIt) {
  const std::string petabytes("\0\0\0\0\0\0\0\x10", 8);
  ExpectRefused(
      HandMadeFrame(kEightByteContentSize | kSingleSegment | kChecksum, petabytes, "hello"), 5,
      "holds 1152921504606846976 bytes where 5");
}

TEST(ZstdFrameTest, RefusesAFrameThatHoldsMoreOrLessThanItStates) {
  for (const std::string raw : {"hell", "hello!"}) {
    ExpectRefused(HandMadeFrame(kSingleSegment | kChecksum, "\x05", raw), 5, "damaged");
  }
}

TEST(ZstdFrameTest, RefusesAFrameWithoutAChecksum) {
  ExpectRefused(CompressWith("hello", ZSTD_c_checksumFlag, 0), 5, "no checksum");
}

TEST(ZstdFrameTest, RefusesAFrameThatDoesNotStateItsSize) {
  ExpectRefused(CompressWith("hello", ZSTD_c_contentSizeFlag, 0), 5, "does not state");
}

TEST(ZstdFrameTest, RefusesAFrameThatNeedsADictionary) {
  ExpectRefused(
      HandMadeFrame(kSingleSegment | kChecksum | kOneByteDictionaryId, "\x07\x05", "hello"), 5,
      "dictionary");
}

TEST(ZstdFrameTest, RefusesMoreThanOneFrame) {
  const std::string two = CompressFrame("hello") + CompressFrame("world");
  ExpectRefused(two, 5, "exactly one");
  ExpectRefused(two, 10, "holds 5 bytes");
  ExpectRefused(CompressFrame("hello") + CompressFrame(""), 5, "exactly one");
}

TEST(ZstdFrameTest, RefusesALargerWindowThanAllowed) {
  const auto with_window = [](char descriptor) {
    return HandMadeFrame(kChecksum | kFourByteContentSize,
                         absl::StrCat(std::string(1, descriptor), std::string("\x05\0\0\0", 4)),
                         "hello");
  };
  EXPECT_EQ(DecompressFrame(with_window(13 << 3), 5).value_or("refused"), "hello");  // 2^23
  ExpectRefused(with_window(13 << 3 | 1), 5,
                "a window of 9437184 bytes; at most 8388608 are allowed");
}

TEST(ZstdFrameTest, RefusesEmptyBlocksThatFillAFrame) {
  const std::string frame = HandMadeFrame(kSingleSegment | kChecksum, "\x01", "a");
  const std::string empty_block("\0\0\0", 3);  // raw, not the last one
  std::string padded = frame;
  for (int i = 0; i < 1000; ++i) padded.insert(6, empty_block);
  ExpectRefused(padded, 1, "has 3014 bytes; at most 64 are allowed for 1");
}

TEST(ZstdFrameTest, RefusesATrailingByte) {
  for (const char byte : {'\0', 'x', '\n'}) {
    ExpectRefused(CompressFrame("hello") + byte, 5, "exactly one");
  }
}

TEST(ZstdFrameTest, RefusesEveryTruncation) {
  const std::string text = LogText(3000);
  const std::string frame = CompressFrame(text);
  for (size_t size = 0; size < frame.size(); ++size) {
    ExpectRefused(absl::string_view(frame).substr(0, size), text.size(), "");
  }
}

TEST(ZstdFrameTest, AFlippedBitNeverGivesOtherBytes) {
  const std::string text = LogText(3000);
  std::string frame = CompressFrame(text);
  int refused = 0;
  for (size_t i = 0; i < frame.size() * 8; ++i) {
    char& byte = frame[i / 8];
    byte = static_cast<char>(byte ^ 1 << i % 8);
    const auto raw = DecompressFrame(frame, text.size());
    EXPECT_TRUE(!raw.ok() || *raw == text) << "bit " << i;
    refused += raw.ok() ? 0 : 1;
    byte = static_cast<char>(byte ^ 1 << i % 8);
  }
  // All but the descriptor's unused bit (and what a decoder need not look at).
  EXPECT_GT(refused, static_cast<int>(frame.size()) * 8 - 16);
}

}  // namespace
}  // namespace proverlog
