#include "client/input/log_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::HasSubstr;
using testing_util::Gzip;
using testing_util::NoisyLines;
using testing_util::SetModificationTime;
using testing_util::TempDirectory;
using testing_util::Zstd;

constexpr UnixMillis kSomeTime = 1795226400000;  // 2026-11-21T02:00:00Z

// Makes a file this process's standard input, and TMPDIR a directory, as long as it lives.
class StandardInput {
 public:
  StandardInput(const std::string& path, const std::string& temporary_directory)
      : before_(dup(STDIN_FILENO)) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    if (const char* value = getenv("TMPDIR")) tmpdir_before_ = value;
    setenv("TMPDIR", temporary_directory.c_str(), 1);
  }
  ~StandardInput() {
    dup2(before_, STDIN_FILENO);
    close(before_);
    if (tmpdir_before_) {
      setenv("TMPDIR", tmpdir_before_->c_str(), 1);
    } else {
      unsetenv("TMPDIR");
    }
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int before_;
  std::optional<std::string> tmpdir_before_;
};

class LogFileTest : public testing::Test {
 protected:
  std::unique_ptr<LogFile> Open(const std::string& path) {
    auto log = LogFile::Open(path);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }

  TempDirectory directory_;
};

TEST_F(LogFileTest, ReadsForwardsAndBackwards) {
  const std::string text = NoisyLines(200'000);
  const std::pair<int64_t, size_t> kRanges[] = {
      {0, 10},      {10, 10},     {100, 50'000}, {50'100, 100'000}, {7, 3},      {7, 3},
      {199'990, 5}, {199'990, 5}, {0, 200'000},  {131'072, 1},      {65'536, 1}, {199'999, 1},
  };
  for (const std::string& file : {text, Gzip(text), Zstd(text)}) {
    const auto log = Open(directory_.Write("log", file));
    ASSERT_NE(log, nullptr);
    for (const auto& [offset, max] : kRanges) {
      const auto bytes = log->Read(offset, max);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      EXPECT_TRUE(*bytes == text.substr(static_cast<size_t>(offset), max))
          << offset << " " << max << " " << bytes->size();
    }
  }
}

TEST_F(LogFileTest, AtTheEndThereIsNothing) {
  for (const std::string& file : {std::string("0123456789"), Gzip("0123456789")}) {
    const auto log = Open(directory_.Write("log", file));
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->Read(8, 100).value_or("failed"), "89");
    EXPECT_EQ(log->Read(10, 100).value_or("failed"), "");
    EXPECT_EQ(log->Read(11, 100).value_or("failed"), "");
    EXPECT_EQ(log->Read(1'000'000, 100).value_or("failed"), "");
    EXPECT_EQ(log->Read(3, 4).value_or("failed"), "3456");
    EXPECT_EQ(log->Read(3, 0).value_or("failed"), "");
    EXPECT_EQ(log->Read(3, 4).value_or("failed"), "3456");
  }
}

TEST_F(LogFileTest, AnEmptyLogIsEmpty) {
  const auto log = Open(directory_.Write("log", ""));
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->Read(0, 100).value_or("failed"), "");
}

TEST_F(LogFileTest, AGrowingFileIsReadOn) {
  const std::string path = directory_.Write("log", "one\n");
  const auto log = Open(path);
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->Read(0, 100).value_or("failed"), "one\n");
  directory_.Write("log", "one\ntwo\n");
  EXPECT_EQ(log->Read(4, 100).value_or("failed"), "two\n");
}

TEST_F(LogFileTest, BeforeTheDamageEverythingIsGood) {
  const std::string text = NoisyLines(500'000);
  for (std::string file : {Gzip(text), Zstd(text)}) {
    file.resize(file.size() / 2);
    const auto log = Open(directory_.Write("log", file));
    ASSERT_NE(log, nullptr);
    const auto good = log->Read(0, text.size());
    ASSERT_TRUE(good.ok()) << good.status();
    EXPECT_FALSE(good->empty());
    EXPECT_TRUE(absl::StartsWith(text, *good));

    const auto size = static_cast<int64_t>(good->size());
    EXPECT_EQ(log->Read(size, 100).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(log->Read(size, 100).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(log->Read(size + 1000, 100).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(log->Read(5, 10).value_or("failed"), text.substr(5, 10));
    EXPECT_EQ(log->Read(size / 2, 10).value_or("failed"), good->substr(good->size() / 2, 10));
  }
}

TEST_F(LogFileTest, ACopyHasTheSameSource) {
  const struct {
    std::string name;
    std::string source;
  } kNames[] = {
      {"broker.log", "broker.log"},        {"broker.log.gz", "broker.log"},
      {"broker.log.zst", "broker.log"},    {"broker.log.1", "broker.log.1"},
      {"broker.log.1.gz", "broker.log.1"}, {"gz", "gz"},
      {"broker.gzip", "broker.gzip"},      {"two words.gz", "two words"},
  };
  for (const auto& test : kNames) {
    const auto log = Open(directory_.Write(test.name, "text\n"));
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->source(), test.source);
    EXPECT_EQ(log->name(), directory_.PathOf(test.name));
  }
}

TEST_F(LogFileTest, TheFileSaysWhenItWasWritten) {
  for (const std::string& file : {std::string("text\n"), Gzip("text\n"), Zstd("text\n")}) {
    const std::string path = directory_.Write("log", file);
    SetModificationTime(path, kSomeTime / 1000);
    const auto log = Open(path);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->modified_at(), kSomeTime);
  }
}

TEST_F(LogFileTest, TheTimeInAGzipFileCountsMoreThanTheFiles) {
  for (const uint32_t seconds : {uint32_t{1}, uint32_t{0x01020304}, uint32_t{0xFFFEFDFC}}) {
    const std::string path = directory_.Write("log.gz", Gzip("text\n", seconds));
    SetModificationTime(path, kSomeTime / 1000);
    const auto log = Open(path);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->modified_at(), int64_t{seconds} * 1000);
  }
}

TEST_F(LogFileTest, ATextFileCalledGzipHasTheFilesTime) {
  const std::string path = directory_.Write("log.gz", "just a text of some length\n");
  SetModificationTime(path, kSomeTime / 1000);
  const auto log = Open(path);
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->modified_at(), kSomeTime);
}

TEST_F(LogFileTest, RefusesADirectory) {
  const absl::Status status = LogFile::Open(directory_.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory_.path()));
}

TEST_F(LogFileTest, RefusesAFileThatIsNotThere) {
  const std::string path = directory_.PathOf("missing.log");
  const absl::Status status = LogFile::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

TEST_F(LogFileTest, RefusesAFileThatMayNotBeRead) {
  constexpr uid_t kNobody = 65534;
  const std::string path = directory_.Write("secret.log", "text\n");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const uid_t self = geteuid();
  ASSERT_EQ(seteuid(self == 0 ? kNobody : self), 0);  // root may read everything
  const absl::Status status = LogFile::Open(path).status();
  ASSERT_EQ(seteuid(self), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

TEST_F(LogFileTest, StandardInputCanBeReadTwice) {
  const std::string text = NoisyLines(200'000);
  const TempDirectory temporary;
  for (const std::string& file : {text, Gzip(text, 1)}) {
    const StandardInput input(directory_.Write("input", file), temporary.path());
    const auto log = Open("-");
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->name(), "standard input");
    EXPECT_EQ(log->source(), "stdin");
    EXPECT_FALSE(log->modified_at());
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(log->Read(0, 1'000'000).value_or("failed") == text);
    }
  }
}

TEST_F(LogFileTest, APipeCanBeReadTwice) {
  const std::string text = NoisyLines(200'000);
  for (const std::string& file : {text, Gzip(text, 1)}) {
    const std::string path = directory_.PathOf("pipe");
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    std::thread writer([&] { directory_.Write("pipe", file); });
    const auto log = Open(path);
    writer.join();
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->name(), path);
    EXPECT_FALSE(log->modified_at());
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(log->Read(0, 1'000'000).value_or("failed") == text);
    }
    std::filesystem::remove(path);
  }
}

TEST_F(LogFileTest, OfStandardInputNothingCanBeLeftBehind) {
  const TempDirectory temporary;
  const StandardInput input(directory_.Write("input", "text\n"), temporary.path());
  const auto log = Open("-");
  EXPECT_TRUE(std::filesystem::is_empty(temporary.path())) << "a signal would leave it there";
}

TEST_F(LogFileTest, AnEmptyStandardInputIsEmpty) {
  const TempDirectory temporary;
  const StandardInput input(directory_.Write("input", ""), temporary.path());
  const auto log = Open("-");
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->Read(0, 100).value_or("failed"), "");
}

}  // namespace
}  // namespace proverlog
