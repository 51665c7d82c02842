#include "client/shipper/live_anchors.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "client/input/log_scan.h"
#include "normalizer/timeline.h"

namespace proverlog {

std::vector<Anchor> LiveAnchors(const ReadBytes& read, int64_t size,
                                std::optional<UnixMillis> modified_at,
                                const DatingOptions& options) {
  const LogScan scan = ScanLog([&](int64_t offset, size_t max) {
    return read(offset, std::min(max, static_cast<size_t>(size - offset)));
  });
  std::vector<Anchor> anchors;
  const auto dating = ChooseDating(scan, "", modified_at, options);
  if (dating.ok() && dating->anchor) anchors.push_back(*dating->anchor);
  anchors.push_back({size, options.now, options.time_zone_name});
  return anchors;
}

std::string SystemTimeZone() {
  constexpr char kZones[] = "/zoneinfo/";
  std::string name;
  if (const char* variable = std::getenv("TZ")) {
    name = variable[0] == ':' ? variable + 1 : variable;
  } else {
    std::error_code error;
    name = std::filesystem::read_symlink("/etc/localtime", error).string();
  }
  const size_t zones = name.find(kZones);
  if (zones != std::string::npos) name = name.substr(zones + sizeof(kZones) - 1);
  return LoadTimeZone(name).ok() ? name : "UTC";
}

}  // namespace proverlog
