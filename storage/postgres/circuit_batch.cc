#include "storage/postgres/circuit_batch.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "codec/sha256.h"
#include "storage/circuit_batch.pb.h"

namespace proverlog::postgres {
namespace {

// Numbers values in the order in which they come.
template <typename Value>
class Numbering {
 public:
  // The value's number, and whether it is new.
  std::pair<uint32_t, bool> Of(const Value& value) {
    const auto [known, is_new] =
        numbers_.try_emplace(value, static_cast<uint32_t>(numbers_.size()));
    return {known->second, is_new};
  }

 private:
  std::map<Value, uint32_t> numbers_;
};

class Packer {
 public:
  void Add(const CircuitRun& run) {
    proto::CircuitBatch::Run& packed = *proto_.add_runs();
    packed.set_at_delta(run.at - batch_.last_at);
    batch_.last_at = run.at;
    packed.set_micros(run.micros);
    packed.set_circuit(TextNumber(run.circuit));
    packed.set_step(static_cast<uint32_t>(run.step));
    packed.set_tx(TextNumber(run.tx));
    if (run.input_size) packed.set_input_size(*run.input_size);
    if (run.output_size) packed.set_output_size(*run.output_size);
    if (run.circuit_size) packed.set_circuit_size(*run.circuit_size);
    if (run.job) packed.set_job(JobNumber(*run.job));
    packed.set_stream(StreamNumber(run.origin.stream_id));
    packed.set_line_offset(run.origin.offset);
  }

  CircuitBatch Finish() && {
    batch_.runs = proto_.SerializeAsString();
    return std::move(batch_);
  }

 private:
  uint32_t TextNumber(const std::string& text) {
    const auto [number, is_new] = texts_.Of(text);
    if (is_new) proto_.add_texts(text);
    return number;
  }
  uint32_t StreamNumber(int64_t stream_id) {
    const auto [number, is_new] = streams_.Of(stream_id);
    if (is_new) proto_.add_stream_ids(stream_id);
    return number;
  }
  uint32_t JobNumber(const JobId& job) {
    const auto [number, is_new] = jobs_.Of(job);
    if (is_new) batch_.jobs.push_back(KeyOf(job));
    return number;
  }

  CircuitBatch batch_;
  proto::CircuitBatch proto_;
  Numbering<std::string> texts_;
  Numbering<int64_t> streams_;
  Numbering<JobId> jobs_;
};

bool RefersToLists(const proto::CircuitBatch& batch, const proto::CircuitBatch::Run& run) {
  const auto texts = static_cast<uint32_t>(batch.texts_size());
  return run.circuit() < texts && run.tx() < texts &&
         run.stream() < static_cast<uint32_t>(batch.stream_ids_size());
}

PackedRun Unpack(const proto::CircuitBatch& batch, const proto::CircuitBatch::Run& packed,
                 UnixMillis at) {
  PackedRun unpacked;
  CircuitRun& run = unpacked.run;
  run.step = static_cast<CircuitStep>(packed.step());
  run.circuit = batch.texts(static_cast<int>(packed.circuit()));
  run.at = at;
  run.micros = packed.micros();
  run.tx = batch.texts(static_cast<int>(packed.tx()));
  if (packed.has_input_size()) run.input_size = packed.input_size();
  if (packed.has_output_size()) run.output_size = packed.output_size();
  if (packed.has_circuit_size()) run.circuit_size = packed.circuit_size();
  run.origin.stream_id = batch.stream_ids(static_cast<int>(packed.stream()));
  run.origin.offset = packed.line_offset();
  if (packed.has_job()) unpacked.job = packed.job();
  return unpacked;
}

}  // namespace

int64_t KeyOf(const JobId& job) {
  const std::string digest = Sha256(job.ToString());
  uint64_t key = 0;
  for (size_t i = 0; i < sizeof(key); ++i) key = key << 8 | static_cast<uint8_t>(digest[i]);
  return static_cast<int64_t>(key);
}

CircuitBatch PackCircuitRuns(const std::vector<const CircuitRun*>& runs) {
  Packer packer;
  for (const CircuitRun* run : runs) packer.Add(*run);
  return std::move(packer).Finish();
}

absl::StatusOr<std::vector<PackedRun>> UnpackCircuitRuns(absl::string_view runs) {
  proto::CircuitBatch batch;
  if (!batch.ParseFromArray(runs.data(), static_cast<int>(runs.size()))) {
    return absl::DataLossError(
        "a row of circuit_batch is damaged; `proverlogd renormalize` makes it anew");
  }
  std::vector<PackedRun> unpacked;
  unpacked.reserve(static_cast<size_t>(batch.runs_size()));
  UnixMillis at = 0;
  for (const proto::CircuitBatch::Run& run : batch.runs()) {
    if (!RefersToLists(batch, run)) {
      return absl::DataLossError(
          "a row of circuit_batch is damaged; `proverlogd renormalize` makes it anew");
    }
    at += run.at_delta();
    if (IsCircuitStep(run.step())) unpacked.push_back(Unpack(batch, run, at));
  }
  return unpacked;
}

}  // namespace proverlog::postgres
