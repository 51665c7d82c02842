#include "server/http/operator_pages.h"

#include "absl/strings/str_cat.h"

namespace proverlog {
namespace {

constexpr int kServiceUnavailable = 503;
constexpr char kPrometheusText[] = "text/plain; version=0.0.4; charset=utf-8";

HttpAnswer Ready(const absl::Status& database, int64_t unreadable) {
  if (database.ok() && unreadable == 0) return {.body = "ready\n"};
  if (database.ok()) {
    return {.body = absl::StrCat(
                "ready; ranges of log bytes that could not be read and are set aside: ", unreadable,
                "\n")};
  }
  return {.status = kServiceUnavailable,
          .body = absl::StrCat("the database does not commit: ", database.message(), "\n")};
}

}  // namespace

std::map<std::string, HttpPage> OperatorPages(Metrics* metrics, CommitMonitor* database) {
  return {{"/healthz", [] { return HttpAnswer{.body = "alive\n"}; }},
          {"/readyz",
           [metrics, database] {
             return Ready(database->status(), metrics->normalizer.unreadable_ranges());
           }},
          {"/metrics", [metrics, database] {
             metrics->database_up.Set(database->status().ok() ? 1 : 0);
             return HttpAnswer{.content_type = kPrometheusText, .body = metrics->Serialize()};
           }}};
}

}  // namespace proverlog
