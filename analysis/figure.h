#ifndef PROVERLOG_ANALYSIS_FIGURE_H_
#define PROVERLOG_ANALYSIS_FIGURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "analysis/epoch_figures.h"

namespace proverlog {

enum class FigureUnit : uint8_t { kCount, kMillis, kPerSecond, kShare };

// Which figure: of the epoch, or of what is given of it.
struct FigureOf {
  std::string type;     // empty: of all types
  std::string machine;  // empty: of all machines
};

// Whether a figure can be asked for by type, or by machine.
enum class FigureScope : uint8_t { kNever, kMaybe, kAlways };

// A figure of the summary or of the comparison, by name.
struct Figure {
  std::string name;  // "wall_time", "duration.p50"
  FigureUnit unit = FigureUnit::kCount;
  FigureScope by_type = FigureScope::kNever;
  FigureScope by_machine = FigureScope::kNever;
  // The epoch's; nothing where its logs do not tell it, or it has nothing of that type or machine.
  std::optional<double> (*value)(const EpochFigures& figures, const FigureOf& of) = nullptr;
};

// In the order in which they are listed. docs/queries.md, "Trends", has the same.
const std::vector<Figure>& Figures();

// Null where there is no such figure.
const Figure* FindFigure(absl::string_view name);

// The names nearest to what was meant to be one, the nearest first, at most three; none is far off.
std::vector<std::string> NearestFigures(absl::string_view name);

}  // namespace proverlog

#endif  // PROVERLOG_ANALYSIS_FIGURE_H_
