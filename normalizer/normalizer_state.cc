#include "normalizer/normalizer_state.h"

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
  }
  if (proto.has_open_record()) {
    const StreamState::OpenRecord& open = proto.open_record();
    state.open_record =
        OpenRecord{open.text(), open.at_millis(), open.process(), open.offset(), open.service()};
  }
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
  }
  if (state.open_record) {
    StreamState::OpenRecord& open = *proto.mutable_open_record();
    open.set_text(state.open_record->text);
    open.set_at_millis(state.open_record->at);
    open.set_process(state.open_record->process);
    open.set_offset(state.open_record->offset);
    open.set_service(state.open_record->service);
  }
  if (state.counts_before_seal) {
    ToProto(*state.counts_before_seal, *proto.mutable_counts_before_seal());
  }
  return proto.SerializeAsString();
}

}  // namespace proverlog
