#include "server/query/unknown_messages.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "normalizer/utf8.h"
#include "rpc/convert.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/log_lines.h"
#include "server/query/page_token.h"

namespace proverlog {
namespace {

constexpr int kDefaultMessages = 100;
constexpr int kMaxMessages = 1000;
// An answer stays below the 4 MiB that gRPC's clients take, and reads a block or two a line.
constexpr int kMaxMessagesWithLines = 100;
constexpr size_t kMaxLineBytes = size_t{2} << 20;

absl::StatusOr<std::optional<UnknownPosition>> PositionOf(const std::string& token,
                                                          const std::string& this_request) {
  if (token.empty()) return std::optional<UnknownPosition>();
  const auto parts = ParsePageToken(token, this_request, 4);
  if (!parts.ok()) return parts.status();
  UnknownPosition position{0, {(*parts)[2], (*parts)[3], (*parts)[1]}};
  bool valid = absl::SimpleAtoi((*parts)[0], &position.count) && position.count > 0;
  for (const std::string& part : *parts) valid = valid && CleanUtf8(part, part.size()) == part;
  if (!valid) return DamagedToken(token);
  return position;
}

v1::UnknownMessage ToProto(const UnknownRow& row) {
  v1::UnknownMessage message;
  message.set_module(row.kind.module);
  message.set_level(row.kind.level);
  message.set_message_template(row.kind.message_template);
  message.set_count(row.count.count);
  if (row.count.first_at) {
    *message.mutable_first_time() = ToProtoTimestamp(*row.count.first_at);
    *message.mutable_last_time() = ToProtoTimestamp(*row.count.last_at);
  }
  message.mutable_machines()->Add(row.machines.begin(), row.machines.end());
  message.set_machine_count(row.machine_count);
  std::set<std::string> versions;  // different evidence may print one version
  for (const VersionEvidence& evidence : row.versions) versions.insert(evidence.ToString());
  message.mutable_aztec_versions()->Add(versions.begin(), versions.end());
  message.mutable_example()->set_stream_id(row.stream_id);
  message.mutable_example()->set_offset(row.count.line_offset);
  return message;
}

// Names the examples' logs.
absl::Status AddSources(QueryStore& store, const ProverRef& prover,
                        v1::ListUnknownMessagesResponse& response) {
  std::vector<int64_t> ids;
  for (const auto& message : response.messages()) ids.push_back(message.example().stream_id());
  const auto loaded = store.LoadStreams(prover, ids);
  if (!loaded.ok()) return loaded.status();
  std::map<int64_t, const StreamStatus*> streams;
  for (const StreamStatus& stream : *loaded) streams[stream.key.stream_id] = &stream;
  for (v1::UnknownMessage& message : *response.mutable_messages()) {
    const auto stream = streams.find(message.example().stream_id());
    if (stream == streams.end()) continue;
    message.mutable_example()->set_machine(stream->second->machine);
    message.mutable_example()->set_source(stream->second->source);
  }
  return absl::OkStatus();
}

// Reads the examples' lines.
absl::Status AddLines(QueryStore& store, const ProverRef& prover,
                      v1::ListUnknownMessagesResponse& response) {
  size_t bytes = 0;
  for (int i = 0;
       i < response.messages_size() && i < kMaxMessagesWithLines && bytes < kMaxLineBytes; ++i) {
    v1::ExampleRecord& example = *response.mutable_messages(i)->mutable_example();
    const auto lines = ReadLinesAround(store, {prover.prover_id, example.stream_id()},
                                       example.offset(), /*context=*/0);
    // An archive that is damaged, or has no such old logs any more, hides the line and not the
    // list.
    if (absl::IsDataLoss(lines.status()) || absl::IsNotFound(lines.status())) continue;
    if (!lines.ok()) return lines.status();
    if (lines->empty()) continue;
    example.set_line(lines->front().text);
    bytes += example.line().size();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListUnknownMessagesResponse> ListUnknown(
    QueryStore& store, const ProverRef& prover, const v1::ListUnknownMessagesRequest& request,
    absl::Time now) {
  const auto page_size = PageSize(request.page_size(), kDefaultMessages, kMaxMessages);
  if (!page_size.ok()) return page_size.status();
  const std::string this_request = absl::StrCat("unknown ", prover.name);
  const auto after = PositionOf(request.page_token(), this_request);
  if (!after.ok()) return after.status();

  auto completeness = CompletenessOf(store, prover, EpochWindow{}, now);
  if (!completeness.ok()) return completeness.status();
  auto page = store.ListUnknown(prover, /*machine=*/"", *after, *page_size + 1);
  if (!page.ok()) return page.status();
  v1::ListUnknownMessagesResponse response;
  *response.mutable_completeness() = *std::move(completeness);
  response.set_more_kinds(page->more_kinds);
  if (page->rows.size() > static_cast<size_t>(*page_size)) {
    page->rows.pop_back();
    const UnknownRow& last = page->rows.back();
    response.set_next_page_token(
        MakePageToken(this_request, {absl::StrCat(last.count.count), last.kind.message_template,
                                     last.kind.module, last.kind.level}));
  }
  for (const UnknownRow& row : page->rows) *response.add_messages() = ToProto(row);
  if (auto status = AddSources(store, prover, response); !status.ok()) return status;
  if (auto status = AddLines(store, prover, response); !status.ok()) return status;
  return response;
}

}  // namespace proverlog
