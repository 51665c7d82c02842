#include "normalizer/message_template.h"

#include <gtest/gtest.h>

#include <string>

namespace proverlog {
namespace {

TEST(MessageTemplateTest, MasksWhatVaries) {
  const std::pair<const char*, const char*> kCases[] = {
      {"Block 17 of 0x3fa2 took 12.5ms", "Block <n> of <hex> took <n>ms"},
      {"Took 1,234 of 5,678.9 bytes", "Took <n> of <n> bytes"},
      {"Session 05d8627b-1111-4222-8333-444455556666 done", "Session <hex> done"},
      {"Controller job-controller-05d8627b started", "Controller job-controller-<hex> started"},
      {"Job 3054:PUBLIC_VM:be755948a5 is new", "Job <job> is new"},
      {"id=3054:PUBLIC_VM:be75 n=1", "id=<job> n=<n>"},
      {"Read 'a b 1' and \"c\" it isn't", "Read <text> and <text> it isn't"},
      {"Wrote /var/lib/aztec/x.json, then https://a.b/c?d=1", "Wrote <path>, then <path>"},
      {"either/or and a / b", "either/or and a / b"},
      {"deadbeef is a word, deadbee1 is not", "deadbeef is a word, <hex> is not"},
      {"first line\nsecond 1", "first line"},
      {"", ""},
  };
  for (const auto& [message, masked] : kCases) EXPECT_EQ(MessageTemplate(message), masked);
}

TEST(MessageTemplateTest, IsShortAndValidWhateverTheMessage) {
  for (const std::string& message : {std::string(1 << 20, 'x'), std::string(1 << 20, '\xff'),
                                     std::string(1 << 20, '\''), std::string(1 << 20, '1')}) {
    EXPECT_LE(MessageTemplate(message).size(), 200U);
  }
}

}  // namespace
}  // namespace proverlog
