#ifndef PROVERLOG_STORAGE_POSTGRES_CONNECTION_H_
#define PROVERLOG_STORAGE_POSTGRES_CONNECTION_H_

#include <pqxx/pqxx>
#include <string>

namespace proverlog::postgres {

// A name for libpqxx's connection that a header can declare without including libpqxx.
class Connection : public pqxx::connection {
 public:
  explicit Connection(const std::string& conninfo) : pqxx::connection(conninfo) {}
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CONNECTION_H_
