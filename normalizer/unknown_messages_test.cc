#include "normalizer/unknown_messages.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

Record Say(absl::string_view message, absl::string_view module = "m") {
  Record record;
  record.level = "INFO";
  record.module = module;
  record.message = message;
  return record;
}

TEST(UnknownMessagesTest, CountsByModuleLevelAndTemplate) {
  UnknownMessages unknown;
  unknown.Add(Say("Took 5 ms"), 20, 100);
  unknown.Add(Say("Took 77 ms"), 10, 200);
  unknown.Add(Say("Took 8 ms"), std::nullopt, 300);
  unknown.Add(Say("Took 5 ms", "other"), std::nullopt, 400);
  Record warning = Say("Took 5 ms");
  warning.level = "WARN";
  unknown.Add(warning, 30, 500);
  const UnknownCounts expected = {{{"m", "INFO", "Took <n> ms"}, {3, 10, 20, 100}},
                                  {{"other", "INFO", "Took <n> ms"}, {1, {}, {}, 400}},
                                  {{"m", "WARN", "Took <n> ms"}, {1, 30, 30, 500}}};
  EXPECT_EQ(unknown.counts(), expected);
}

TEST(UnknownMessagesTest, AKindIsAShortLineOfValidUtf8) {
  UnknownMessages unknown;
  Record record = Say("first line\nsecond", "a\xff\nb");
  const std::string level(1000, 'L');
  record.level = level;
  unknown.Add(record, std::nullopt, 0);
  const UnknownKind& kind = unknown.counts().begin()->first;
  EXPECT_EQ(kind.module, "a\xEF\xBF\xBD");
  EXPECT_EQ(kind.level, std::string(32, 'L'));
  EXPECT_EQ(kind.message_template, "first line");
  const std::string module(1000, 'm');
  unknown.Add(Say("", module), std::nullopt, 0);
  EXPECT_EQ(unknown.counts().count({std::string(255, 'm'), "INFO", ""}), 1U);
}

TEST(UnknownMessagesTest, BeyondTheLimitTheOthersAreOneKind) {
  UnknownMessages unknown;
  const auto add = [&](size_t number, UnixMillis at) {
    const std::string module = absl::StrCat("m", number);
    unknown.Add(Say("text", module), at, at);
  };
  for (size_t i = 0; i < kMaxUnknownKinds; ++i) add(i, 1);
  EXPECT_EQ(unknown.counts().size(), kMaxUnknownKinds);
  add(kMaxUnknownKinds, 20);
  add(kMaxUnknownKinds + 1, 30);
  add(0, 40);  // is known by then
  ASSERT_EQ(unknown.counts().size(), kMaxUnknownKinds + 1);
  EXPECT_EQ(unknown.counts().at({"", "", "(other messages)"}), (UnknownCount{2, 20, 30, 20}));
  EXPECT_EQ(unknown.counts().at({"m0", "INFO", "text"}), (UnknownCount{2, 1, 40, 1}));
}

}  // namespace
}  // namespace proverlog
