#include "client/commands/rules_command.h"

#include <gtest/gtest.h>

namespace proverlog {
namespace {

TEST(NameRulesFileTest, ErrorsNameTheFile) {
  const absl::Status status =
      absl::InvalidArgumentError("rules: rules:3:1: rule: no such rule\nrules:5:2: hold: too long");
  EXPECT_EQ(NameRulesFile(status, "my.rules").message(),
            "my.rules:3:1: rule: no such rule\nmy.rules:5:2: hold: too long");
  EXPECT_EQ(NameRulesFile(absl::InvalidArgumentError("--from: it is later than --to"), "my.rules"),
            absl::InvalidArgumentError("--from: it is later than --to"));
  EXPECT_EQ(NameRulesFile(absl::NotFoundError("rules:"), "my.rules"),
            absl::NotFoundError("rules:"));
}

}  // namespace
}  // namespace proverlog
