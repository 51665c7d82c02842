#include "normalizer/stream_normalizer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "model/proving_graph.h"
#include "normalizer/line_dater.h"
#include "normalizer/pretty.h"
#include "normalizer/record_events.h"
#include "normalizer/scan.h"
#include "normalizer/utf8.h"

namespace proverlog {
namespace {

constexpr size_t kMaxDetailBytes = 512;

// The event of a process that begins; its slot {version} is what the process prints of itself.
constexpr absl::string_view kProcessStarted = "process.started";
constexpr size_t kMaxProcessBytes = 255;
// Services of one log whose last record may go on.
constexpr size_t kMaxOpenRecords = 64;
// What a record's later lines can add stands near its beginning.
constexpr size_t kMaxRecordBytes = size_t{64} << 10;
// However wild its instants are, a log has no more marks than one in so many bytes.
constexpr int64_t kMinMarkBytes = int64_t{1} << 10;
// A mark with more is left out: that of a line in many parts.
constexpr size_t kMaxMarkState = size_t{16} << 10;

// Whether more text could change what a message says that ends where its log ends for now: a cut id
// would name a job that does not exist, a cut number another attempt.
bool MayChange(const MessageMatch& match, const Record& record) {
  if (!record.data.empty()) return false;  // a whole JSON object ends the line
  // The header of a second record, pasted behind this one, may have begun.
  constexpr size_t kLongestHeader = 24;  // "[10:00:00.000] VERBOSE: "
  const size_t size = record.message.size();
  const size_t tail = size - std::min(size, kLongestHeader);
  if (absl::StrContains(record.message.substr(tail), '[')) return true;
  if (absl::EndsWith(match.spec->pattern, "{end}")) return true;
  for (const Saying& saying : match.spec->says) {
    if (saying.kind == FactKind::kRestored) return true;  // its status stands in the data
  }
  const char* const end = record.message.data() + record.message.size();
  for (const SlotValues::Value& value : match.values) {
    if (value.text.data() + value.text.size() != end) continue;
    const auto job = ParseJobId(value.text);
    return !job || !IsFullHash(job->hash);
  }
  return false;
}

// What the record says in words: the error's first line, or the status of a restored job.
std::string Detail(const MessageMatch& match, const Record& record, const Saying& saying) {
  if (!saying.detail.empty()) return std::string(saying.detail);
  if (saying.kind == FactKind::kRestored) {
    if (auto status = DataValue(record.data, "status")) return CleanUtf8(*status, kMaxDetailBytes);
    return match.values["settled"] == "true" ? "settled" : "pending";
  }
  return CleanUtf8(FirstLine(match.values["error"]), kMaxDetailBytes);
}

int32_t AttemptNumber(absl::string_view text) {
  int32_t number = 0;
  return absl::SimpleAtoi(text, &number) && number > 0 ? number : 0;
}

std::optional<bool> WillRetry(const Saying& saying, absl::string_view slot) {
  if (slot == "true") return true;
  if (slot == "false") return false;
  return saying.will_retry;
}

void CountInstant(UnixMillis at, StreamCounts& counts) {
  counts.first_at = std::min(at, counts.first_at.value_or(at));
  counts.last_at = std::max(at, counts.last_at.value_or(at));
}

// Whether the event is printed where a process begins: what ran in it before does not any more.
bool BeginsAProcess(absl::string_view event) {
  return event == kProcessStarted || event == "bb.configured" || absl::StartsWith(event, "crs.");
}

// Whether further lines brought the record's JSON data. Data in lines of their own (LOG_MULTILINE)
// has no end of which one could be sure.
bool HasData(const OpenRecord& open) {
  const auto record = ReadPretty(open.text);
  return record && !record->data.empty();
}

// Whether two statements tell of the same things: one may be the other with more of its text.
bool SayTheSame(const MessageSpec& a, const MessageSpec& b) {
  return a.event == b.event &&
         std::equal(a.says.begin(), a.says.end(), b.says.begin(), b.says.end(),
                    [](const Saying& x, const Saying& y) { return x.kind == y.kind; });
}

// Whether the event's data may stand in further lines: behind a stack trace, or by LOG_MULTILINE.
bool MayHaveDataBelow(const MessageMatch& match, const Record& record) {
  return record.time_of_day && record.data.empty() && !match.spec->keys.empty();
}

}  // namespace

absl::StatusOr<StreamNormalizer> StreamNormalizer::Create(StreamLabels labels,
                                                          const StreamProgress& progress,
                                                          const MessageIndex* index) {
  absl::StatusOr<NormalizerState> state = ParseState(progress.state);
  if (!state.ok()) {
    return absl::DataLossError(
        absl::StrCat("stream ", labels.stream_id, ": ", state.status().message()));
  }
  return StreamNormalizer(std::move(labels), progress, *std::move(state), index);
}

StreamNormalizer::StreamNormalizer(StreamLabels labels, const StreamProgress& progress,
                                   NormalizerState state, const MessageIndex* index)
    : labels_(std::move(labels)),
      counts_(progress.counts),
      counts_before_seal_(std::move(state.counts_before_seal)),
      timeline_(labels_.anchors, std::move(state.clocks)),
      splitter_(progress.offset, std::move(state.unfinished)),
      reader_(std::move(state.reader)),
      open_records_(std::move(state.open_records)),
      latest_at_(state.latest_at ? state.latest_at
                                 : (counts_before_seal_ ? *counts_before_seal_ : counts_).last_at),
      marked_offset_(state.marked_offset),
      marked_at_(state.marked_at),
      running_(std::move(state.running)),
      index_(index) {}

void StreamNormalizer::Feed(absl::string_view bytes, NormalizerSink& sink) {
  if (!bytes.empty()) TakeSealBack();
  splitter_.Feed(bytes, [&](const Line& line) { ReadLine(line, /*may_go_on=*/false, sink); });
}

void StreamNormalizer::Seal(NormalizerSink& sink) {
  TakeSealBack();
  OpenRecords open_records = open_records_;
  RunningJobs running = running_;
  RecordReader::State reader_state = reader_.state();
  Timeline::Clocks clocks = timeline_.clocks();
  const std::optional<UnixMillis> latest_at = latest_at_;
  if (!splitter_.unfinished().text.empty()) {
    counts_before_seal_ = counts_;
    ReadLine(splitter_.UnfinishedLine(), /*may_go_on=*/true, sink);
  }
  for (const auto& [service, open] : open_records_) {
    // An event whose data has not come yet waits on: told now it would be another one later.
    OpenRecord known = open;
    known.event_due = open.event_due && splitter_.unfinished().text.empty() && HasData(open);
    FinishRecord(known, sink);
  }
  timeline_.set_clocks(std::move(clocks));
  latest_at_ = latest_at;
  reader_.set_state(std::move(reader_state));
  open_records_ = std::move(open_records);
  running_ = std::move(running);
}

void StreamNormalizer::Skip(int64_t end, NormalizerSink& sink) {
  TakeSealBack();
  if (!splitter_.unfinished().text.empty()) {
    ReadLine(splitter_.UnfinishedLine(), /*may_go_on=*/true, sink);
  }
  for (const auto& [service, open] : open_records_) FinishRecord(open, sink);
  Drop(end);
}

int64_t StreamNormalizer::Drop(int64_t end) {
  TakeSealBack();
  int64_t begin = splitter_.offset();
  if (!splitter_.unfinished().text.empty()) {
    ++counts_.cut;
    begin = splitter_.unfinished().offset;
  }
  for (const auto& [service, open] : open_records_) {
    if (open.has_more_to_tell()) begin = std::min(begin, open.offset);
  }
  for (const auto& [key, part] : reader_.state().parts) begin = std::min(begin, part.offset);
  open_records_.clear();
  reader_.set_state({});
  running_ = {};
  splitter_ = LineSplitter(end, {});
  return begin;
}

void StreamNormalizer::TakeSealBack() {
  if (!counts_before_seal_) return;
  counts_ = *std::exchange(counts_before_seal_, std::nullopt);
}

void StreamNormalizer::MarkBefore(const Line& line, NormalizerSink& sink) {
  if (!marked_at_) marked_at_ = latest_at_;
  const int64_t bytes = line.offset - marked_offset_;
  const bool is_due = bytes >= kMarkBytes || (bytes >= kMinMarkBytes && marked_at_ != latest_at_ &&
                                              *latest_at_ - *marked_at_ >= kMarkSpan);
  if (!is_due) return;
  marked_offset_ = line.offset;
  marked_at_ = latest_at_;
  NormalizerState state;
  state.clocks = timeline_.clocks();
  state.reader = reader_.state();
  StreamMark mark{line.offset, latest_at_, SerializeState(state)};
  // Lines without a time may have the instant of an anchor.
  for (const Anchor& anchor : labels_.anchors) {
    if (anchor.offset <= line.offset) mark.latest_at = std::max(mark.latest_at, {anchor.at});
  }
  if (mark.state.size() <= kMaxMarkState) sink.OnMark(mark);
}

void StreamNormalizer::ReadLine(const Line& line, bool may_go_on, NormalizerSink& sink) {
  if (!may_go_on) MarkBefore(line, sink);
  ++counts_.lines;
  counts_.cut += line.cut ? 1 : 0;
  reader_.Read(line, [&](const LogLine& log_line) {
    if (log_line.record) {
      ReadRecord(log_line, may_go_on, sink);
    } else {
      ReadOtherLine(log_line, may_go_on, sink);
    }
  });
}

void StreamNormalizer::ReadRecord(const LogLine& line, bool may_go_on, NormalizerSink& sink) {
  const Record& record = *line.record;
  const std::optional<UnixMillis> at = DateRecord(line, timeline_);
  latest_at_ = std::max(latest_at_, at);
  const auto match = index_->Find(record.message);
  ++counts_.records;
  ++(match ? counts_.understood : counts_.not_understood);
  if (match && !may_go_on) counts_.versions.Add(match->versions);
  if (at) {
    CountInstant(*at, counts_);
  } else {
    ++counts_.undated;
  }
  sink.OnRecord(record, at, match ? &*match : nullptr);
  if (!match && !may_go_on) sink.OnUnknown(record, at, OriginOf(line));

  OpenRecord& open = OpenRecordOf(line.service);
  FinishRecord(open, sink);
  open.text.clear();  // and keeps its memory for the next one
  if (!match || !at || !match->spec->says_anything()) return;
  const Origin origin = OriginOf(line);
  const bool event_due = MayHaveDataBelow(*match, record);
  if (!(may_go_on && MayChange(*match, record))) {
    TellFacts(*match, record, *at, origin, /*again=*/false, sink);
    if (!event_due) TellEvent(*match, record, *at, origin, sink);
  }
  // JSON data ends a record.
  if (!record.time_of_day || !record.data.empty()) return;
  open.text.assign(line.text.data(), std::min(line.text.size(), kMaxRecordBytes));
  open.at = *at;
  open.process = origin.process;
  open.offset = origin.offset;
  open.event_due = event_due;
}

// More services than there is room for share one.
OpenRecord& StreamNormalizer::OpenRecordOf(absl::string_view service) {
  const auto found = open_records_.find(service);
  if (found != open_records_.end()) return found->second;
  return open_records_[open_records_.size() < kMaxOpenRecords ? std::string(service) : ""];
}

void StreamNormalizer::ReadOtherLine(const LogLine& line, bool may_go_on, NormalizerSink& sink) {
  latest_at_ = std::max(latest_at_, line.at);
  if (const auto match = index_->FindPrinted(line.text)) {
    // It has no time of its own, and is not of the record before it.
    const auto at = line.at ? line.at : timeline_.Last(line.service, line.offset);
    if (match->spec->event == kProcessStarted)
      counts_.versions.AddPrinted(match->values["version"]);
    Record printed;
    printed.message = line.text;
    if (at && !may_go_on) TellEvent(*match, printed, *at, OriginOf(line), sink);
    return;
  }
  const auto open = open_records_.find(line.service);
  if (open == open_records_.end() || open->second.text.empty()) return;
  std::string& text = open->second.text;
  if (text.size() + line.text.size() < kMaxRecordBytes) absl::StrAppend(&text, "\n", line.text);
}

// Tells the record's facts again, with what its later lines complete of them, and its event if it
// waited for them.
void StreamNormalizer::FinishRecord(const OpenRecord& open, NormalizerSink& sink) {
  if (!open.has_more_to_tell()) return;
  const auto first = ReadPretty(FirstLine(open.text));
  const auto match = first ? index_->Find(first->message) : std::nullopt;
  if (!match) return;
  const Origin origin{labels_.machine, open.process, labels_.stream_id, open.offset};
  if (open.is_continued()) {
    const auto whole = ReadPretty(open.text);
    const auto more = index_->Find(whole->message);
    if (more && SayTheSame(*more->spec, *match->spec)) {
      TellFacts(*more, *whole, open.at, origin, /*again=*/true, sink);
      if (open.event_due) TellEvent(*more, *whole, open.at, origin, sink);
      return;
    }
  }
  if (open.event_due) TellEvent(*match, *first, open.at, origin, sink);
}

void StreamNormalizer::TellEvent(const MessageMatch& match, const Record& record, UnixMillis at,
                                 const Origin& origin, NormalizerSink& sink) {
  if (match.spec->event.empty()) return;
  if (ReadCircuitRun(match, record, run_)) {
    run_.at = at;
    run_.origin = origin;
    JoinToJob(run_);
    sink.OnCircuitRun(run_);
    return;
  }
  Event event = EventOf(match, record);
  event.at = at;
  event.origin = origin;
  if (BeginsAProcess(event.kind)) running_.Begin(origin.process, at);
  JoinToJob(event);
  sink.OnEvent(event);
}

// Told again, a record's facts are neither counted nor followed once more.
void StreamNormalizer::TellFacts(const MessageMatch& match, const Record& record, UnixMillis at,
                                 const Origin& origin, bool again, NormalizerSink& sink) {
  for (const Saying& saying : match.spec->says) {
    const auto job = ParseJobId(match.values[saying.job]);
    if (!job) continue;
    Fact fact;
    fact.kind = saying.kind;
    fact.at = at;
    fact.attempt = AttemptNumber(match.values["attempt"]);
    fact.will_retry = WillRetry(saying, match.values["retry"]);
    fact.detail = Detail(match, record, saying);
    fact.origin = origin;
    if (!again) {
      ++counts_.facts[fact.kind];
      counts_.versions.AddJobType(job->type);
      running_.Take(origin.process, *job, saying.kind, at);
    }
    sink.OnFact(*job, std::move(fact));
  }
}

// A record of a circuit names no job: it is of the only one of the circuit's type that runs in its
// process, and where there are several, or no circuit is named, at least of their epoch.
void StreamNormalizer::JoinToJob(Event& event) const {
  if (!absl::StartsWith(event.kind, "circuit.") && !absl::StartsWith(event.kind, "avm.")) return;
  const absl::string_view type = JobTypeOfCircuit(CircuitOf(event));
  if (const auto job = running_.OnlyOfType(event.origin.process, type, event.at)) {
    event.fields["job"] = JobId::From(*job).ToString();
    event.fields["epoch"] = absl::StrCat(job->epoch);
  } else if (const auto epoch = running_.Epoch(event.origin.process, event.at)) {
    event.fields["epoch"] = absl::StrCat(*epoch);
  }
}

void StreamNormalizer::JoinToJob(CircuitRun& run) const {
  const absl::string_view type = JobTypeOfCircuit(run.circuit);
  if (const auto job = running_.OnlyOfType(run.origin.process, type, run.at)) {
    if (!run.job) run.job.emplace();
    run.job->epoch = job->epoch;
    run.job->type.assign(job->type.data(), job->type.size());
    run.job->hash.assign(job->hash.data(), job->hash.size());
    run.epoch = job->epoch;
  } else {
    run.job.reset();
    run.epoch = running_.Epoch(run.origin.process, run.at);
  }
}

Origin StreamNormalizer::OriginOf(const LogLine& line) const {
  absl::string_view process;
  if (line.record) process = line.record->process;
  Origin origin{labels_.machine, CleanUtf8(process, kMaxProcessBytes), labels_.stream_id,
                line.offset};
  if (process.empty() && line.service.empty()) {
    origin.process = CleanUtf8(labels_.source, kMaxProcessBytes);
  } else if (process.empty()) {
    // A slash is the mark of a process that the line names.
    origin.process = absl::StrReplaceAll(line.service, {{"/", ":"}});
  }
  return origin;
}

StreamProgress StreamNormalizer::progress() const {
  return StreamProgress{
      splitter_.offset(),
      SerializeState({splitter_.unfinished(), timeline_.clocks(), open_records_, reader_.state(),
                      running_, latest_at_, marked_offset_, marked_at_, counts_before_seal_}),
      counts_};
}

}  // namespace proverlog
