#ifndef PROVERLOG_NORMALIZER_WRAPPER_H_
#define PROVERLOG_NORMALIZER_WRAPPER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "model/time.h"

namespace proverlog {

// What runtimes and shippers say of a line that they pass on.
struct Wrapping {
  std::optional<UnixMillis> at;
  absl::string_view service;  // of docker compose, of a pod or of a unit
  absl::string_view output;   // stdout or stderr, where the runtime says so
  bool partial = false;       // the next line of that output goes on with this one (CRI, docker)
};

// Whether the text can name a service: at most 255 letters, digits and -_./
bool IsServiceName(absl::string_view text);

// Takes one wrapper off the beginning of `text` and adds what it says to `wrapping`; returns false
// where there is none. Each is known by its own shape:
//
//   prover-node-1  | text                                    docker compose logs
//   [pod/prover-0/agent] text                                kubectl logs --prefix
//   2026-02-07T11:32:21.229123456Z stderr F text             CRI (kubelet's files); P is partial
//   2026-02-07T11:32:21.229123456Z text                      docker logs -t, kubectl --timestamps
//   2026-02-07T11:32:21+0000 host unit[123]: text            journalctl -o short-iso
bool ConsumeWrapper(absl::string_view& text, Wrapping& wrapping);

// Takes an RFC 3339 instant, or ISO 8601 with an offset of four digits, off the beginning of
// `text`, up to a space or the end.
std::optional<UnixMillis> ConsumeInstant(absl::string_view& text);

}  // namespace proverlog

#endif  // PROVERLOG_NORMALIZER_WRAPPER_H_
