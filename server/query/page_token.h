#ifndef PROVERLOG_SERVER_QUERY_PAGE_TOKEN_H_
#define PROVERLOG_SERVER_QUERY_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace proverlog {

// Page tokens say where the next page begins (a key, not a number of rows) and which request they
// belong to. They are opaque to clients.

// `request` names the method and the fields that must not change; `position` is the last row's key.
std::string MakePageToken(absl::string_view request, const std::vector<std::string>& position);

// The position; INVALID_ARGUMENT where the token, which is in the request's `field`, is not one
// that MakePageToken made for this request with `size` parts.
absl::StatusOr<std::vector<std::string>> ParsePageToken(absl::string_view token,
                                                        absl::string_view request, size_t size,
                                                        absl::string_view field = "page_token");

// INVALID_ARGUMENT for a token with parts that MakePageToken was never given.
absl::Status DamagedToken(absl::string_view token, absl::string_view field = "page_token");

// The page size that a request means; INVALID_ARGUMENT where it is not between 0 and `max`.
absl::StatusOr<int> PageSize(int32_t asked, int fallback, int max);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_QUERY_PAGE_TOKEN_H_
