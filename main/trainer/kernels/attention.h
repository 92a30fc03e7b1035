// What attention needs forwards and backwards: one block of queries of one head at a time.
#ifndef LIMA_ATTENTION_H
#define LIMA_ATTENTION_H
#include "packing.h"
#include "tile.h"

enum {
  /** Keys of one product with values: TILE_COLUMNS times as many weights fit the first cache. */
  KEY_BLOCK = 192,
  /** Memory over keys is padded to this, whatever TILE_ROWS is. */
  KEY_UNIT = 8,
};

/** Queries [D, heads, tokens], keys and values [D, KV heads, tokens]; D is a multiple of LANES. */
typedef struct {
  const tensor *queries, *keys, *values;
  /** Of each token: the first key that it sees; the last one is itself. */
  const int32_t *earliest;
  int64_t tokens, head_dim, heads, kv_heads;
  float scale;
} attention;

/** Bits of `settings`: those of the scale, a float. */
INLINE attention read_attention(tensor *const *sources, void *settings) {
  const tensor *queries = sources[0], *keys = sources[1];
  return (attention){queries,        keys,           sources[2],
                     (const int32_t *)sources[3]->data,
                     queries->ne[2], queries->ne[0], queries->ne[1],
                     keys->ne[1],    float_setting(settings)};
}

/** One head of queries, keys or values; `transposed` when a product sums over tokens. */
INLINE operand head_operand(const tensor *from, int64_t head, bool transposed) {
  return (operand){from->data + head * from->nb[1], TYPE_F32, from->nb[2], transposed};
}

/** Neighbouring queries of one head, and the keys that any of them sees, rounded to TILE_ROWS. */
typedef struct {
  int64_t head, first;
  int count;
  int64_t first_key, end_key;
} query_block;

INLINE int64_t count_query_blocks(const attention *job) {
  return (job->tokens + TILE_COLUMNS - 1) / TILE_COLUMNS;
}

INLINE query_block query_block_at(const attention *job, int64_t head, int64_t index) {
  const int64_t first = index * TILE_COLUMNS, left = job->tokens - first;
  const int count = left < TILE_COLUMNS ? (int)left : TILE_COLUMNS;
  int64_t first_key = first;
  for (int64_t token = first; token < first + count; token++)
    if (job->earliest[token] < first_key) first_key = job->earliest[token];
  return (query_block){head, first, count, first_key / TILE_ROWS * TILE_ROWS,
                       round_up(first + count, TILE_ROWS)};
}

/** Rows of a block's tokens → [D][TILE_COLUMNS]; zeros where there is no token. */
static inline void pack_queries(float *to, const attention *job, const tensor *from,
                                query_block at) {
  const operand rows = head_operand(from, at.head, false);
  const int head_dim = (int)job->head_dim;
  if (at.count <= TILE_COLUMNS - LANES)
    for (int64_t index = 0; index < job->head_dim * TILE_COLUMNS; index += LANES)
      store(to + index, broadcast(0));
  for (int lane = 0; lane < at.count; lane += LANES) {
    const int count = at.count - lane < LANES ? at.count - lane : LANES;
    const char *data = element(&rows, TYPE_F32, at.first + lane, 0);
    for (int d = 0; d < head_dim; d += LANES)
      pack_transposed(to + d * TILE_COLUMNS + lane, TILE_COLUMNS, data + d * 4, rows.row_bytes,
                      TYPE_F32, count);
  }
}

/** Keys or values of a head → panels of B of TILE_ROWS tokens, each [D][TILE_ROWS]. */
static inline void pack_by_token(float *to, const attention *job, const tensor *from,
                                 int64_t head) {
  const operand rows = head_operand(from, head, false);
  pack_b_panels(to, &rows, (block){0, (int)job->tokens, 0, (int)job->head_dim});
}

/** Keys or values of a head → for each KEY_BLOCK, panels of B over D, each [tokens][TILE_ROWS]. */
static inline void pack_by_dim(float *to, const attention *job, const tensor *from, int64_t head) {
  const operand rows = head_operand(from, head, true);
  for (int64_t token = 0; token < job->tokens; token += KEY_BLOCK) {
    const int64_t left = job->tokens - token;
    const int depth = left < KEY_BLOCK ? (int)left : KEY_BLOCK;
    pack_b_panels(to + token * job->head_dim, &rows, (block){0, (int)job->head_dim, token, depth});
  }
}

/** A tile of a sum [key or d][query] at `at`. */
INLINE tile_output tile_of_queries(float *at, bool accumulates) {
  return (tile_output){at, TILE_COLUMNS, TILE_COLUMNS, TILE_ROWS, accumulates};
}

/** products[key][query] of columns [D][TILE_COLUMNS] with keys or values packed by token. */
static inline void products_with_tokens(float *products, const attention *job, query_block at,
                                        const float *columns, const float *packed) {
  for (int64_t key = at.first_key; key < at.end_key; key += TILE_ROWS) {
    const tile_operands from = {columns, packed + key * job->head_dim, (int)job->head_dim, 0};
    full_tile(TILE_VECTORS, from, tile_of_queries(products, false));
    products += TILE_ROWS * TILE_COLUMNS;
  }
}

/** sum[d][query] = Σ over keys of weights[key][query] · values[key][d], packed by dim. */
static inline void weights_times_values(float *sum, const attention *job, query_block at,
                                        const float *weights, const float *values) {
  const int64_t end = at.end_key < job->tokens ? at.end_key : job->tokens;
  int64_t key = at.first_key;
  while (key < end) {
    const int64_t start = key / KEY_BLOCK * KEY_BLOCK, left = job->tokens - start;
    const int64_t size = left < KEY_BLOCK ? left : KEY_BLOCK;
    const int64_t stop = start + size < end ? start + size : end;
    for (int64_t d = 0; d < job->head_dim; d += TILE_ROWS) {
      const float *a = weights + (key - at.first_key) * TILE_COLUMNS;
      const float *b = values + start * job->head_dim + d * size + (key - start) * TILE_ROWS;
      const tile_operands from = {a, b, (int)(stop - key), 0};
      full_tile(TILE_VECTORS, from, tile_of_queries(sum + d * TILE_COLUMNS, key > at.first_key));
    }
    key = stop;
  }
}

/** sum[d][query] → one row of D floats per token, `stride` floats apart. */
static inline void write_rows(float *to, size_t stride, const attention *job, query_block at,
                              const float *sum) {
  for (int lane = 0; lane < at.count; lane += LANES)
    for (int64_t d = 0; d < job->head_dim; d += LANES) {
      vector square[LANES];
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++) square[i] = load(sum + (d + i) * TILE_COLUMNS + lane);
      transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++)
        if (lane + i < at.count) store(to + (at.first + lane + i) * stride + d, square[i]);
    }
}

/** Scratch that one thread takes: see attentionScratchFloats in ops/attention.ts. */
typedef struct {
  float *weights, *gradients;            // [keys][TILE_COLUMNS]
  float *keys, *values;                  // packed by token
  float *by_dim;                         // values, or backwards keys, packed by dim
  float *query_columns, *output_columns; // [D][TILE_COLUMNS]; of the output its gradients
  float *query_rows, *output_rows;       // [TILE_COLUMNS][D], as panels of A over D
  float *sum;                            // [D][TILE_COLUMNS]
} scratch;

INLINE scratch scratch_of_thread(const attention *job, const tensor *memory, int thread,
                                 int threads) {
  const int64_t keys = round_up(job->tokens, KEY_UNIT), head_dim = job->head_dim;
  float *at = (float *)memory->data + memory->ne[0] / threads * thread;
  float *rows = at + keys * 2 * TILE_COLUMNS, *columns = rows + keys * 3 * head_dim;
  const int64_t column_floats = head_dim * TILE_COLUMNS;
  return (scratch){at,
                   at + keys * TILE_COLUMNS,
                   rows,
                   rows + keys * head_dim,
                   rows + keys * 2 * head_dim,
                   columns,
                   columns + column_floats,
                   columns + 2 * column_floats,
                   columns + 3 * column_floats,
                   columns + 4 * column_floats};
}
#endif
