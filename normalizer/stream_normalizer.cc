#include "normalizer/stream_normalizer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "normalizer/stream_state.pb.h"
#include "normalizer/utf8.h"

namespace proverlog {
namespace {

constexpr size_t kMaxDetailBytes = 512;

// A cut line's id may be cut too, and would name a job that does not exist.
bool MayBeCut(const JobIdView& job) { return !IsFullHash(job.hash); }

// What the record says in words: the error's first line, or the status of a restored job.
std::string Detail(const MessageMatch& match, const Record& record, FactKind kind) {
  if (kind == FactKind::kRestored) {
    if (auto status = DataString(record.data, "status")) return CleanUtf8(*status, kMaxDetailBytes);
    return match.values[Slot::kSettled] == "true" ? "settled" : "pending";
  }
  const absl::string_view error = match.values[Slot::kError];
  return CleanUtf8(error.substr(0, error.find('\n')), kMaxDetailBytes);
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

}  // namespace

absl::StatusOr<StreamNormalizer> StreamNormalizer::Create(StreamLabels labels,
                                                          const StreamProgress& progress,
                                                          const MessageIndex* index) {
  normalizer::StreamState state;
  if (!state.ParseFromString(progress.state)) {
    return absl::DataLossError(
        absl::StrCat("the saved normalizer state of stream ", labels.stream_id, " cannot be read"));
  }
  Timeline::Position position;
  position.anchors_used = state.anchors_used();
  if (state.has_local_millis()) position.local = state.local_millis();
  Timeline timeline(labels.anchors, position);
  LineSplitter splitter(progress.offset, {std::move(*state.mutable_unfinished_text()),
                                          state.unfinished_offset(), state.unfinished_cut()});
  return StreamNormalizer(std::move(labels), progress, std::move(timeline), std::move(splitter),
                          state.unfinished_counted(), index);
}

StreamNormalizer::StreamNormalizer(StreamLabels labels, const StreamProgress& progress,
                                   Timeline timeline, LineSplitter splitter,
                                   bool unfinished_counted, const MessageIndex* index)
    : labels_(std::move(labels)),
      counts_(progress.counts),
      timeline_(std::move(timeline)),
      splitter_(std::move(splitter)),
      unfinished_counted_(unfinished_counted),
      index_(index) {}

void StreamNormalizer::Feed(absl::string_view bytes, NormalizerSink& sink) {
  splitter_.Feed(bytes, [&](const Line& line) {
    ReadLine(line, {.count = !unfinished_counted_}, sink);
    unfinished_counted_ = false;
  });
}

void StreamNormalizer::Seal(NormalizerSink& sink) {
  if (splitter_.unfinished().text.empty() || unfinished_counted_) return;
  const Timeline::Position position = timeline_.position();
  ReadLine(splitter_.UnfinishedLine(), {.count = true, .unfinished = true}, sink);
  // The line is read again, from the same position, should it go on.
  timeline_ = Timeline(labels_.anchors, position);
  unfinished_counted_ = true;
}

void StreamNormalizer::ReadLine(const Line& line, LineContext context, NormalizerSink& sink) {
  if (context.count) {
    ++counts_.lines;
    counts_.cut += line.cut ? 1 : 0;
  }
  if (const auto record = reader_.Read(line.text)) ReadRecord(*record, line, context, sink);
}

void StreamNormalizer::ReadRecord(const Record& record, const Line& line, LineContext context,
                                  NormalizerSink& sink) {
  std::optional<UnixMillis> at = record.at;
  if (at) {
    timeline_.Observe(line.offset, *at);
  } else {
    at = timeline_.Resolve(line.offset, *record.time_of_day);
  }
  const auto match = index_->Find(record.message);
  if (context.count) {
    ++counts_.records;
    ++(match ? counts_.understood : counts_.not_understood);
    if (!at) ++counts_.undated;
  }
  if (at) CountInstant(*at, counts_);
  sink.OnRecord(record, at, match ? &*match : nullptr);
  if (!match || !at) return;

  Fact base;
  base.at = *at;
  base.origin = {
      labels_.machine,
      std::string(record.process.empty() ? absl::string_view(labels_.source) : record.process),
      labels_.stream_id, line.offset};
  Emit(*match, record, base, context, sink);
}

void StreamNormalizer::Emit(const MessageMatch& match, const Record& record, const Fact& base,
                            LineContext context, NormalizerSink& sink) {
  for (const Saying& saying : match.spec->says) {
    const auto job = ParseJobId(match.values[saying.job]);
    if (!job || (context.unfinished && MayBeCut(*job))) continue;
    Fact fact = base;
    fact.kind = saying.kind;
    fact.attempt = AttemptNumber(match.values[Slot::kAttempt]);
    fact.will_retry = WillRetry(saying, match.values[Slot::kRetry]);
    fact.detail = Detail(match, record, saying.kind);
    if (context.count) ++counts_.facts[saying.kind];
    sink.OnFact(*job, std::move(fact));
  }
}

StreamProgress StreamNormalizer::progress() const {
  normalizer::StreamState state;
  state.set_unfinished_text(splitter_.unfinished().text);
  state.set_unfinished_offset(splitter_.unfinished().offset);
  state.set_unfinished_cut(splitter_.unfinished().cut);
  state.set_unfinished_counted(unfinished_counted_);
  state.set_anchors_used(timeline_.position().anchors_used);
  if (timeline_.position().local) state.set_local_millis(*timeline_.position().local);
  return StreamProgress{splitter_.offset(), state.SerializeAsString(), counts_};
}

}  // namespace proverlog
