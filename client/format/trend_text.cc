#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/format/comparison_text.h"
#include "client/format/human.h"
#include "client/format/summary.h"
#include "client/format/table.h"

namespace proverlog {
namespace {

using Align = Table::Align;

std::string ValueText(v1::FigureUnit unit, double value) {
  switch (unit) {
    case v1::FIGURE_UNIT_MILLISECONDS:
      return HumanDuration(absl::Milliseconds(value));
    case v1::FIGURE_UNIT_SHARE:
      return absl::StrFormat("%.1f %%", value * 100);
    case v1::FIGURE_UNIT_COUNT:
      // Counts are whole, their percentiles need not be.
      return value == std::floor(value) ? HumanCount(std::llround(value))
                                        : absl::StrFormat("%.1f", value);
    default:
      return absl::StrFormat("%.3g", value);
  }
}

std::string PositionText(v1::TrendPosition position) {
  if (position == v1::TREND_POSITION_ABOVE) return "above";
  return position == v1::TREND_POSITION_BELOW ? "below" : "";
}

std::string Heading(const v1::GetTrendResponse& response) {
  std::string text = absl::StrCat(response.figure(), " of ", Printable(response.prover()));
  if (!response.type().empty()) absl::StrAppend(&text, ", ", Printable(response.type()));
  if (!response.machine().empty()) {
    absl::StrAppend(&text, ", machine ", Printable(response.machine()));
  }
  absl::StrAppend(&text, ", ", Plural(response.points_size(), "epoch"));
  if (response.unit() == v1::FIGURE_UNIT_PER_SECOND) absl::StrAppend(&text, ", a second");
  return WrapText(text);
}

std::string OutsideText(const v1::GetTrendResponse& response) {
  std::vector<std::string> outside;
  int with_band = 0;
  for (const v1::TrendPoint& point : response.points()) {
    with_band += point.position() != v1::TREND_POSITION_UNSPECIFIED ? 1 : 0;
    const std::string position = PositionText(point.position());
    if (!position.empty()) outside.push_back(absl::StrCat(point.epoch(), " (", position, ")"));
  }
  if (with_band == 0) {
    return WrapText(absl::StrCat("No epoch can be judged: a band needs ",
                                 response.least_band_values(), " values before it."));
  }
  return WrapText(absl::StrFormat(
      "%d of %d lie outside the %.0f-%.0f %% band of the %d epochs before each; of steady values "
      "one"
      " in %.0f would%s%s",
      outside.size(), with_band, response.band_low() * 100, response.band_high() * 100,
      response.band_epochs(), 1 / (response.band_low() + 1 - response.band_high()),
      outside.empty() ? "." : ": ", absl::StrJoin(outside, ", ")));
}

}  // namespace

std::string TrendText(const v1::GetTrendResponse& response) {
  Table table({{"EPOCH"},
               {"BEGAN (UTC)", Align::kTime},
               {"OUTCOME", Align::kLeft},
               {"VALUE"},
               {"", Align::kTime},
               {"MEDIAN BEFORE"},
               {"BAND FROM"},
               {"TO"}});
  for (const v1::TrendPoint& point : response.points()) {
    const auto value = [&](bool known, double figure) {
      return known ? ValueText(response.unit(), figure) : std::string("-");
    };
    table.AddRow({absl::StrCat(point.epoch()),
                  point.has_first_time() ? HumanTime(point.first_time()).substr(0, 19) : "-",
                  OutcomeText(point.outcome()), value(point.has_value(), point.value()),
                  PositionText(point.position()), value(point.has_median(), point.median()),
                  value(point.has_low(), point.low()), value(point.has_high(), point.high())});
  }
  return absl::StrCat(CompletenessText(response.completeness()), Heading(response),
                      OutsideText(response), "\n", table.ToString());
}

}  // namespace proverlog
