#ifndef PROVERLOG_NORMALIZER_NORMALIZER_STATE_H_
#define PROVERLOG_NORMALIZER_NORMALIZER_STATE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/stream.h"
#include "model/time.h"
#include "normalizer/line_splitter.h"
#include "normalizer/record_reader.h"
#include "normalizer/running_jobs.h"
#include "normalizer/timeline.h"

namespace proverlog {

// A record that said something and that further lines may continue; empty once it cannot.
struct OpenRecord {
  std::string text;  // its lines so far, joined with "\n"; bounded
  UnixMillis at = 0;
  std::string process;
  int64_t offset = 0;
  bool event_due = false;  // its event waits for the data in further lines

  bool is_continued() const { return text.find('\n') != std::string::npos; }
  // What is told at its end only.
  bool has_more_to_tell() const { return event_due || is_continued(); }
};
using OpenRecords = std::map<std::string, OpenRecord, std::less<>>;  // by service

// What a stream's normalizer keeps between two batches.
struct NormalizerState {
  LineSplitter::Unfinished unfinished;
  Timeline::Clocks clocks;
  OpenRecords open_records;
  RecordReader::State reader;
  RunningJobs running;
  // The latest instant of a line; nothing in what was saved before marks were made.
  std::optional<UnixMillis> latest_at;
  // Where the last mark was made, and the latest instant then.
  int64_t marked_offset = 0;
  std::optional<UnixMillis> marked_at;
  // The counts without the unfinished line, where the stream was sealed with one.
  std::optional<StreamCounts> counts_before_seal;
};

// `saved` is what SerializeState returned, or empty for a stream's beginning. Fails with DATA_LOSS
// where it cannot be read.
absl::StatusOr<NormalizerState> ParseState(const std::string& saved);
std::string SerializeState(const NormalizerState& state);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_NORMALIZER_STATE_H_
