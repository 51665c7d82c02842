#include "client/shipper/file_tail.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;

void Append(const std::string& path, absl::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class FileTailTest : public testing::Test {
 protected:
  std::string Read(int64_t offset) { return *tail_->Read(offset, 1000); }

  testing_util::TempDirectory directory_;
  std::string path_ = directory_.Write("x.log", "first\n");
  std::unique_ptr<FileTail> tail_ = *FileTail::Open(path_);
};

TEST_F(FileTailTest, ReadsWhatIsAppended) {
  EXPECT_EQ(Read(0), "first\n");
  EXPECT_EQ(Read(6), "");
  Append(path_, "second\n");
  EXPECT_EQ(tail_->Size(), 13);
  EXPECT_EQ(Read(6), "second\n");
  EXPECT_FALSE(tail_->HasBegunAnew());
}

TEST_F(FileTailTest, ARenamedAndADeletedFileIsReadToItsEnd) {
  fs::rename(path_, directory_.PathOf("x.log.1"));
  Append(directory_.PathOf("x.log.1"), "after the rename\n");
  EXPECT_EQ(Read(0), "first\nafter the rename\n");
  EXPECT_FALSE(tail_->IsDeleted());
  fs::remove(directory_.PathOf("x.log.1"));
  EXPECT_TRUE(tail_->IsDeleted());
  EXPECT_EQ(Read(6), "after the rename\n");
  EXPECT_EQ(IdentifyFile(path_), std::nullopt);
}

TEST_F(FileTailTest, AShorterFileHasBegunAnew) {
  EXPECT_EQ(Read(0), "first\n");
  fs::resize_file(path_, 0);
  EXPECT_TRUE(tail_->HasBegunAnew());
  EXPECT_EQ(Read(6), "");
  tail_->BeginAnew();
  EXPECT_FALSE(tail_->HasBegunAnew());
  Append(path_, "anew\n");
  EXPECT_EQ(Read(0), "anew\n");
}

TEST_F(FileTailTest, AFileThatWasNeverReadAndBecameShorterHasBegunAnew) {
  EXPECT_FALSE(tail_->HasBegunAnew());
  fs::resize_file(path_, 3);
  EXPECT_TRUE(tail_->HasBegunAnew());
}

TEST_F(FileTailTest, AFileThatWasTruncatedAndGrewPastWhatWasReadHasBegunAnew) {
  EXPECT_EQ(Read(0), "first\n");
  directory_.Write("x.log", "other and longer\n");
  EXPECT_EQ(Read(6), "");
  EXPECT_TRUE(tail_->HasBegunAnew());
}

TEST_F(FileTailTest, OnlyFilesAreOpened) {
  EXPECT_TRUE(absl::IsNotFound(FileTail::Open(directory_.PathOf("none")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FileTail::Open(directory_.path()).status()));
  const std::string pipe = directory_.PathOf("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(absl::IsInvalidArgument(FileTail::Open(pipe).status()));
}

TEST_F(FileTailTest, AnotherFileAtThePathIsAnotherFile) {
  EXPECT_EQ(IdentifyFile(path_), tail_->identity());
  fs::rename(path_, directory_.PathOf("x.log.1"));
  directory_.Write("x.log", "successor");
  EXPECT_NE(IdentifyFile(path_), tail_->identity());
  EXPECT_EQ(IdentifyFile(directory_.PathOf("x.log.1")), tail_->identity());
}

}  // namespace
}  // namespace proverlog
