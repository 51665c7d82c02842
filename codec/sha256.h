#ifndef PROVERLOG_CODEC_SHA256_H_
#define PROVERLOG_CODEC_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"

namespace proverlog {

// The SHA-256 of the bytes: 32 bytes.
std::string Sha256(absl::string_view bytes);

}  // namespace proverlog

#endif  // PROVERLOG_CODEC_SHA256_H_
