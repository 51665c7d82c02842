#ifndef PROVERLOG_CLIENT_SHIPPER_SHIP_TASK_H_
#define PROVERLOG_CLIENT_SHIPPER_SHIP_TASK_H_

#include <optional>

#include "absl/time/time.h"

namespace proverlog {

// Something that a TaskPool's threads do piece by piece.
class ShipTask {
 public:
  virtual ~ShipTask() = default;

  // Does a piece, in which it may wait for the server. Returns when to go on: InfiniteFuture where
  // that is when it is woken; nothing where it is done.
  virtual std::optional<absl::Time> Run() = 0;
  // Whether it holds an open call between two pieces.
  virtual bool HasCall() const = 0;
  // Gives the call up; the next piece makes another one.
  virtual void DropCall() = 0;
};

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_SHIP_TASK_H_
