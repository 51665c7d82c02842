// Any bytes are lines: what a reader hands out lies within them or its own memory, and a reader
// that goes on from a saved state says the same.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "normalizer/line_splitter.h"
#include "normalizer/message_catalogue.h"
#include "normalizer/record_reader.h"

namespace proverlog {
namespace {

std::string ReadAll(absl::string_view bytes, bool resume) {
  static const MessageIndex* const kIndex = new MessageIndex;
  std::string told;
  auto reader = std::make_unique<RecordReader>();
  LineSplitter splitter(0, {});
  splitter.Feed(bytes, [&](const Line& line) {
    if (resume) reader = std::make_unique<RecordReader>(reader->state());
    reader->Read(line, [&](const LogLine& log_line) {
      told.append(log_line.text.data(), log_line.text.size());
      if (!log_line.record) return;
      const Record& record = *log_line.record;
      for (const absl::string_view part :
           {record.level, record.module, record.message, record.data, record.process}) {
        told.append(part.data(), part.size());
      }
      told += std::to_string(record.at.value_or(record.time_of_day.value_or(-1)));
      if (kIndex->Find(record.message)) told += "!";
    });
  });
  return told;
}

}  // namespace
}  // namespace proverlog

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (proverlog::ReadAll(bytes, false) != proverlog::ReadAll(bytes, true)) std::abort();
  return 0;
}
