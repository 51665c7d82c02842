#ifndef PROVERLOG_STORAGE_POSTGRES_CONNECTION_H_
#define PROVERLOG_STORAGE_POSTGRES_CONNECTION_H_

#include <pqxx/pqxx>
#include <string>
#include <utility>

namespace proverlog::postgres {

// libpqxx's connection, by a name that a header can declare without including libpqxx, and with the
// warnings that the database gives beside its answers.
class Connection : public pqxx::connection {
 public:
  explicit Connection(const std::string& conninfo) : pqxx::connection(conninfo), warning_(*this) {}

  // The last warning since the last call, or "".
  std::string TakeWarning() { return std::exchange(warning_.text, ""); }

 private:
  struct LastWarning : pqxx::errorhandler {
    using errorhandler::errorhandler;
    bool operator()(const char text_of_one[]) noexcept override {
      text = text_of_one;
      return false;
    }

    std::string text;
  };

  LastWarning warning_;
};

}  // namespace proverlog::postgres

#endif  // PROVERLOG_STORAGE_POSTGRES_CONNECTION_H_
