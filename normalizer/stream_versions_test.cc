// What a stream's normalizer finds out of the version that wrote it.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "normalizer/stream_normalizer.h"

namespace proverlog {
namespace {

struct NullSink : NormalizerSink {
  void OnFact(const JobIdView& /*job*/, Fact /*fact*/) override {}
};

// Every piece is read by a normalizer of its own, which goes on from the saved state.
StreamCounts Normalize(const std::vector<std::string>& pieces, bool seal_each = false) {
  static const MessageIndex index;
  NullSink sink;
  StreamProgress progress;
  for (const std::string& piece : pieces) {
    auto normalizer = StreamNormalizer::Create({1, "machine", "a.log", {}}, progress, &index);
    EXPECT_TRUE(normalizer.ok()) << normalizer.status();
    normalizer->Feed(piece, sink);
    if (seal_each) normalizer->Seal(sink);
    progress = normalizer->progress();
  }
  return progress.counts;
}

// JSON, so that the records are dated.
std::string Line(const std::string& message) {
  return absl::StrCat(R"({"level":30,"time":1795255204000,"pid":1,"hostname":"h","msg":")", message,
                      "\"}\n");
}

const std::string kOf3OrLater = Line("New proving job id=3054:PARITY_BASE:abc epochNumber=3054");
const std::string kUpTo4 =
    Line("Proving job id=3054:PUBLIC_VM:abc timed out. Adding it back to the queue.");
const std::string kOf5 =
    Line("Reviving aborted proving job id=3054:PUBLIC_VM:abc epochNumber=3054");
const std::string kNew = Line("Quite new");

TEST(StreamVersionsTest, MessagesAndJobTypesNarrow) {
  EXPECT_FALSE(Normalize({kNew}).versions.is_known());
  EXPECT_EQ(Normalize({kNew + kOf3OrLater}).versions.ToString(), "3.0 or later");
  EXPECT_EQ(Normalize({kOf3OrLater + kUpTo4}).versions.ToString(), "3.0 to 4.1");
  EXPECT_EQ(Normalize({kUpTo4 + kOf5}).versions.ToString(), "5.2 or later, and up to 4.1");
}

TEST(StreamVersionsTest, TheProcessPrintsItsOwn) {
  const std::string starts = "Setting up Aztec local network 4.1.2, please stand by...\n";
  EXPECT_EQ(Normalize({starts}).versions.ToString(), "4.1.2");
  EXPECT_EQ(Normalize({kOf3OrLater + starts + kOf3OrLater}).versions.ToString(), "4.1.2");
}

TEST(StreamVersionsTest, ALineThatMayGoOnTellsNothingYet) {
  const std::string begun =
      "[10:00:00.000] INFO: b Retrying proving job id=3055:PARITY_BASE:abc type=PARITY_BASE "
      "retry=1";
  EXPECT_FALSE(Normalize({begun}, /*seal_each=*/true).versions.is_known());
  EXPECT_EQ(Normalize({begun, "\n"}, /*seal_each=*/true).versions.ToString(), "up to 0.87");
}

TEST(StreamVersionsTest, CutsAndSealsChangeNothing) {
  const std::string log = kOf3OrLater + kUpTo4;
  const StreamCounts whole = Normalize({log});
  for (size_t cut = 0; cut <= log.size(); ++cut) {
    const std::vector<std::string> pieces = {log.substr(0, cut), log.substr(cut)};
    ASSERT_EQ(Normalize(pieces), whole) << "cut at " << cut;
    ASSERT_EQ(Normalize(pieces, /*seal_each=*/true), whole) << "sealed at " << cut;
  }
}

}  // namespace
}  // namespace proverlog
