#include "client/input/log_scan.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing_util::Gzip;
using testing_util::TempDirectory;
using testing_util::Zstd;

constexpr UnixMillis kSomeTime = 1795226400000;  // 2026-11-21T02:00:00Z

std::string At(const std::string& time, const std::string& text = "m Text") {
  return absl::StrCat("[", time, "] INFO: ", text, "\n");
}

// The broker's line about a job that another agent took.
std::string StartedAt(const std::string& time, const std::string& instant) {
  return At(time,
            absl::StrCat("prover-client:proving-broker Proving job id=1:A:b type=A startedAt=",
                         instant, " older agent has taken job"));
}

std::string Json(UnixMillis at, const std::string& hostname) {
  return absl::StrCat(R"({"level":30,"time":)", at, R"(,"pid":7,"hostname":")", hostname,
                      R"(","module":"m","msg":"Text"})", "\n");
}

class LogScanTest : public testing::Test {
 protected:
  LogScan Scan(absl::string_view bytes) {
    auto log = LogFile::Open(directory_.Write("log", bytes));
    EXPECT_TRUE(log.ok()) << log.status();
    return ScanLog(**log);
  }

  TempDirectory directory_;
};

TEST_F(LogScanTest, AnEmptyLogHasNothing) {
  const LogScan scan = Scan("");
  EXPECT_EQ(scan.size, 0);
  EXPECT_TRUE(scan.damage.ok());
  EXPECT_FALSE(scan.first_instant);
  EXPECT_FALSE(scan.first_time_of_day);
  EXPECT_FALSE(scan.hint);
  EXPECT_EQ(scan.hostname, "");
}

TEST_F(LogScanTest, LinesThatAreNoRecordsTellNothing) {
  const LogScan scan = Scan("some text\n  at x.js:1\n[25:00:00.000] INFO: m Text\n{}\n");
  EXPECT_FALSE(scan.first_instant);
  EXPECT_FALSE(scan.first_time_of_day);
}

TEST_F(LogScanTest, FindsTheFirstAndTheLastTimeOfDay) {
  const std::string log = "text\n" + At("03:00:00.001") + "  at x.js\n" + At("04:00:00.000") +
                          At("05:00:00.002") + "text\n";
  const LogScan scan = Scan(log);
  EXPECT_EQ(scan.size, static_cast<int64_t>(log.size()));
  EXPECT_EQ(scan.first_time_of_day, 3 * kHour + 1);
  EXPECT_EQ(scan.last_time_of_day, 5 * kHour + 2);
  EXPECT_EQ(scan.midnights, 0);
}

TEST_F(LogScanTest, ALastLineWithoutANewlineIsRead) {
  const std::string log = At("03:00:00.000") + "[04:00:00.000] INFO: m Text";
  const LogScan scan = Scan(log);
  EXPECT_EQ(scan.size, static_cast<int64_t>(log.size()));
  EXPECT_EQ(scan.last_time_of_day, 4 * kHour);
}

TEST_F(LogScanTest, CountsMidnights) {
  EXPECT_EQ(Scan(At("23:59:59.999") + At("00:00:00.000")).midnights, 1);
  EXPECT_EQ(Scan(At("20:00:00.000") + At("02:00:00.000") + At("13:00:00.000") + At("23:00:00.000") +
                 At("01:00:00.000"))
                .midnights,
            2);
  EXPECT_EQ(Scan(At("18:00:00.001") + At("06:00:00.000")).midnights, 1);
}

TEST_F(LogScanTest, DisorderIsNoMidnight) {
  EXPECT_EQ(Scan(At("15:00:00.000") + At("14:59:59.000") + At("15:00:01.000")).midnights, 0);
  EXPECT_EQ(Scan(At("18:00:00.000") + At("06:00:00.000")).midnights, 0);
  // Around a midnight a line may be late.
  EXPECT_EQ(Scan(At("23:59:59.999") + At("00:00:00.001") + At("23:59:59.998") + At("00:00:00.002"))
                .midnights,
            1);
}

TEST_F(LogScanTest, FindsAnInstantInAMessage) {
  const LogScan scan = Scan(At("23:00:00.000") + At("01:00:00.000") +
                            StartedAt("02:00:05.000", absl::StrCat(kSomeTime)) +
                            StartedAt("03:00:00.000", absl::StrCat(kSomeTime + kHour)));
  ASSERT_TRUE(scan.hint);
  EXPECT_EQ(scan.hint->at, kSomeTime);
  EXPECT_EQ(scan.hint->time_of_day, 2 * kHour + 5000);
  EXPECT_EQ(scan.hint->midnights, 1);
  EXPECT_FALSE(scan.first_instant);
}

TEST_F(LogScanTest, AnInstantAtTheEndOfAMessageIsFoundToo) {
  const LogScan scan = Scan(At("02:00:05.000", absl::StrCat("m Text startedAt=", kSomeTime)));
  ASSERT_TRUE(scan.hint);
  EXPECT_EQ(scan.hint->at, kSomeTime);
}

TEST_F(LogScanTest, PassesOverInstantsThatMeanNothing) {
  for (const std::string instant : {"0", "-1", "1795226400", "1577836799999", "4102444800001",
                                    "99999999999999999999", "undefined", "", "1795226400000x"}) {
    const LogScan scan =
        Scan(StartedAt("02:00:05.000", instant) + StartedAt("02:00:06.000", "1795226400000"));
    ASSERT_TRUE(scan.hint) << instant;
    EXPECT_EQ(scan.hint->time_of_day, 2 * kHour + 6000) << instant;
  }
}

TEST_F(LogScanTest, TheDataOfARecordIsNoMessage) {
  EXPECT_FALSE(Scan(At("02:00:05.000", R"(m Text {"x":" startedAt=1795226400000"})")).hint);
}

TEST_F(LogScanTest, JsonCarriesInstantsAndAHostName) {
  const LogScan scan = Scan(Json(kSomeTime, "node-a") + Json(kSomeTime + 1, "node-b"));
  EXPECT_EQ(scan.first_instant, kSomeTime);
  EXPECT_EQ(scan.hostname, "node-a");
  EXPECT_FALSE(scan.first_time_of_day);
}

TEST_F(LogScanTest, AMixedLogHasBoth) {
  const LogScan scan = Scan(At("01:00:00.000") + Json(kSomeTime, "node-a") + At("03:00:00.000"));
  EXPECT_EQ(scan.first_instant, kSomeTime);
  EXPECT_EQ(scan.first_time_of_day, kHour);
  EXPECT_EQ(scan.last_time_of_day, 3 * kHour);
}

TEST_F(LogScanTest, AServiceOfDockerComposeIsNoHostName) {
  const LogScan scan = Scan("broker-1  | " + At("01:00:00.000"));
  EXPECT_EQ(scan.first_time_of_day, kHour);
  EXPECT_EQ(scan.hostname, "");
}

TEST_F(LogScanTest, ReadsALogOfSeveralPiecesWhole) {
  constexpr int kLines = 100'000;  // 2.7 MB
  std::string log = At("01:00:00.000");
  for (int i = 0; i < kLines; ++i) log += At("02:00:00.000");
  log += At("03:00:00.000");
  for (const std::string& file : {log, Gzip(log), Zstd(log)}) {
    const LogScan scan = Scan(file);
    EXPECT_EQ(scan.size, static_cast<int64_t>(log.size()));
    EXPECT_EQ(scan.first_time_of_day, kHour);
    EXPECT_EQ(scan.last_time_of_day, 3 * kHour);
    EXPECT_TRUE(scan.damage.ok()) << scan.damage;
  }
}

TEST_F(LogScanTest, OfADamagedLogTheBeginningCounts) {
  const std::string log = At("01:00:00.000") + testing_util::NoisyLines(500'000);
  for (const std::string& file : {Gzip(log), Zstd(log)}) {
    const LogScan scan = Scan(absl::string_view(file).substr(0, file.size() / 2));
    EXPECT_EQ(scan.damage.code(), absl::StatusCode::kDataLoss) << scan.damage;
    EXPECT_GT(scan.size, 100'000);
    EXPECT_LT(scan.size, static_cast<int64_t>(log.size()));
    EXPECT_EQ(scan.first_time_of_day, kHour);
  }
}

}  // namespace
}  // namespace proverlog
