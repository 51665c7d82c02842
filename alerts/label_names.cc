#include "alerts/label_names.h"

namespace proverlog {

const std::vector<std::string>& LabelNames() {
  static const auto* const kNames =
      new std::vector<std::string>{"cause", "epoch", "machine", "process", "source", "type"};
  return *kNames;
}

}  // namespace proverlog
