#include "storage/archive_store.h"

#include <iterator>
#include <utility>

namespace proverlog {
namespace {

template <typename T>
void MoveTo(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

bool Extend(StreamAdvance& advance, StreamAdvance& next) {
  const bool follows = next.stream == advance.stream && next.generation == advance.generation &&
                       next.begin_offset == advance.end_offset;
  if (!follows) return false;
  advance.end_offset = next.end_offset;
  advance.seals = next.seals;  // only the last one's may be the end
  MoveTo(advance.blocks, next.blocks);
  MoveTo(advance.gaps, next.gaps);
  MoveTo(advance.anchors, next.anchors);
  if (!next.head.empty()) advance.head = std::move(next.head);
  return true;
}

}  // namespace proverlog
