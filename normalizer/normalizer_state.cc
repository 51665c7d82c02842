#include "normalizer/normalizer_state.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "absl/status/status.h"
#include "normalizer/stream_state.pb.h"

namespace proverlog {
namespace {

using normalizer::StreamState;

StreamCounts FromProto(const StreamState::Counts& proto) {
  StreamCounts counts;
  counts.lines = proto.lines();
  counts.records = proto.records();
  counts.understood = proto.understood();
  counts.not_understood = proto.not_understood();
  counts.undated = proto.undated();
  counts.cut = proto.cut();
  for (const auto& [name, count] : proto.facts()) {
    if (const auto kind = ParseFactKind(name)) counts.facts[*kind] = count;
  }
  if (proto.has_first_at_millis()) counts.first_at = proto.first_at_millis();
  if (proto.has_last_at_millis()) counts.last_at = proto.last_at_millis();
  counts.versions = VersionEvidence::Parse(proto.aztec_versions());
  return counts;
}

void ToProto(const StreamCounts& counts, StreamState::Counts& proto) {
  proto.set_lines(counts.lines);
  proto.set_records(counts.records);
  proto.set_understood(counts.understood);
  proto.set_not_understood(counts.not_understood);
  proto.set_undated(counts.undated);
  proto.set_cut(counts.cut);
  for (const auto& [kind, count] : counts.facts) {
    (*proto.mutable_facts())[std::string(FactKindName(kind))] = count;
  }
  if (counts.first_at) proto.set_first_at_millis(*counts.first_at);
  if (counts.last_at) proto.set_last_at_millis(*counts.last_at);
  proto.set_aztec_versions(counts.versions.Serialize());
}

RunningJobs RunningOf(const StreamState& proto) {
  RunningJobs::Processes processes;
  for (const StreamState::Process& saved : proto.processes()) {
    RunningJobs::Process& process = processes[saved.name()];
    process.complete_at = saved.complete_at_millis();
    process.heard_at = saved.heard_at_millis();
    for (const StreamState::Process::Job& job : saved.jobs()) {
      const auto id = ParseJobId(job.id());
      if (id) process.jobs.emplace_back(*id, job.started_at_millis());
    }
  }
  return RunningJobs(std::move(processes));
}

void ToProto(const RunningJobs& running, StreamState& proto) {
  for (const auto& [name, process] : running.processes()) {
    StreamState::Process& saved = *proto.add_processes();
    saved.set_name(name);
    saved.set_complete_at_millis(process.complete_at);
    saved.set_heard_at_millis(process.heard_at);
    for (const RunningJob& job : process.jobs) {
      StreamState::Process::Job& saved_job = *saved.add_jobs();
      saved_job.set_id(JobId::From(job.id()).ToString());
      saved_job.set_started_at_millis(job.started_at());
    }
  }
}

// The same state is the same bytes: a map's order is not left to chance.
std::string Deterministic(const StreamState& proto) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    proto.SerializeToCodedStream(&output);
  }
  return bytes;
}

}  // namespace

absl::StatusOr<NormalizerState> ParseState(const std::string& saved) {
  StreamState proto;
  if (!proto.ParseFromString(saved)) {
    return absl::DataLossError("the saved normalizer state cannot be read");
  }
  NormalizerState state;
  state.unfinished = {std::move(*proto.mutable_unfinished_text()), proto.unfinished_offset(),
                      proto.unfinished_cut()};
  for (const StreamState::Clock& saved_clock : proto.clocks()) {
    Timeline::Clock& clock = state.clocks[saved_clock.writer()];
    clock.anchors_used = saved_clock.anchors_used();
    if (saved_clock.has_local_millis()) clock.local = saved_clock.local_millis();
    clock.second_pass = saved_clock.second_pass();
  }
  for (const StreamState::OpenRecord& open : proto.open_records()) {
    state.open_records[open.service()] = {open.text(), open.at_millis(), open.process(),
                                          open.offset(), open.event_due()};
  }
  for (const StreamState::Part& saved_part : proto.parts()) {
    RecordReader::Part& part = state.reader.parts[saved_part.service()];
    part = {saved_part.text(), saved_part.offset(), std::nullopt};
    if (saved_part.has_at_millis()) part.at = saved_part.at_millis();
  }
  state.running = RunningOf(proto);
  state.reader.in_journal_entry = proto.in_journal_entry();
  if (proto.has_journal_at_millis()) state.reader.journal_at = proto.journal_at_millis();
  if (proto.has_latest_at_millis()) state.latest_at = proto.latest_at_millis();
  state.marked_offset = proto.marked_offset();
  if (proto.has_marked_at_millis()) state.marked_at = proto.marked_at_millis();
  if (proto.has_counts_before_seal()) {
    state.counts_before_seal = FromProto(proto.counts_before_seal());
  }
  return state;
}

std::string SerializeState(const NormalizerState& state) {
  StreamState proto;
  proto.set_unfinished_text(state.unfinished.text);
  proto.set_unfinished_offset(state.unfinished.offset);
  proto.set_unfinished_cut(state.unfinished.cut);
  for (const auto& [writer, clock] : state.clocks) {
    StreamState::Clock& saved_clock = *proto.add_clocks();
    saved_clock.set_writer(writer);
    saved_clock.set_anchors_used(clock.anchors_used);
    if (clock.local) saved_clock.set_local_millis(*clock.local);
    saved_clock.set_second_pass(clock.second_pass);
  }
  for (const auto& [service, open] : state.open_records) {
    if (open.text.empty()) continue;
    StreamState::OpenRecord& saved_open = *proto.add_open_records();
    saved_open.set_service(service);
    saved_open.set_text(open.text);
    saved_open.set_at_millis(open.at);
    saved_open.set_process(open.process);
    saved_open.set_offset(open.offset);
    saved_open.set_event_due(open.event_due);
  }
  for (const auto& [service, part] : state.reader.parts) {
    StreamState::Part& saved_part = *proto.add_parts();
    saved_part.set_service(service);
    saved_part.set_text(part.text);
    saved_part.set_offset(part.offset);
    if (part.at) saved_part.set_at_millis(*part.at);
  }
  ToProto(state.running, proto);
  proto.set_in_journal_entry(state.reader.in_journal_entry);
  if (state.reader.journal_at) proto.set_journal_at_millis(*state.reader.journal_at);
  if (state.latest_at) proto.set_latest_at_millis(*state.latest_at);
  proto.set_marked_offset(state.marked_offset);
  if (state.marked_at) proto.set_marked_at_millis(*state.marked_at);
  if (state.counts_before_seal) {
    ToProto(*state.counts_before_seal, *proto.mutable_counts_before_seal());
  }
  return Deterministic(proto);
}

}  // namespace proverlog
