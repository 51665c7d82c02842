#include "storage/postgres/error.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <pqxx/pqxx>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace proverlog::postgres {
namespace {

// https://www.postgresql.org/docs/15/errcodes-appendix.html
absl::StatusCode CodeOf(absl::string_view sqlstate) {
  constexpr absl::string_view kRetryable[] = {
      "08",     // connection
      "40001",  // serialization failure
      "40P01",  // deadlock
      "53",     // out of connections, memory or disk space
      "55P03",  // lock not available
      "57P",    // shutting down, starting up, dropped
      "58",     // the operating system failed
      "25006",  // read-only: a standby, or a failover under way
  };
  constexpr absl::string_view kRefused[] = {
      "28",     // authorization
      "3D000",  // no such database
      "3F000",  // no such schema
      "42",     // insufficient privilege, no such table or column: not this program's schema
  };
  if (sqlstate == "57014") return absl::StatusCode::kDeadlineExceeded;
  for (const absl::string_view prefix : kRetryable) {
    if (absl::StartsWith(sqlstate, prefix)) return absl::StatusCode::kUnavailable;
  }
  for (const absl::string_view prefix : kRefused) {
    if (absl::StartsWith(sqlstate, prefix)) return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kInternal;
}

bool IsAboutValues(absl::string_view sqlstate) {
  constexpr absl::string_view kClasses[] = {
      "22",  // a value that the type does not have, or not this long
      "23",  // a constraint
      "54",  // a row or an index entry that is too large
  };
  return std::any_of(std::begin(kClasses), std::end(kClasses),
                     [&](absl::string_view prefix) { return absl::StartsWith(sqlstate, prefix); });
}

// The archive's partitions come and go under statements: the next one finds the right one.
bool IsAboutPartitions(absl::string_view what) {
  return absl::StrContains(what, "partition constraint") ||
         absl::StrContains(what, "could not open relation with OID");
}

// A connection that is refused says why only in words, which libpq takes from the server.
absl::StatusCode CodeOfBrokenConnection(absl::string_view what) {
  constexpr absl::string_view kRefusals[] = {
      "password authentication failed", "no password supplied", "does not exist",
      "no pg_hba.conf entry", "permission denied for",
      // libpq's own, of what it is told.
      "invalid sslmode value", "invalid port number", "invalid integer value"};
  for (const absl::string_view refusal : kRefusals) {
    // A missing socket file is a server that is not there, or not yet.
    if (absl::StrContains(what, refusal) && !absl::StrContains(what, "No such file")) {
      return absl::StatusCode::kFailedPrecondition;
    }
  }
  return absl::StatusCode::kUnavailable;
}

// PostgreSQL's first line says what is wrong; the others (CONTEXT, LINE) are for its own log.
absl::Status Make(absl::StatusCode code, absl::string_view doing, absl::string_view what) {
  const absl::string_view first_line = what.substr(0, what.find('\n'));
  return absl::Status(code,
                      absl::StrCat("cannot ", doing, ": ", absl::StripAsciiWhitespace(first_line)));
}

}  // namespace

absl::Status StatusFromException(absl::string_view doing) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& e) {
    return Make(absl::StatusCode::kUnavailable, doing,
                absl::StrCat("the commit is in doubt: ", e.what()));
  } catch (const pqxx::broken_connection& e) {
    return Make(CodeOfBrokenConnection(e.what()), doing, e.what());
  } catch (const pqxx::transaction_rollback& e) {
    return Make(absl::StatusCode::kUnavailable, doing, e.what());
  } catch (const pqxx::sql_error& e) {
    return Make(IsAboutPartitions(e.what()) ? absl::StatusCode::kUnavailable : CodeOf(e.sqlstate()),
                doing, e.what());
  } catch (const std::bad_alloc& e) {
    return Make(absl::StatusCode::kUnavailable, doing, e.what());
  } catch (const std::exception& e) {
    return Make(absl::StatusCode::kInternal, doing, e.what());
  }
}

absl::Status WriteStatusFromException(absl::string_view doing) {
  absl::Status status = StatusFromException(doing);
  try {
    throw;
  } catch (const pqxx::sql_error& e) {
    if (IsAboutValues(e.sqlstate())) status = absl::InvalidArgumentError(status.message());
  } catch (...) {  // it is all in the status
  }
  return status;
}

}  // namespace proverlog::postgres
