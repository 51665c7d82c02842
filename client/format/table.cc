#include "client/format/table.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "normalizer/utf8.h"

namespace proverlog {
namespace {

constexpr absl::string_view kGap = "  ";
constexpr size_t kLeastTextWidth = 10;

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

void Append(const std::string& cell, size_t width, Table::Align align, std::string& line) {
  const std::string text = Shorten(cell, width);
  const std::string padding(width - DisplayWidth(text), ' ');
  absl::StrAppend(&line, align == Table::Align::kRight ? padding : "", text,
                  align == Table::Align::kRight ? "" : padding);
}

// Takes columns of text from the widest, until the line fits.
void Narrow(const std::vector<Table::Column>& columns, std::vector<size_t>& widths) {
  size_t total = kGap.size() * (columns.size() - 1);
  for (const size_t width : widths) total += width;
  for (; total > kMaxLineWidth; --total) {
    size_t* widest = nullptr;
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool can_shrink =
          columns[i].align == Table::Align::kLeft && widths[i] > kLeastTextWidth;
      if (can_shrink && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
  }
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), BeginsCharacter));
}

std::string Shorten(absl::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  size_t characters = 0;
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if (BeginsCharacter(text[end]) && ++characters == width) break;
  }
  return absl::StrCat(text.substr(0, end), "…");
}

std::string WrapList(absl::string_view first, const std::vector<std::string>& items) {
  const std::string indent(DisplayWidth(first), ' ');
  std::string text;
  std::string line(first);
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string item = absl::StrCat(items[i], i + 1 < items.size() ? "," : "");
    const bool begins = DisplayWidth(line) == indent.size();
    if (!begins && DisplayWidth(line) + 1 + DisplayWidth(item) > kMaxLineWidth) {
      absl::StrAppend(&text, line, "\n");
      line = indent;
    }
    absl::StrAppend(&line, DisplayWidth(line) == indent.size() ? "" : " ", item);
  }
  return absl::StrCat(text, line, "\n");
}

std::string WrapText(absl::string_view text) {
  const std::string indent(std::min(text.find_first_not_of(' '), text.size()), ' ');
  text.remove_prefix(indent.size());
  std::string wrapped;
  std::string line = indent;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (line.size() > indent.size() &&
        DisplayWidth(line) + 1 + DisplayWidth(word) > kMaxLineWidth) {
      absl::StrAppend(&wrapped, line, "\n");
      line = indent + " ";
    }
    absl::StrAppend(&line, line.size() > indent.size() ? " " : "", word);
  }
  return absl::StrCat(wrapped, line, "\n");
}

std::string WrapItem(absl::string_view text) { return WrapText(absl::StrCat("  ", text)); }

std::string Printable(absl::string_view text) {
  const std::string clean = CleanUtf8(text, std::numeric_limits<size_t>::max());
  std::string printable;
  for (size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    // U+0080 to U+009F are control characters too: U+009B begins an escape sequence.
    const bool is_c1 = byte == 0xC2 && static_cast<unsigned char>(clean[i + 1]) < 0xA0;
    printable.push_back(is_c1 || absl::ascii_iscntrl(byte) ? '?' : clean[i]);
    if (is_c1) ++i;
  }
  return printable;
}

void Table::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  Narrow(columns_, widths);

  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) absl::StrAppend(&line, kGap);
      Append(cell_of(i), widths[i], columns_[i].align, line);
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  };
  add_line([&](size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    add_line([&](size_t i) { return row[i]; });
  }
  return text;
}

}  // namespace proverlog
