#include "client/shipper/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "client/shipper/container_path.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kId[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

class DiscoveryTest : public testing::Test {
 protected:
  std::string Write(const std::string& name) {
    fs::create_directories(fs::path(directory_.PathOf(name)).parent_path());
    return directory_.Write(name, name);
  }
  // The names of the logs below the directory.
  std::vector<std::string> Find(const std::vector<std::string>& patterns) {
    std::vector<std::string> paths;
    for (const std::string& pattern : patterns) paths.push_back(directory_.PathOf(pattern));
    std::vector<std::string> names;
    for (const FoundLog& log : FindLogs(paths)) {
      names.push_back(log.path.substr(directory_.path().size() + 1));
    }
    return names;
  }

  static std::vector<std::string> Paths(const std::vector<FoundLog>& logs) {
    std::vector<std::string> paths;
    for (const FoundLog& log : logs) paths.push_back(log.path);
    return paths;
  }

  testing_util::TempDirectory directory_;
};

TEST_F(DiscoveryTest, ExpandsGlobsAgainAndAgain) {
  EXPECT_THAT(Find({"*/*.log"}), IsEmpty());
  Write("b/1.log");
  EXPECT_THAT(Find({"*/*.log"}), ElementsAre("b/1.log"));
  Write("a/2.log");
  EXPECT_THAT(Find({"*/*.log", "a/2.log"}), ElementsAre("a/2.log", "b/1.log"));
}

TEST_F(DiscoveryTest, AFileIsFoundOnce) {
  const std::string log = Write("x.log");
  fs::create_symlink(log, directory_.PathOf("link.log"));
  fs::create_hard_link(log, directory_.PathOf("z.log"));
  EXPECT_THAT(Find({"*.log"}), ElementsAre("link.log"));
}

TEST_F(DiscoveryTest, ANameWithABracketIsAFile) {
  Write("[1].log");
  EXPECT_THAT(Find({"[1].log"}), ElementsAre("[1].log"));
}

TEST_F(DiscoveryTest, RotatedAndCompressedFilesAreNoLogsOfTheirOwn) {
  for (const char* const name : {"x.log", "x.log.1", "x.log.2.gz", "x.log-20261121", "x.log.old",
                                 "x.log-agent", "other.1", "alone.gz"}) {
    Write(name);
  }
  EXPECT_THAT(Find({"*"}), ElementsAre("other.1", "x.log", "x.log-agent"));
}

TEST_F(DiscoveryTest, RotatedFilesComeLatestFirst) {
  const std::string log = Write("x.log");
  const std::string third = Write("x.log.3.gz");
  const std::string first = Write("x.log.1");
  const std::string second = Write("x.log-20261120.zst");
  Write("x.log-agent");
  Write("y.log.1");
  testing_util::SetModificationTime(first, 1'790'000'300);
  testing_util::SetModificationTime(second, 1'790'000'200);
  testing_util::SetModificationTime(third, 1'790'000'100);
  EXPECT_THAT(Paths(FindRotated(log)), ElementsAre(first, second, third));
  // kubelet rotates what the link leads to.
  const std::string link = directory_.PathOf("link");
  fs::create_symlink(log, link);
  EXPECT_THAT(Paths(FindRotated(link)), ElementsAre(first, second, third));
}

TEST_F(DiscoveryTest, DirectoriesAreThoseWhereSomethingMayAppear) {
  Write("pods/a/0.log");
  Write("pods/b/0.log");
  const std::string pods = directory_.PathOf("pods");
  EXPECT_THAT(DirectoriesOf(pods + "/*/*.log"), ElementsAre(pods + "/a", pods + "/b", pods));
  EXPECT_THAT(DirectoriesOf(pods + "/a/0.log"), ElementsAre(pods + "/a"));
  EXPECT_THAT(DirectoriesOf("x.log"), ElementsAre("."));
  EXPECT_THAT(DirectoriesOf("/x.log"), ElementsAre("/"));
}

TEST_F(DiscoveryTest, AnOrdinaryLogIsTheMachinesAndCalledAfterItsFile) {
  EXPECT_EQ(LabelsOf("/var/log/aztec/broker.log", "here"), (LogLabels{"here", "broker.log"}));
  EXPECT_EQ(LabelsOf("/var/log/pods/aztec_agent-7_9b1c/prover/2.log", "here"),
            (LogLabels{"agent-7", "prover", "aztec"}));
}

TEST(ContainerPathTest, PodsAreLabelledByTheirPaths) {
  EXPECT_EQ(LabelsOfContainer("/var/log/pods/aztec_agent-7_9b1c/prover/2.log"),
            (LogLabels{"agent-7", "prover", "aztec"}));
  EXPECT_EQ(LabelsOfContainer("/host/log/pods/aztec_agent-7_9b1c/prover/0.log"),
            (LogLabels{"agent-7", "prover", "aztec"}));
  EXPECT_EQ(LabelsOfContainer(std::string("/var/log/containers/agent-7_aztec_prover-agent-") + kId +
                              ".log"),
            (LogLabels{"agent-7", "prover-agent", "aztec"}));
}

TEST(ContainerPathTest, OtherPathsAreNot) {
  for (const char* const path :
       {"/var/log/aztec/broker.log", "x.log", "/var/log/containers/x.log",
        "/var/log/pods/x/prover/0.log", "/var/lib/docker/containers/short/short-json.log"}) {
    EXPECT_EQ(LabelsOfContainer(path), std::nullopt) << path;
  }
}

TEST_F(DiscoveryTest, DockersContainersAreCalledByTheirNames) {
  const std::string id = kId;
  const std::string log = Write(id + "/" + id + "-json.log");
  EXPECT_EQ(LabelsOfContainer(log), (LogLabels{"0123456789ab", "0123456789ab"}));
  directory_.Write(id + "/config.v2.json", R"({"ID":"0123","Name":"/prover-agent-1","Config":{}})");
  EXPECT_EQ(LabelsOfContainer(log), (LogLabels{"prover-agent-1", "0123456789ab"}));
}

}  // namespace
}  // namespace proverlog
