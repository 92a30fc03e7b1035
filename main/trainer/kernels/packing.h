// Copies blocks of the operands into the order in which tiles read them, as 32-bit floats.
#ifndef LIMA_PACKING_H
#define LIMA_PACKING_H
#include <stdbool.h>
#include "tensor.h"
#include "vectors.h"

/** A or B of C = A · B, where A gives the columns of C, which lie one after the other. */
typedef struct {
  const char *data;
  int type;
  size_t row_bytes;
  /** Each row is one depth k, as in BLAS; otherwise one column (A) or row (B) of C, as in ggml. */
  bool transposed;
} operand;

/** `count` columns (of A) or rows (of B) of C, over `depth` depths. */
typedef struct {
  int64_t first;
  int count;
  int64_t first_depth;
  int depth;
} block;

INLINE int64_t round_up(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

INLINE size_t element_bytes(int type) { return type == TYPE_F32 ? 4 : 2; }

INLINE const char *element(const operand *from, int type, int64_t row, int64_t column) {
  return from->data + row * from->row_bytes + column * element_bytes(type);
}

INLINE vector load_as_f32(const char *at, int type) {
  if (type == TYPE_BF16) return load_bf16((const uint16_t *)at);
  if (type == TYPE_F16) return load_f16((const uint16_t *)at);
  return load((const float *)at);
}

INLINE float load_element(const char *at, int type) {
  if (type == TYPE_F32) return *(const float *)at;
  const uint16_t bits = *(const uint16_t *)at;
  if (type == TYPE_F16) return _cvtsh_ss(bits);
  const union {
    uint32_t bits;
    float value;
  } one = {(uint32_t)bits << 16};
  return one.value;
}

/** LANES depths of LANES rows, transposed; zeros for rows from `valid` on, which may not exist. */
INLINE void pack_transposed(float *to, int width, const char *at, size_t row_bytes, int type,
                            int valid) {
  vector rows[LANES];
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    rows[i] = i < valid ? load_as_f32(at + i * row_bytes, type) : broadcast(0);
  transpose(rows);
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) store(to + i * width, rows[i]);
}

/** LANES columns of a panel from rows over k; `valid` of them exist. */
INLINE void pack_a_lanes(float *to, int width, const operand *a, int type, block columns,
                         int valid) {
  const char *at = element(a, type, columns.first, columns.first_depth);
  int k = 0;
  for (; k + LANES <= columns.depth; k += LANES, at += LANES * element_bytes(type))
    pack_transposed(to + k * width, width, at, a->row_bytes, type, valid);
  for (; k < columns.depth; k++, at += element_bytes(type))
    for (int i = 0; i < LANES; i++)
      to[k * width + i] = i < valid ? load_element(at + i * a->row_bytes, type) : 0;
}

INLINE void pack_a_transposing(float *to, const operand *a, int type, block columns) {
  const int width = (int)round_up(columns.count, LANES), count = columns.count;
  for (int i = 0; i < width; i += LANES, columns.first += LANES)
    if (count - i >= LANES)
      pack_a_lanes(to + i, width, a, type, columns, LANES);
    else
      pack_a_lanes(to + i, width, a, type, columns, count - i);
}

INLINE void pack_a_copying(float *to, const operand *a, int type, block columns) {
  const int width = (int)round_up(columns.count, LANES);
  for (int k = 0; k < columns.depth; k++, to += width) {
    const char *at = element(a, type, columns.first_depth + k, columns.first);
    int i = 0;
    for (; i + LANES <= columns.count; i += LANES)
      store(to + i, load_as_f32(at + i * element_bytes(type), type));
    for (; i < width; i++)
      to[i] = i < columns.count ? load_element(at + i * element_bytes(type), type) : 0;
  }
}

INLINE void pack_a_of_type(float *to, const operand *a, int type, block columns) {
  if (a->transposed)
    pack_a_copying(to, a, type, columns);
  else
    pack_a_transposing(to, a, type, columns);
}

/** Columns of A → a panel [depth][count rounded up to LANES], padded with zeros. */
static inline void pack_a_panel(float *to, const operand *a, block columns) {
  if (a->type == TYPE_BF16)
    pack_a_of_type(to, a, TYPE_BF16, columns);
  else if (a->type == TYPE_F16)
    pack_a_of_type(to, a, TYPE_F16, columns);
  else
    pack_a_of_type(to, a, TYPE_F32, columns);
}

/** TILE_ROWS rows over k, transposed; `valid` of them exist. */
INLINE void pack_b_transposing(float *to, const char *at, size_t row_bytes, int depth, int valid) {
  int k = 0;
  if (valid == TILE_ROWS)
    for (; k + TILE_ROWS <= depth; k += TILE_ROWS) {
      short_vector rows[TILE_ROWS];
#pragma GCC unroll 8
      for (int j = 0; j < TILE_ROWS; j++)
        rows[j] = load_short((const float *)(at + j * row_bytes) + k);
      transpose_short(rows);
#pragma GCC unroll 8
      for (int j = 0; j < TILE_ROWS; j++) store_short(to + (k + j) * TILE_ROWS, rows[j]);
    }
  for (; k < depth; k++)
    for (int j = 0; j < TILE_ROWS; j++)
      to[k * TILE_ROWS + j] = j < valid ? ((const float *)(at + j * row_bytes))[k] : 0;
}

INLINE void pack_b_copying(float *to, const char *at, size_t row_bytes, int depth, int valid) {
  for (int k = 0; k < depth; k++, at += row_bytes, to += TILE_ROWS)
    if (valid == TILE_ROWS)
      store_short(to, load_short((const float *)at));
    else
      for (int j = 0; j < TILE_ROWS; j++) to[j] = j < valid ? ((const float *)at)[j] : 0;
}

/** Rows of B (F32) → panels [count / TILE_ROWS, rounded up][depth][TILE_ROWS], zeros as padding. */
static inline void pack_b_panels(float *to, const operand *b, block rows) {
  for (int j = 0; j < rows.count; j += TILE_ROWS, to += (size_t)rows.depth * TILE_ROWS) {
    const int valid = rows.count - j < TILE_ROWS ? rows.count - j : TILE_ROWS;
    const int64_t row = rows.first + j;
    if (b->transposed)
      pack_b_copying(to, element(b, TYPE_F32, rows.first_depth, row), b->row_bytes, rows.depth,
                     valid);
    else
      pack_b_transposing(to, element(b, TYPE_F32, row, rows.first_depth), b->row_bytes,
                         rows.depth, valid);
  }
}
#endif
