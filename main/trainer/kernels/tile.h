// The innermost loops: a tile of C stays in registers while a panel of A and one of B go by.
#ifndef LIMA_TILE_H
#define LIMA_TILE_H
#include <stdbool.h>
#include "vectors.h"

/** The sums of a tile, as many vectors of A and one broadcast element of B fill the registers. */
enum { TILE_VECTORS = 3, TILE_COLUMNS = TILE_VECTORS * LANES };

/** Columns of the next tile: four vectors become 2 + 2, since a tile of one has half the speed. */
INLINE int next_tile_columns(int64_t left) {
  if (left <= TILE_COLUMNS) return (int)left;
  return left <= 4 * LANES ? 2 * LANES : TILE_COLUMNS;
}

/** Panels of A [depth][vectors · LANES] and B [depth][TILE_ROWS], as packing.h lays them out. */
typedef struct {
  const float *a, *b;
  int depth;
  /** Not 0: `b` is not packed; it is TILE_ROWS rows over k, this many floats apart. */
  size_t b_row_stride;
} tile_operands;

/** Where a tile of C lies: rows of `stride` floats, `columns` and `rows` of which exist. */
typedef struct {
  float *at;
  size_t stride;
  int columns, rows;
  /** Whether the product is added to what is there. */
  bool accumulates;
} tile_output;

/** A tile of `vectors`: one sum per element, in the order of k, on which alone its bits depend. */
INLINE void micro_kernel(int vectors, bool is_packed, tile_operands from, tile_output to) {
  vector sums[TILE_ROWS][TILE_VECTORS];
#pragma GCC unroll 8
  for (int j = 0; j < TILE_ROWS; j++)
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++)
      sums[j][v] = to.accumulates ? load(to.at + j * to.stride + v * LANES) : broadcast(0);
  for (int k = 0; k < from.depth; k++) {
    vector columns[TILE_VECTORS];
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) columns[v] = load(from.a + v * LANES);
#pragma GCC unroll 8
    for (int j = 0; j < TILE_ROWS; j++) {
      const vector row = broadcast(from.b[j * (is_packed ? 1 : from.b_row_stride)]);
#pragma GCC unroll 3
      for (int v = 0; v < vectors; v++) sums[j][v] = multiply_add(columns[v], row, sums[j][v]);
    }
    from.a += vectors * LANES;
    from.b += is_packed ? TILE_ROWS : 1;
  }
#pragma GCC unroll 8
  for (int j = 0; j < TILE_ROWS; j++)
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) store(to.at + j * to.stride + v * LANES, sums[j][v]);
}

INLINE void full_tile(int vectors, tile_operands from, tile_output to) {
  if (from.b_row_stride)
    micro_kernel(vectors, false, from, to);
  else
    micro_kernel(vectors, true, from, to);
}

static inline void full_tile_of_width(int vectors, tile_operands from, tile_output to) {
  if (vectors == 3)
    full_tile(3, from, to);
  else if (vectors == 2)
    full_tile(2, from, to);
  else
    full_tile(1, from, to);
}

/** A tile that sticks out of C goes through a copy, so nothing beside C is read or written. */
static inline void edge_tile(int vectors, tile_operands from, tile_output to) {
  float copy[TILE_ROWS * TILE_COLUMNS];
  const int width = vectors * LANES;
  for (int index = 0; index < TILE_ROWS * width; index++) copy[index] = 0;
  if (to.accumulates)
    for (int j = 0; j < to.rows; j++)
      for (int i = 0; i < to.columns; i++) copy[j * width + i] = to.at[j * to.stride + i];
  full_tile_of_width(vectors, from, (tile_output){copy, width, width, TILE_ROWS, true});
  for (int j = 0; j < to.rows; j++)
    for (int i = 0; i < to.columns; i++) to.at[j * to.stride + i] = copy[j * width + i];
}

/** Up to TILE_COLUMNS columns and TILE_ROWS rows of C. */
static inline void multiply_tile(tile_operands from, tile_output to) {
  const int vectors = (to.columns + LANES - 1) / LANES;
  if (to.rows == TILE_ROWS && to.columns == vectors * LANES)
    full_tile_of_width(vectors, from, to);
  else
    edge_tile(vectors, from, to);
}
#endif
