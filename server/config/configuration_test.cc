#include "server/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing_util/test_files.h"

namespace proverlog {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_util::TempDirectory;

using Flags = std::map<std::string, std::string>;

constexpr char kWhole[] = "a whole number from 1 to 2147483647";

class ConfigurationTest : public testing::Test {
 protected:
  // What is wrong; a place for the data is given.
  std::vector<std::string> Faults(Flags flags, const Environment& environment = {}) {
    flags.emplace("data-dir", "/d");
    return ReadConfiguration(flags, environment).faults;
  }
  // The same of a file.
  std::vector<std::string> FileFaults(const std::string& text) {
    directory_.Write("f.toml", text);
    return Faults({{"config", path_}});
  }

  TempDirectory directory_;
  const std::string path_ = directory_.PathOf("f.toml");
};

const SettingValue& Find(const Configuration& configuration, absl::string_view name) {
  for (const SettingValue& value : configuration.values) {
    if (value.setting->name == name) return value;
  }
  ADD_FAILURE() << name;
  return configuration.values.front();
}

TEST_F(ConfigurationTest, DefaultsAreThoseOfTheTable) {
  const Configuration read = ReadConfiguration({{"data-dir", "/d"}}, {});
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.config.data_dir, "/d");
  EXPECT_EQ(read.config.listen, "127.0.0.1:7460");
  EXPECT_EQ(read.config.max_streams, 10'000);
  EXPECT_EQ(read.config.migrate, MigrateMode::kAuto);
  EXPECT_FALSE(read.config.reflection);
  EXPECT_EQ(read.config.retention.keep_logs, Retention().keep_logs);
  EXPECT_EQ(Find(read, "listen").origin, "default");
  EXPECT_EQ(Find(read, "rules").text, "");
}

TEST_F(ConfigurationTest, EveryDefaultCanBeRead) {
  for (const Setting& setting : Settings()) {
    Config config;
    if (setting.fallback.empty()) continue;
    EXPECT_TRUE(setting.read(std::string(setting.fallback), config).ok()) << setting.name;
  }
}

TEST_F(ConfigurationTest, AFlagCountsBeforeAVariableAndThatBeforeTheFile) {
  const std::string file = directory_.Write("f.toml",
                                            "max-streams = 1\n"
                                            "max-streams-per-prover = 1\n"
                                            "max-prover-rate = 1\n"
                                            "data-dir = '/d'\n");
  const Configuration read =
      ReadConfiguration({{"max-streams", "3"}}, {{"PROVERLOG_CONFIG", file},
                                                 {"PROVERLOG_MAX_STREAMS", "2"},
                                                 {"PROVERLOG_MAX_STREAMS_PER_PROVER", "2"}});
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.config.max_streams, 3);
  EXPECT_EQ(read.config.max_streams_per_prover, 2);
  EXPECT_EQ(read.config.max_prover_rate, 1);
  EXPECT_EQ(Find(read, "max-streams").origin, "--max-streams");
  EXPECT_EQ(Find(read, "max-streams").text, "3");
  EXPECT_EQ(Find(read, "max-streams-per-prover").origin, "PROVERLOG_MAX_STREAMS_PER_PROVER");
  EXPECT_EQ(Find(read, "max-prover-rate").origin, file + ":3");
  EXPECT_EQ(Find(read, "config").origin, "PROVERLOG_CONFIG");
}

TEST_F(ConfigurationTest, EverySettingIsAVariableAndAKey) {
  const std::map<absl::string_view, std::string> values = {{"data-dir", "/d"},
                                                           {"migrate", "check"},
                                                           {"listen", "h:1"},
                                                           {"http-listen", "h:2"},
                                                           {"reflection", "true"},
                                                           {"max-streams", "3"},
                                                           {"max-prover-rate", "5"},
                                                           {"max-streams-per-prover", "4"},
                                                           {"keep-logs", "6d"},
                                                           {"keep-jobs", "7d"},
                                                           {"keep-logs-strictly", "true"},
                                                           {"rules", "/r"}};
  Environment environment;
  std::string text;
  for (const Setting& setting : Settings()) {
    if (setting.name == "config" || setting.name == "database-url") continue;
    const std::string& value = values.at(setting.name);
    environment[VariableOf(setting)] = value;
    absl::StrAppend(&text, setting.name, " = '", value, "'\n");
  }
  const std::string path = directory_.Write("f.toml", text);
  for (const Configuration& read :
       {ReadConfiguration({}, environment), ReadConfiguration({{"config", path}}, {})}) {
    EXPECT_THAT(read.faults, IsEmpty());
    EXPECT_EQ(read.config.data_dir, "/d");
    EXPECT_EQ(read.config.migrate, MigrateMode::kCheck);
    EXPECT_EQ(read.config.listen, "h:1");
    EXPECT_EQ(read.config.http_listen, "h:2");
    EXPECT_TRUE(read.config.reflection);
    EXPECT_EQ(read.config.max_streams, 3);
    EXPECT_EQ(read.config.max_streams_per_prover, 4);
    EXPECT_EQ(read.config.max_prover_rate, 5);
    EXPECT_EQ(read.config.retention.keep_logs, absl::Hours(24 * 6));
    EXPECT_EQ(read.config.retention.keep_jobs, absl::Hours(24 * 7));
    EXPECT_TRUE(read.config.retention.keep_logs_strictly);
    EXPECT_EQ(read.config.rules, "/r");
  }
}

TEST_F(ConfigurationTest, AnEmptyVariableIsNone) {
  const Configuration read =
      ReadConfiguration({{"data-dir", "/d"}}, {{"PROVERLOG_MAX_STREAMS", ""}});
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(Find(read, "max-streams").origin, "default");
}

TEST_F(ConfigurationTest, AFaultSaysWhereItIsAndWhatIsAllowed) {
  EXPECT_THAT(Faults({{"max-streams", "many"}}),
              ElementsAre(absl::StrCat("--max-streams: \"many\" is not ", kWhole)));
  EXPECT_THAT(Faults({}, {{"PROVERLOG_MAX_STREAMS", "0"}}),
              ElementsAre(absl::StrCat("PROVERLOG_MAX_STREAMS: \"0\" is not ", kWhole)));
  EXPECT_THAT(FileFaults("\nmax-streams = 3000000000"),
              ElementsAre(absl::StrCat(path_, ":2: max-streams: \"3000000000\" is not ", kWhole)));
  EXPECT_THAT(Faults({{"listen", "7460"}}),
              ElementsAre("--listen: \"7460\" is not HOST:PORT with a port from 0 to 65535, such as"
                          " 10.0.0.5:7460 or [::1]:7460"));
  EXPECT_THAT(Faults({{"keep-logs", "30"}}),
              ElementsAre("--keep-logs: \"30\" is not a number of days from 1d to 36500d"));
  EXPECT_THAT(Faults({{"keep-jobs", "0d"}}), ElementsAre(HasSubstr("from 1d to 36500d")));
  EXPECT_THAT(Faults({{"migrate", "no"}}), ElementsAre("--migrate: \"no\" is not auto or check"));
  EXPECT_THAT(Faults({{"reflection", "on"}}),
              ElementsAre("--reflection: \"on\" is not true or false"));
  EXPECT_THAT(Faults({{"rules", ""}}), ElementsAre("--rules: there is no value"));
}

TEST_F(ConfigurationTest, AFaultInAFileSaysItsLine) {
  EXPECT_THAT(FileFaults("max-stream = 1"),
              ElementsAre(path_ + ":1: max-stream is no setting; did you mean \"max-streams\"?"));
  EXPECT_THAT(FileFaults("config = 'x'"),
              ElementsAre(path_ + ":1: config: a configuration file names no other one"));
  EXPECT_THAT(FileFaults("rules = ''"),
              ElementsAre(path_ + ":1: rules: there is no value; leave the line out"));
}

TEST_F(ConfigurationTest, AllFaultsAreTold) {
  directory_.Write("f.toml", "nonsense = 1\nlisten = 'x'\n???\n");
  EXPECT_EQ(Faults({{"config", path_}, {"max-streams", "x"}},
                   {{"PROVERLOG_MIGRATE", "x"}, {"PROVERLOG_MAX_STREAMS", "y"}})
                .size(),
            6U);
}

TEST_F(ConfigurationTest, AFileThatCannotBeReadIsTold) {
  EXPECT_THAT(ReadConfiguration({}, {{"PROVERLOG_CONFIG", "/nowhere/f"}}).faults,
              ElementsAre("PROVERLOG_CONFIG: \"/nowhere/f\" cannot be read: No such file or"
                          " directory"));
  EXPECT_THAT(Faults({{"config", directory_.path()}}), ElementsAre(HasSubstr("Is a directory")));
}

TEST_F(ConfigurationTest, ExactlyOneDatabaseIsNeeded) {
  EXPECT_THAT(ReadConfiguration({}, {}).faults, ElementsAre(HasSubstr("one of the two is needed")));
  EXPECT_THAT(
      ReadConfiguration({{"data-dir", "/d"}}, {{"PROVERLOG_DATABASE_URL", "host=h"}}).faults,
      ElementsAre("PROVERLOG_DATABASE_URL: there is a database-url, and a data-dir in"
                  " --data-dir; take one of them away"));
}

TEST_F(ConfigurationTest, AnAddressCanBeListenedOn) {
  for (const char* const address : {"h:0", "a-b.example:65535", "10.0.0.5:1", "[::1]:1", "*:1"}) {
    EXPECT_THAT(Faults({{"listen", address}}), IsEmpty()) << address;
  }
  for (const char* const address :
       {"h:65536", "h:", ":1", "h", "http://0.0.0.0:7460", "a b:5", "h: 5 ", " h:5", "h:+5", "h:-0",
        "::1:7460", "[::1]", "[]:1", "[h:1", "h]:1", "h:1:2", "10.0.0.5/8:1"}) {
    EXPECT_THAT(Faults({{"listen", address}}), ElementsAre(HasSubstr("is not HOST:PORT")))
        << address;
  }
}

TEST_F(ConfigurationTest, TheTwoAddressesDiffer) {
  const std::string both = ": listen and http-listen are both \"h:1\"; they need a port each";
  EXPECT_THAT(Faults({{"listen", "h:1"}, {"http-listen", "h:1"}}),
              ElementsAre("--http-listen" + both));
  EXPECT_THAT(Faults({{"listen", "127.0.0.1:7480"}}),
              ElementsAre(HasSubstr("--listen: listen and http-listen are both")));
  EXPECT_THAT(Faults({{"listen", "h:0"}, {"http-listen", "h:0"}}), IsEmpty());
}

TEST_F(ConfigurationTest, AnUnencodedPasswordIsToldAndNotShown) {
  for (const char* const url :
       {"postgresql://u:secret/2secret@h/db", "postgresql://u:7/secret@h/db",
        "postgresql://u:x@secret@h/db", "postgres://u:secret/x"}) {
    EXPECT_THAT(
        ReadConfiguration({{"database-url", url}}, {}).faults,
        ElementsAre(AllOf(HasSubstr("write / as %2F and @ as %40"), Not(HasSubstr("secret")))))
        << url;
  }
}

TEST_F(ConfigurationTest, WhatLibpqNeverTakesIsNoDatabase) {
  const auto faults = [](const std::string& url) {
    return ReadConfiguration({{"database-url", url}}, {}).faults;
  };
  for (const char* const url :
       {"postgresql://u:%2F%40@h1:1,h2:65535/db?sslmode=verify-full", "postgres://h1:1,h2/db",
        "postgresql:///db?host=/run/postgresql", "host=h port=5432 sslmode=disable\n"}) {
    EXPECT_THAT(faults(url), IsEmpty()) << url;
  }
  for (const char* const port : {"0", "65536", "notaport", "5432,x", "+1", "' 1'"}) {
    EXPECT_THAT(faults(absl::StrCat("host=h port=", port)),
                ElementsAre(HasSubstr("a port from 1 to 65535")))
        << port;
  }
  EXPECT_THAT(faults("postgresql://h/db?sslmode=verify-ful"),
              ElementsAre(HasSubstr("an sslmode of disable,")));
  EXPECT_THAT(faults("postgresql://h/db\n"), ElementsAre(HasSubstr("without a blank or a line")));
}

TEST_F(ConfigurationTest, NoSecretIsInAFault) {
  for (const char* const url :
       {"postgresql://u:secret@[::1]x/db", "postgresql://u:%secret@h/db", "password=my secret"}) {
    const auto faults = ReadConfiguration({{"database-url", url}}, {}).faults;
    EXPECT_THAT(faults, ElementsAre("--database-url: the value is not a PostgreSQL URL, or libpq's"
                                    " key=value pairs"))
        << url;
  }
}

TEST_F(ConfigurationTest, UnknownVariablesAreNamed) {
  EXPECT_THAT(UnknownVariables({{"HOME", "/"},
                                {"PROVERLOG_LISTEN", "x"},
                                {"PROVERLOG_LISTN", "x"},
                                {"PROVERLOGD_LISTEN", "x"}}),
              ElementsAre("PROVERLOGD_LISTEN is no setting of proverlogd; did you mean"
                          " \"PROVERLOG_LISTEN\"?",
                          "PROVERLOG_LISTN is no setting of proverlogd; did you mean"
                          " \"PROVERLOG_LISTEN\"?"));
}

TEST_F(ConfigurationTest, VariablesOfOthersAreNot) {
  const Environment theirs = {{"PROVERLOG_SERVER", "h:1"},
                              {"PROVERLOG_SERVICE_HOST", "10.0.0.1"},
                              {"PROVERLOG_SERVICE_PORT", "7460"},
                              {"PROVERLOG_SERVICE_PORT_GRPC", "7460"},
                              {"PROVERLOG_PORT", "tcp://10.0.0.1:7460"},
                              {"PROVERLOG_PORT_7460_TCP_ADDR", "10.0.0.1"},
                              {"PROVERLOG_HTTP_SERVICE_HOST", "10.0.0.1"},
                              {"PROVERLOG_HTTP_PORT_7480_TCP", "tcp://10.0.0.1:7480"}};
  EXPECT_THAT(UnknownVariables(theirs), IsEmpty());
  EXPECT_THAT(UnknownVariables({{"PROVERLOG_PORT", "8080"}, {"PROVERLOG_HTTP_PORT", "9"}}),
              ElementsAre(HasSubstr("PROVERLOG_HTTP_PORT is no setting of proverlogd"),
                          HasSubstr("PROVERLOG_PORT is no setting of proverlogd")));
  EXPECT_THAT(Faults({}, theirs), IsEmpty());
}

}  // namespace
}  // namespace proverlog
