#ifndef PROVERLOG_CLIENT_SHIPPER_CONTAINER_PATH_H_
#define PROVERLOG_CLIENT_SHIPPER_CONTAINER_PATH_H_

#include <optional>
#include <string>

#include "client/shipper/log_labels.h"

namespace proverlog {

// The labels of a log of a container, by the end of its path, wherever it is mounted; nothing for
// other paths:
//
//   containers/<pod>_<namespace>_<container>-<id>.log        the pod, the container, the namespace
//   pods/<namespace>_<pod>_<uid>/<container>/<restart>.log   the pod, the container, the namespace
//   <id>/<id>-json.log                                       the container's name, its short id
//
// Docker's name of a container is in config.v2.json beside its log; without it both are the id.
std::optional<LogLabels> LabelsOfContainer(const std::string& path);

}  // namespace proverlog

#endif  // PROVERLOG_CLIENT_SHIPPER_CONTAINER_PATH_H_
