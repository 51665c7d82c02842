#include "model/log_level.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

TEST(LogLevelTest, NamesAndNumbersAreLevels) {
  EXPECT_EQ(ParseLogLevel("WARN"), LogLevel::kWarn);
  EXPECT_EQ(ParseLogLevel("verbose"), LogLevel::kVerbose);
  EXPECT_EQ(ParseLogLevel("SILLY"), LogLevel::kTrace);
  EXPECT_EQ(ParseLogLevel("35"), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("25"), LogLevel::kVerbose);
  EXPECT_EQ(ParseLogLevel("99"), LogLevel::kFatal);
  EXPECT_EQ(ParseLogLevel("5"), std::nullopt);
  EXPECT_EQ(ParseLogLevel("LOUD"), std::nullopt);
  EXPECT_EQ(ParseLogLevel(""), std::nullopt);
}

TEST(LogLevelTest, ANameIsReadAsItsLevel) {
  for (const LogLevel level :
       {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kVerbose, LogLevel::kInfo, LogLevel::kWarn,
        LogLevel::kError, LogLevel::kFatal}) {
    EXPECT_EQ(ParseLogLevel(LogLevelName(level)), level);
  }
}

}  // namespace
}  // namespace proverlog
