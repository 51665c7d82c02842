#include "server/query/line_convert.h"

#include <string>

#include "normalizer/utf8.h"
#include "rpc/convert.h"

namespace proverlog {
namespace {

constexpr size_t kMaxLineShown = size_t{16} << 10;

}  // namespace

v1::DatedLine ToProto(int64_t stream_id, const DatedLine& line) {
  v1::DatedLine proto;
  proto.set_stream_id(stream_id);
  proto.set_offset(line.line.offset);
  if (line.at) *proto.mutable_time() = ToProtoTimestamp(*line.at);
  proto.set_text(std::string(line.line.text.substr(0, kMaxLineShown)));
  if (line.record == nullptr) return proto;
  if (line.record->level) proto.set_level(ToProto(*line.record->level));
  proto.set_module(CleanUtf8(line.record->module, kMaxModule));
  return proto;
}

v1::MissingLines ToProto(int64_t stream_id, const Gap& gap) {
  v1::MissingLines proto;
  proto.set_stream_id(stream_id);
  *proto.mutable_gap() = ToProto(gap);
  if (gap.received_at == 0) proto.mutable_gap()->clear_receive_time();
  return proto;
}

}  // namespace proverlog
