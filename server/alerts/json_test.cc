#include "server/alerts/json.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

TEST(JsonTest, TextsAreEscaped) {
  EXPECT_EQ(JsonText("a\"b\\c\nd\te\x01 \xc3\xa9/"),
            "\"a\\\"b\\\\c\\nd\\u0009e\\u0001 \xc3\xa9/\"");
}

TEST(JsonTest, ObjectsAndArraysNest) {
  EXPECT_EQ(JsonObject().Finish(), "{}");
  EXPECT_EQ(JsonObject().AddText("a", "b").Add("c", JsonArray({"1", "{}"})).Finish(),
            R"({"a":"b","c":[1,{}]})");
  EXPECT_EQ(JsonArray({}), "[]");
}

}  // namespace
}  // namespace proverlog
