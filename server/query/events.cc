#include "server/query/events.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "normalizer/message_catalogue.h"
#include "rpc/convert.h"
#include "rpc/near_names.h"
#include "rpc/status.h"
#include "server/query/completeness.h"
#include "server/query/known_epoch.h"
#include "server/query/page_token.h"

namespace proverlog {
namespace {

constexpr int kDefaultEvents = 100;
// An event has a few fields of at most 512 bytes; an answer stays below the 4 MiB that gRPC's
// clients take.
constexpr int kMaxEvents = 1000;
constexpr size_t kLongestKind = 64;
constexpr size_t kUuidLength = 36;

bool IsKind(absl::string_view text) {
  return text.size() <= kLongestKind && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || c == '.' || c == '_';
         });
}

// The beginning of some kind's name.
absl::Status CheckKind(const std::string& kind) {
  const std::vector<std::string> kinds = EventKinds();
  const bool is_known = std::any_of(kinds.begin(), kinds.end(), [&](const std::string& known) {
    return absl::StartsWith(known, kind);
  });
  if (is_known) return absl::OkStatus();
  return InvalidField("kind", absl::StrCat("no event's kind begins with \"",
                                           absl::CHexEscape(kind.substr(0, kLongestKind)), "\"",
                                           DidYouMean(kind, kinds)));
}

bool IsUuid(absl::string_view text) {
  return text.size() == kUuidLength && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(c) || c == '-';
         });
}

absl::StatusOr<EventPosition> ParseEventPosition(const std::string& token,
                                                 const std::string& request) {
  const auto parts = ParsePageToken(token, request, 3);
  if (!parts.ok()) return parts.status();
  EventPosition position{0, (*parts)[1], (*parts)[2]};
  const bool valid = absl::SimpleAtoi((*parts)[0], &position.at) && IsKind(position.kind) &&
                     IsUuid(position.fields_key);
  if (!valid) return DamagedToken(token);
  return position;
}

v1::Event ToProto(const Event& event) {
  v1::Event proto;
  *proto.mutable_time() = ToProtoTimestamp(event.at);
  proto.set_kind(event.kind);
  for (const auto& [name, value] : event.fields) (*proto.mutable_fields())[name] = value;
  proto.set_machine(event.origin.machine);
  proto.set_process(event.origin.process);
  proto.set_stream_id(event.origin.stream_id);
  proto.set_offset(event.origin.offset);
  return proto;
}

// How far the logs are of the epoch's time, of one that events alone tell of from the first of them
// until now; without an epoch of all time.
absl::StatusOr<v1::Completeness> HowFarTheLogsAre(QueryStore& store, const ProverRef& prover,
                                                  std::optional<int32_t> epoch, absl::Time now) {
  if (!epoch) return CompletenessOf(store, prover, EpochWindow{}, now);
  auto windows = store.LoadEpochWindows(prover, {*epoch});
  if (!windows.ok()) return windows.status();
  EventFilter its_first;
  its_first.epoch = epoch;
  const auto first = store.ListEvents(prover, its_first, 1);
  if (!first.ok()) return first.status();
  if (!windows->empty()) return CompletenessOf(store, prover, *windows, now);
  if (first->empty()) return NoSuchEpoch(store, prover, *epoch);
  return CompletenessOf(store, prover, EpochWindow{first->front().event.at, std::nullopt}, now);
}

}  // namespace

absl::StatusOr<v1::ListEventsResponse> ListEvents(QueryStore& store, const ProverRef& prover,
                                                  const v1::ListEventsRequest& request,
                                                  absl::Time now) {
  const auto page_size = PageSize(request.page_size(), kDefaultEvents, kMaxEvents);
  if (!page_size.ok()) return page_size.status();
  if (auto status = CheckKind(request.kind()); !status.ok()) return status;
  if (auto status = CheckEpoch(request.epoch()); !status.ok()) return status;
  EventFilter filter;
  if (request.has_epoch()) filter.epoch = request.epoch();
  filter.kind = request.kind();
  const std::string this_request =
      absl::StrCat("events ", prover.name, " ", filter.epoch.value_or(-1), " ", filter.kind);
  if (!request.page_token().empty()) {
    auto position = ParseEventPosition(request.page_token(), this_request);
    if (!position.ok()) return position.status();
    filter.after = *std::move(position);
  }
  auto completeness = HowFarTheLogsAre(store, prover, filter.epoch, now);
  if (!completeness.ok()) return completeness.status();
  auto rows = store.ListEvents(prover, filter, *page_size + 1);
  if (!rows.ok()) return rows.status();
  v1::ListEventsResponse response;
  *response.mutable_completeness() = *std::move(completeness);
  if (rows->size() > static_cast<size_t>(*page_size)) {
    rows->pop_back();
    const EventPosition& last = rows->back().position;
    response.set_next_page_token(
        MakePageToken(this_request, {absl::StrCat(last.at), last.kind, last.fields_key}));
  }
  for (const EventRow& row : *rows) *response.add_events() = ToProto(row.event);
  return response;
}

}  // namespace proverlog
