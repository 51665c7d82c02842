#ifndef PROVERLOG_SERVER_HTTP_OPERATOR_PAGES_H_
#define PROVERLOG_SERVER_HTTP_OPERATOR_PAGES_H_

#include <map>
#include <string>

#include "server/http/http_server.h"
#include "server/ingest/commit_monitor.h"
#include "server/metrics/metrics.h"

namespace proverlog {

// What a monitoring system asks for: /metrics, /healthz (the process is alive) and /readyz (it can
// commit, else 503 and why not; also that logs could not be read). Both arguments outlive the
// pages.
std::map<std::string, HttpPage> OperatorPages(Metrics* metrics, CommitMonitor* database);

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_HTTP_OPERATOR_PAGES_H_
