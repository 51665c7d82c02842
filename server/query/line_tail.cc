#include "server/query/line_tail.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/time.h"
#include "rpc/status.h"
#include "server/query/known_machine.h"
#include "server/query/store_convert.h"

namespace proverlog {
namespace {

constexpr int kMaxLastLines = 1000;
// Of each log, at the beginning; and up to a mark before it.
constexpr int64_t kLastBytes = int64_t{256} << 10;
// A log of which nothing came for so long is at rest.
constexpr Millis kRest = kDay;
// A log that is made while a tail begins may have lines from before.
constexpr Millis kSlack = kHour;
constexpr int64_t kTurnBytes = int64_t{1} << 20;
constexpr int64_t kBytesAnAdvance = int64_t{32} << 10;  // LogReading::ReadOn
constexpr size_t kMaxResponseBytes = size_t{1} << 20;
constexpr int kMaxEntries = 10'000;
// A position that stands still would have all that was not asked for read again.
constexpr int64_t kMaxSilentBytes = int64_t{8} << 20;
// The other logs are read from a mark again.
constexpr size_t kMaxOpen = 16;

bool IsFull(const v1::TailLinesResponse& response) {
  return response.entries_size() >= kMaxEntries || response.ByteSizeLong() >= kMaxResponseBytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LineTail>> LineTail::Open(QueryStore* store, const ProverRef& prover,
                                                         const v1::TailLinesRequest& request) {
  if (request.last_lines() < 0 || request.last_lines() > kMaxLastLines) {
    return InvalidField(
        "last_lines", absl::StrCat(request.last_lines(), " is not between 0 and ", kMaxLastLines));
  }
  auto filter = FilterOf(request);
  if (!filter.ok()) return filter.status();
  std::string id =
      absl::StrCat(prover.name, " ", request.machine(), " ", request.source(), " ", filter->Id());
  std::unique_ptr<LineTail> tail(
      new LineTail(store, prover, request, *std::move(filter), std::move(id)));
  if (!request.position().empty()) {
    auto position = ParseTailToken(request.position(), tail->request_id_);
    if (!position.ok()) return position.status();
    tail->position_ = *std::move(position);
    tail->resumes_ = true;
  }
  LogFilter logs;
  logs.machine = request.machine();
  logs.source = request.source();
  const auto any = store->FindStreams(prover, logs, 1);
  if (!any.ok()) return any.status();
  if (any->empty()) {
    return NoSuchLog(*store, prover, request.machine(), request.source());
  }
  return tail;
}

absl::StatusOr<LineTail::Turn> LineTail::Next(UnixMillis now) {
  if (!begun_) return Begin(now);
  if (news_.empty()) {
    if (absl::Status status = Look(now); !status.ok()) return status;
  }
  Turn turn;
  v1::TailLinesResponse response;
  int64_t budget = kTurnBytes;
  while (!news_.empty() && budget > 0 && !IsFull(response)) {
    if (absl::Status status = ReadNews(budget, response); !status.ok()) return status;
  }
  turn.is_idle = news_.empty();
  silent_bytes_ += kTurnBytes - budget;
  if (response.entries_size() > 0 || silent_bytes_ >= kMaxSilentBytes) {
    Complete(response);
    turn.response = std::move(response);
  }
  return turn;
}

absl::StatusOr<int64_t> LineTail::FindActive(UnixMillis since) {
  // A new projection may be the live one by now.
  auto prover = store_->FindProver(prover_.name);
  if (!prover.ok()) return prover.status();
  if (prover->projection_id != prover_.projection_id) open_.clear();
  prover_ = *std::move(prover);
  auto active = store_->FindActive(prover_, machine_, source_, since, kMaxTailedLogs + 1);
  if (!active.ok()) return active.status();
  if (active->logs.size() > kMaxTailedLogs) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "more than ", kMaxTailedLogs, " logs grew within a day; name a machine or a source"));
  }
  logs_.clear();
  for (StreamStatus& log : active->logs) logs_[log.key.stream_id] = std::move(log);
  return active->last_stream_id;
}

absl::StatusOr<LineTail::Turn> LineTail::Begin(UnixMillis now) {
  Turn turn;
  if (!resumes_) {
    if (position_.since == 0) {
      if (absl::Status status = FindLast(now); !status.ok()) return status;
    }
    if (absl::Status status = ReadLast(); !status.ok()) return status;
    if (!news_.empty()) return turn;
  }
  turn.response.emplace();
  for (v1::DatedLine& line : last_.Take()) {
    *turn.response->add_entries()->mutable_line() = std::move(line);
  }
  Complete(*turn.response);
  begun_ = true;
  return turn;
}

// The logs that ended last are read first: they leave nothing for others to have.
absl::Status LineTail::FindLast(UnixMillis now) {
  const auto last_stream_id = FindActive(now - kRest);
  if (!last_stream_id.ok()) return last_stream_id.status();
  position_.since = now - kSlack;
  position_.last_stream_id = *last_stream_id;
  for (const auto& [stream_id, log] : logs_) news_.push_back(stream_id);
  std::stable_sort(news_.begin(), news_.end(), [this](int64_t a, int64_t b) {
    return logs_[a].counts.last_at > logs_[b].counts.last_at;
  });
  return absl::OkStatus();
}

absl::Status LineTail::ReadLast() {
  int64_t budget = kTurnBytes;
  while (!news_.empty() && budget > 0) {
    const StreamStatus& stream = logs_[news_.front()];
    const int64_t stream_id = stream.key.stream_id;
    // Of a log that goes on it must be known where its last line ends.
    if (stream.sealed && !last_.MayHave(stream.counts.last_at)) {
      position_.offsets[stream_id] = stream.normalized_offset;
      news_.pop_front();
      continue;
    }
    const int64_t begin = std::max<int64_t>(0, stream.normalized_offset - kLastBytes);
    auto log = TakeOpen(stream, begin - 1);
    if (!log.ok()) return log.status();
    last_.Begin(stream_id, &log->place.offset);
    if (absl::Status status = Read(*log, last_, {}, budget); !status.ok()) return status;
    position_.offsets[stream_id] = log->place.offset;
    if (!log->reading.at_end()) {
      KeepOpen(*std::move(log));
      break;
    }
    last_.End();
    news_.pop_front();
    NoteEnd(stream, *std::move(log));
  }
  return absl::OkStatus();
}

absl::Status LineTail::Look(UnixMillis now) {
  // What came while nobody followed counts as well.
  const UnixMillis since = resumes_ ? std::min(now, position_.since) : now;
  const auto last_stream_id = FindActive(since - kRest);
  if (!last_stream_id.ok()) return last_stream_id.status();
  resumes_ = false;
  for (const auto& [stream_id, log] : logs_) {
    if (stream_id > position_.last_stream_id) position_.offsets.try_emplace(stream_id, -1);
    if (HasNews(log)) news_.push_back(stream_id);
  }
  ForgetThoseAtRest(*last_stream_id, now);
  return absl::OkStatus();
}

void LineTail::ForgetThoseAtRest(int64_t last_stream_id, UnixMillis now) {
  bool has_forgotten = false;
  for (auto entry = position_.offsets.begin(); entry != position_.offsets.end();) {
    const int64_t stream_id = entry->first;
    const bool is_read = read_to_.count(stream_id) > 0;
    if (logs_.count(stream_id) > 0 || !is_read) {
      ++entry;
      continue;
    }
    read_to_.erase(stream_id);
    named_.erase(stream_id);
    entry = position_.offsets.erase(entry);
    has_forgotten = true;
  }
  if (!has_forgotten) return;
  position_.since = now - kSlack;
  position_.last_stream_id = last_stream_id;
}

bool LineTail::HasNews(const StreamStatus& stream) const {
  const auto read_to = read_to_.find(stream.key.stream_id);
  if (read_to == read_to_.end()) return stream.normalized_offset > 0;
  return stream.normalized_offset > read_to->second.offset ||
         (stream.sealed && !read_to->second.sealed);
}

absl::Status LineTail::ReadNews(int64_t& budget, v1::TailLinesResponse& response) {
  const StreamStatus& stream = logs_[news_.front()];
  const auto known = position_.offsets.find(stream.key.stream_id);
  const bool was_at_rest = known == position_.offsets.end();
  auto log = TakeOpen(stream, was_at_rest ? -1 : known->second);
  if (!log.ok()) return log.status();
  const int64_t begin = log->place.offset;
  TailListener listener(stream.key.stream_id, &filter_, &log->place, &response);
  if (absl::Status status = Read(*log, listener, response, budget); !status.ok()) return status;
  if (!log->place.since) position_.offsets[stream.key.stream_id] = log->place.offset;
  if (log->reading.at_end()) {
    news_.pop_front();
    NoteEnd(stream, *std::move(log));
    return absl::OkStatus();
  }
  // The others take turns with a long one, of which then nothing is kept, provided it comes on.
  if (news_.size() > 1 && log->place.offset > begin) {
    news_.push_back(news_.front());
    news_.pop_front();
  } else {
    KeepOpen(*std::move(log));
  }
  return absl::OkStatus();
}

absl::StatusOr<LineTail::OpenLog> LineTail::TakeOpen(const StreamStatus& stream, int64_t offset) {
  const int64_t stream_id = stream.key.stream_id;
  const auto open = std::find_if(open_.begin(), open_.end(), [stream_id](const OpenLog& log) {
    return log.stream_id == stream_id;
  });
  if (open != open_.end()) {
    OpenLog log = std::move(*open);
    open_.erase(open);
    log.reading.GoOn(stream);
    return log;
  }
  TailListener::Place place;
  place.offset = offset;
  const bool was_at_rest = position_.offsets.count(stream_id) == 0 && begun_;
  if (was_at_rest) place.since = position_.since;
  auto reading = was_at_rest
                     ? LogReading::Open(store_, prover_, stream, {position_.since, -1})
                     : LogReading::OpenAt(store_, prover_, stream, std::max<int64_t>(0, offset));
  if (!reading.ok()) return reading.status();
  return OpenLog{stream_id, *std::move(reading), std::move(place)};
}

void LineTail::KeepOpen(OpenLog log) {
  open_.push_front(std::move(log));
  if (open_.size() > kMaxOpen) open_.pop_back();
}

absl::Status LineTail::Read(OpenLog& log, LogListener& listener,
                            const v1::TailLinesResponse& response, int64_t& budget) {
  while (!log.reading.at_end() && budget > 0 && !IsFull(response)) {
    if (absl::Status status = log.reading.ReadOn(listener); !status.ok()) return status;
    budget -= kBytesAnAdvance;
  }
  return absl::OkStatus();
}

// What was told of a sealed log as its last line may not be a whole one.
void LineTail::NoteEnd(const StreamStatus& stream, OpenLog log) {
  read_to_[stream.key.stream_id] = {stream.normalized_offset, stream.sealed};
  if (!stream.sealed) KeepOpen(std::move(log));
}

void LineTail::Complete(v1::TailLinesResponse& response) {
  for (const v1::TailEntry& entry : response.entries()) {
    const int64_t stream_id = entry.has_line() ? entry.line().stream_id() : entry.gap().stream_id();
    if (!named_.insert(stream_id).second) continue;
    v1::LogStream& stream = *response.add_streams();
    stream = ToProto(logs_[stream_id], prover_.name);
    stream.clear_counts();  // they are not known here
  }
  response.set_position(MakeTailToken(request_id_, position_));
  silent_bytes_ = 0;
}

}  // namespace proverlog
