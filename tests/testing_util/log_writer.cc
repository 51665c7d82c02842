#include "tests/testing_util/log_writer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/testing_util/test_data.h"

namespace proverlog::testing_util {
namespace {

namespace fs = std::filesystem;

constexpr int kLargestPieceBits = 18;
constexpr int kLongestPauseMillis = 40;
constexpr int kPiecesAFile = 40;

// A real log, as that of three other epochs and of an earlier time.
std::string MakeCopy(int number, int copy) {
  static const auto* const kReal =
      new std::vector<std::string>({ReadAll(TestDataPath("5.2.0-json-info.log.gz")),
                                    ReadAll(TestDataPath("1.1.3-json-info.log.gz"))});
  // All of a log's times begin with these digits.
  const int thousand_seconds = 1'795'230 - number;
  const int first = 10'000 + copy * 3;
  return absl::StrReplaceAll(
      (*kReal)[static_cast<size_t>(number)],
      {{"3054:", absl::StrCat(first, ":")},
       {"3055:", absl::StrCat(first + 1, ":")},
       {"3056:", absl::StrCat(first + 2, ":")},
       {absl::StrCat("\"time\":", thousand_seconds),
        absl::StrCat("\"time\":", thousand_seconds - 2 * copy)},
       // A message that nobody understands, and that says nothing of a job: they are counted.
       {"Resolving proving job with error", "Returning proving job with error"}});
}

// What the server has of a log.
struct Known {
  int streams = 0;
  int64_t committed = 0;  // of the latest stream
};

// Nothing while the database is away.
std::optional<Known> AskServer(const std::string& conninfo, const std::string& source) {
  try {
    pqxx::connection connection(conninfo);
    pqxx::nontransaction tx(connection);
    const pqxx::result streams = tx.exec_params(
        "SELECT committed_offset FROM stream JOIN stream_position USING (prover_id, stream_id)"
        " WHERE source = $1 ORDER BY stream_id DESC",
        source);
    if (streams.empty()) return Known{};
    return Known{static_cast<int>(streams.size()), streams[0][0].as<int64_t>()};
  } catch (const pqxx::failure&) {
    return std::nullopt;
  }
}

}  // namespace

LogWriter::LogWriter(std::string directory, std::string conninfo, uint32_t seed)
    : directory_(std::move(directory)), conninfo_(std::move(conninfo)), random_(seed) {
  logs_ = {{"a.log", 0, ""}, {"b.log", 1, ""}, {"c.log", 0, ""}};
  thread_ = std::thread([this] { Run(); });
}

void LogWriter::Stop() {
  if (!thread_.joinable()) return;
  stop_.Notify();
  thread_.join();
}

void LogWriter::Run() {
  std::uniform_int_distribution<> pause(0, kLongestPauseMillis);
  std::uniform_int_distribution<size_t> which(0, logs_.size() - 1);
  while (!stop_.WaitForNotificationWithTimeout(absl::Milliseconds(pause(random_)))) {
    Write(logs_[which(random_)]);
  }
  for (Log& log : logs_) EndLine(log);
}

void LogWriter::Write(Log& log) {
  if (log.ends) Rotate(log);
  log.ends = false;
  std::uniform_int_distribution<> bits(0, kLargestPieceBits);
  const size_t largest = size_t{1} << bits(random_);
  Append(log, std::uniform_int_distribution<size_t>(1, largest)(random_));
  if (random_() % kPiecesAFile != 0) return;
  EndLine(log);
  log.ends = true;
}

void LogWriter::Append(Log& log, size_t size) {
  if (log.begin == log.text.size()) {
    log.text = MakeCopy(log.number, copies_++);
    log.begin = 0;
  }
  const absl::string_view piece = absl::string_view(log.text).substr(log.begin, size);
  std::ofstream(PathOf(log), std::ios::binary | std::ios::app)
      .write(piece.data(), static_cast<std::streamsize>(piece.size()));
  log.begin += piece.size();
  log.size += static_cast<int64_t>(piece.size());
  bytes_ += static_cast<int64_t>(piece.size());
}

void LogWriter::EndLine(Log& log) {
  if (log.begin == 0 || log.text[log.begin - 1] == '\n') return;
  Append(log, log.text.find('\n', log.begin) + 1 - log.begin);
}

void LogWriter::Rotate(Log& log) {
  // By less than its first KiB a file may be taken for the next one, which begins alike.
  constexpr int64_t kHead = 1024;
  const auto known = AskServer(conninfo_, log.name);
  if (!known || known->streams < log.streams) return;
  if (known->committed < std::min(kHead, log.size)) return;
  const std::string path = PathOf(log);
  const std::string rotated = absl::StrCat(path, ".", log.streams);
  if (known->committed == log.size && random_() % 2 == 0) {
    fs::copy_file(path, rotated);
    fs::resize_file(path, 0);
    ++copied_and_truncated_;
  } else {
    fs::rename(path, rotated);
    ++renamed_;
  }
  ++log.streams;
  log.size = 0;
}

std::string LogWriter::PathOf(const Log& log) const { return directory_ + "/" + log.name; }

}  // namespace proverlog::testing_util
