// The innermost loops: a tile of C stays in registers while a panel and a sliver go by.
#ifndef LIMA_TILE_H
#define LIMA_TILE_H
#include <stdbool.h>
#include "vectors.h"

/** SLIVER times this many sums, the panel's vectors and one spread value fill the registers. */
enum { PANEL_VECTORS = 3, PANEL = PANEL_VECTORS * LANES };

/** Columns of the next panel: four vectors become 2 + 2, since a tile of one has half the speed. */
INLINE int panel_columns(int64_t left) {
  if (left <= PANEL) return (int)left;
  return left <= 4 * LANES ? 2 * LANES : PANEL;
}

/** What a tile is computed from, as packing.h lays it out: [depth][vectors · LANES], [depth][SLIVER]. */
typedef struct {
  const float *panel, *sliver;
  int depth;
  /** Not 0: `sliver` is SLIVER rows of depths, so many floats apart, and nothing is packed. */
  size_t row_stride;
} factors;

/** Where a tile of C lies: rows of `stride` floats, `columns` and `rows` of which exist. */
typedef struct {
  float *at;
  size_t stride;
  int columns, rows;
  /** Whether the product is added to what is there. */
  bool adds;
} target;

/** One sum per element, in the order of k: its bits depend on nothing else. */
INLINE void sum_tile(int vectors, bool is_packed, factors from, target to) {
  vector sums[SLIVER][PANEL_VECTORS];
#pragma GCC unroll 8
  for (int j = 0; j < SLIVER; j++)
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++)
      sums[j][v] = to.adds ? load(to.at + j * to.stride + v * LANES) : spread(0);
  for (int k = 0; k < from.depth; k++) {
    vector a[PANEL_VECTORS];
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) a[v] = load(from.panel + v * LANES);
#pragma GCC unroll 8
    for (int j = 0; j < SLIVER; j++) {
      const vector b = spread(from.sliver[j * (is_packed ? 1 : from.row_stride)]);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; v++) sums[j][v] = multiply_add(a[v], b, sums[j][v]);
    }
    from.panel += vectors * LANES;
    from.sliver += is_packed ? SLIVER : 1;
  }
#pragma GCC unroll 8
  for (int j = 0; j < SLIVER; j++)
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) store(to.at + j * to.stride + v * LANES, sums[j][v]);
}

INLINE void whole_tile(int vectors, factors from, target to) {
  if (from.row_stride)
    sum_tile(vectors, false, from, to);
  else
    sum_tile(vectors, true, from, to);
}

static inline void whole_tile_of(int vectors, factors from, target to) {
  if (vectors == 3)
    whole_tile(3, from, to);
  else if (vectors == 2)
    whole_tile(2, from, to);
  else
    whole_tile(1, from, to);
}

/** A tile that sticks out of C goes through a copy, so nothing beside C is read or written. */
static inline void edge_tile(int vectors, factors from, target to) {
  float copy[SLIVER * PANEL];
  const int width = vectors * LANES;
  for (int index = 0; index < SLIVER * width; index++) copy[index] = 0;
  if (to.adds)
    for (int j = 0; j < to.rows; j++)
      for (int i = 0; i < to.columns; i++) copy[j * width + i] = to.at[j * to.stride + i];
  whole_tile_of(vectors, from, (target){copy, width, width, SLIVER, true});
  for (int j = 0; j < to.rows; j++)
    for (int i = 0; i < to.columns; i++) to.at[j * to.stride + i] = copy[j * width + i];
}

/** Up to PANEL columns and SLIVER rows of C. */
static inline void tile(factors from, target to) {
  const int vectors = (to.columns + LANES - 1) / LANES;
  if (to.rows == SLIVER && to.columns == vectors * LANES)
    whole_tile_of(vectors, from, to);
  else
    edge_tile(vectors, from, to);
}
#endif
