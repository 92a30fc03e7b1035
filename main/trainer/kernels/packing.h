// Copies blocks of the operands into the order in which tiles read them, as 32-bit floats.
#ifndef LIMA_PACKING_H
#define LIMA_PACKING_H
#include <stdbool.h>
#include "tensor.h"
#include "vectors.h"

/** A factor of C = A · B, where A gives the columns of C, which lie one after the other. */
typedef struct {
  const char *data;
  int type;
  size_t row_bytes;
  /** Each row is one depth k; otherwise each is one column (A) or row (B) of C. */
  bool by_depth;
} operand;

/** `count` columns (of A) or rows (of B) of C, over `depth` depths. */
typedef struct {
  int64_t first;
  int count;
  int64_t first_depth;
  int depth;
} block;

INLINE int64_t round_up(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

INLINE size_t bytes_of(int type) { return type == TYPE_F32 ? 4 : 2; }

INLINE const char *element(const operand *from, int type, int64_t row, int64_t column) {
  return from->data + row * from->row_bytes + column * bytes_of(type);
}

INLINE vector load_as_floats(const char *at, int type) {
  if (type == TYPE_BF16) return load_bf16((const uint16_t *)at);
  if (type == TYPE_F16) return load_f16((const uint16_t *)at);
  return load((const float *)at);
}

INLINE float load_one(const char *at, int type) {
  if (type == TYPE_F32) return *(const float *)at;
  const uint16_t bits = *(const uint16_t *)at;
  if (type == TYPE_F16) return _cvtsh_ss(bits);
  const union {
    uint32_t bits;
    float value;
  } one = {(uint32_t)bits << 16};
  return one.value;
}

/** LANES depths of LANES rows; of the rows from `valid` on, which may not exist, zeros. */
INLINE void pack_square(float *to, int width, const char *at, size_t row_bytes, int type,
                        int valid) {
  vector rows[LANES];
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    rows[i] = i < valid ? load_as_floats(at + i * row_bytes, type) : spread(0);
  transpose(rows);
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) store(to + i * width, rows[i]);
}

/** LANES columns of a panel from rows over k; `valid` of them exist. */
INLINE void pack_lanes(float *to, int width, const operand *a, int type, block part, int valid) {
  const char *at = element(a, type, part.first, part.first_depth);
  int k = 0;
  for (; k + LANES <= part.depth; k += LANES, at += LANES * bytes_of(type))
    pack_square(to + k * width, width, at, a->row_bytes, type, valid);
  for (; k < part.depth; k++, at += bytes_of(type))
    for (int i = 0; i < LANES; i++)
      to[k * width + i] = i < valid ? load_one(at + i * a->row_bytes, type) : 0;
}

INLINE void pack_panel_across(float *to, const operand *a, int type, block part) {
  const int width = (int)round_up(part.count, LANES), count = part.count;
  for (int i = 0; i < width; i += LANES, part.first += LANES)
    if (count - i >= LANES)
      pack_lanes(to + i, width, a, type, part, LANES);
    else
      pack_lanes(to + i, width, a, type, part, count - i);
}

INLINE void pack_panel_along(float *to, const operand *a, int type, block part) {
  const int width = (int)round_up(part.count, LANES);
  for (int k = 0; k < part.depth; k++, to += width) {
    const char *at = element(a, type, part.first_depth + k, part.first);
    int i = 0;
    for (; i + LANES <= part.count; i += LANES)
      store(to + i, load_as_floats(at + i * bytes_of(type), type));
    for (; i < width; i++) to[i] = i < part.count ? load_one(at + i * bytes_of(type), type) : 0;
  }
}

INLINE void pack_panel_of(float *to, const operand *a, int type, block part) {
  if (a->by_depth)
    pack_panel_along(to, a, type, part);
  else
    pack_panel_across(to, a, type, part);
}

/** Columns of A → [depth][count rounded up to LANES], filled up with zeros. */
static inline void pack_panel(float *to, const operand *a, block part) {
  if (a->type == TYPE_BF16)
    pack_panel_of(to, a, TYPE_BF16, part);
  else if (a->type == TYPE_F16)
    pack_panel_of(to, a, TYPE_F16, part);
  else
    pack_panel_of(to, a, TYPE_F32, part);
}

/** SLIVER rows over k, turned. */
INLINE void pack_sliver_across(float *to, const char *at, size_t row_bytes, int depth, int valid) {
  int k = 0;
  if (valid == SLIVER)
    for (; k + SLIVER <= depth; k += SLIVER) {
      short_vector rows[SLIVER];
#pragma GCC unroll 8
      for (int j = 0; j < SLIVER; j++) rows[j] = load_short((const float *)(at + j * row_bytes) + k);
      transpose_short(rows);
#pragma GCC unroll 8
      for (int j = 0; j < SLIVER; j++) store_short(to + (k + j) * SLIVER, rows[j]);
    }
  for (; k < depth; k++)
    for (int j = 0; j < SLIVER; j++)
      to[k * SLIVER + j] = j < valid ? ((const float *)(at + j * row_bytes))[k] : 0;
}

INLINE void pack_sliver_along(float *to, const char *at, size_t row_bytes, int depth, int valid) {
  for (int k = 0; k < depth; k++, at += row_bytes, to += SLIVER)
    if (valid == SLIVER)
      store_short(to, load_short((const float *)at));
    else
      for (int j = 0; j < SLIVER; j++) to[j] = j < valid ? ((const float *)at)[j] : 0;
}

/** Rows of B (F32) → slivers [count / SLIVER, rounded up][depth][SLIVER], filled up with zeros. */
static inline void pack_strip(float *to, const operand *b, block part) {
  for (int j = 0; j < part.count; j += SLIVER, to += (size_t)part.depth * SLIVER) {
    const int valid = part.count - j < SLIVER ? part.count - j : SLIVER;
    const int64_t row = part.first + j;
    if (b->by_depth)
      pack_sliver_along(to, element(b, TYPE_F32, part.first_depth, row), b->row_bytes, part.depth,
                        valid);
    else
      pack_sliver_across(to, element(b, TYPE_F32, row, part.first_depth), b->row_bytes, part.depth,
                         valid);
  }
}
#endif
