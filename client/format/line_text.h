#ifndef PROVERLOG_CLIENT_FORMAT_LINE_TEXT_H_
#define PROVERLOG_CLIENT_FORMAT_LINE_TEXT_H_

#include <string>

#include "proverlog/v1/common.pb.h"
#include "proverlog/v1/lines.pb.h"

namespace proverlog {

// A log's lines for a terminal, each with its newline.

// "2026-11-21 03:00:46.633  [03:00:46.633] INFO: ..."
std::string LineText(const v1::DatedLine& line);
// A line among its neighbours, indented, and marked where it is the one that is meant: of a JSON
// line what it says in words. Cut at the usual width unless it is wanted `whole`.
std::string QuotedText(const v1::LogLine& line, bool whole);
// "-- 500 B are missing here: dropped"
std::string MissingText(const v1::StreamGap& gap);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_FORMAT_LINE_TEXT_H_
