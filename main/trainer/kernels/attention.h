// What attention needs forwards and backwards: one panel of queries of one head at a time.
#ifndef LIMA_ATTENTION_H
#define LIMA_ATTENTION_H
#include "packing.h"
#include "tile.h"

enum {
  /** Keys whose weights are mixed at once: PANEL times this many floats fit the first cache. */
  KEY_BLOCK = 192,
  /** Memory over keys is padded to this, whatever SLIVER is. */
  KEY_UNIT = 8,
};

/** Queries [D, heads, tokens], keys and values [D, key heads, tokens]; D is a multiple of LANES. */
typedef struct {
  const tensor *queries, *keys, *values;
  /** Of each token: the first key that it sees; the last one is itself. */
  const int32_t *earliest;
  int64_t tokens, length, heads, key_heads;
  float scale;
} attention;

/** Bits of `settings`: those of the scale, a float. */
INLINE attention attention_of(tensor *const *sources, void *settings) {
  const tensor *queries = sources[0], *keys = sources[1];
  return (attention){queries,        keys,           sources[2],
                     (const int32_t *)sources[3]->data,
                     queries->ne[2], queries->ne[0], queries->ne[1],
                     keys->ne[1],    float_of(settings)};
}

/** Tokens of one head, each of its rows being one token. */
INLINE operand head_of(const tensor *from, int64_t head, bool by_depth) {
  return (operand){from->data + head * from->nb[1], TYPE_F32, from->nb[2], by_depth};
}

/** Neighbouring queries of one head, and the keys that any of them sees, in whole slivers. */
typedef struct {
  int64_t head, first;
  int count;
  int64_t first_key, end_key;
} panel;

INLINE int64_t panels_of(const attention *job) { return (job->tokens + PANEL - 1) / PANEL; }

INLINE panel panel_at(const attention *job, int64_t head, int64_t index) {
  const int64_t first = index * PANEL, left = job->tokens - first;
  const int count = left < PANEL ? (int)left : PANEL;
  int64_t first_key = first;
  for (int64_t token = first; token < first + count; token++)
    if (job->earliest[token] < first_key) first_key = job->earliest[token];
  return (panel){head, first, count, first_key / SLIVER * SLIVER, round_up(first + count, SLIVER)};
}

/** Vectors of a panel's tokens → [D][PANEL]; zeros where there is no token. */
static inline void pack_queries(float *to, const attention *job, const tensor *from, panel at) {
  const operand rows = head_of(from, at.head, false);
  const int length = (int)job->length;
  if (at.count <= PANEL - LANES)
    for (int64_t index = 0; index < job->length * PANEL; index += LANES)
      store(to + index, spread(0));
  for (int lane = 0; lane < at.count; lane += LANES) {
    const int count = at.count - lane < LANES ? at.count - lane : LANES;
    const char *data = element(&rows, TYPE_F32, at.first + lane, 0);
    for (int d = 0; d < length; d += LANES)
      pack_square(to + d * PANEL + lane, PANEL, data + d * 4, rows.row_bytes, TYPE_F32, count);
  }
}

/** Keys or values of a head → slivers of SLIVER tokens, each [D][SLIVER]. */
static inline void pack_by_token(float *to, const attention *job, const tensor *from,
                                 int64_t head) {
  const operand rows = head_of(from, head, false);
  pack_strip(to, &rows, (block){0, (int)job->tokens, 0, (int)job->length});
}

/** Keys or values of a head → for each KEY_BLOCK tokens, slivers over D, each [tokens][SLIVER]. */
static inline void pack_by_length(float *to, const attention *job, const tensor *from,
                                  int64_t head) {
  const operand rows = head_of(from, head, true);
  for (int64_t token = 0; token < job->tokens; token += KEY_BLOCK) {
    const int64_t left = job->tokens - token;
    const int depth = left < KEY_BLOCK ? (int)left : KEY_BLOCK;
    pack_strip(to + token * job->length, &rows, (block){0, (int)job->length, token, depth});
  }
}

/** products[key][query] of vectors [D][PANEL] with those of the keys, packed by token. */
static inline void multiply_by_token(float *products, const attention *job, panel at,
                                     const float *vectors, const float *slivers) {
  for (int64_t key = at.first_key; key < at.end_key; key += SLIVER, products += SLIVER * PANEL) {
    const factors from = {vectors, slivers + key * job->length, (int)job->length, 0};
    whole_tile(PANEL_VECTORS, from, (target){products, PANEL, PANEL, SLIVER, false});
  }
}

/** sum[d][query] = Σ over keys of weights[key][query] · what is packed by length. */
static inline void mix(float *sum, const attention *job, panel at, const float *weights,
                       const float *packed) {
  const int64_t end = at.end_key < job->tokens ? at.end_key : job->tokens;
  int64_t key = at.first_key;
  while (key < end) {
    const int64_t start = key / KEY_BLOCK * KEY_BLOCK, left = job->tokens - start;
    const int64_t size = left < KEY_BLOCK ? left : KEY_BLOCK;
    const int64_t stop = start + size < end ? start + size : end;
    for (int64_t d = 0; d < job->length; d += SLIVER) {
      const float *sliver = packed + start * job->length + d * size + (key - start) * SLIVER;
      const factors from = {weights + (key - at.first_key) * PANEL, sliver, (int)(stop - key), 0};
      const bool adds = key > at.first_key;
      whole_tile(PANEL_VECTORS, from, (target){sum + d * PANEL, PANEL, PANEL, SLIVER, adds});
    }
    key = stop;
  }
}

/** sum[d][query] → one row of D floats per token, `stride` floats apart. */
static inline void write_rows(float *to, size_t stride, const attention *job, panel at,
                              const float *sum) {
  for (int lane = 0; lane < at.count; lane += LANES)
    for (int64_t d = 0; d < job->length; d += LANES) {
      vector square[LANES];
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++) square[i] = load(sum + (d + i) * PANEL + lane);
      transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++)
        if (lane + i < at.count) store(to + (at.first + lane + i) * stride + d, square[i]);
    }
}

/** First and last key that the queries of a panel see; none where there is no token. */
typedef struct {
  int32_t first[PANEL], last[PANEL];
} sight;

INLINE sight sight_of(const attention *job, panel at) {
  sight seen;
  for (int lane = 0; lane < PANEL; lane++) {
    const bool exists = lane < at.count;
    seen.first[lane] = exists ? job->earliest[at.first + lane] : 0;
    seen.last[lane] = exists ? (int32_t)(at.first + lane) : -1;
  }
  return seen;
}

/** Keys of a panel that some of LANES queries see and others do not: those before and after. */
typedef struct {
  int64_t clear, end_clear;
} borders;

INLINE borders borders_of(panel at, const int32_t *first, const int32_t *last) {
  int32_t latest_first = 0, earliest_last = last[0];
  for (int lane = 0; lane < LANES; lane++) {
    if (first[lane] > latest_first) latest_first = first[lane];
    if (last[lane] < earliest_last) earliest_last = last[lane];
  }
  const int64_t end = earliest_last + 1 - at.first_key;
  const int64_t clear = latest_first - at.first_key;
  return (borders){clear > 0 ? clear : 0, end > clear ? end : clear > 0 ? clear : 0};
}

/** Softmax over the keys that LANES queries see, from `lane` on; 0 for the others. */
static inline void soften(float *scores, const attention *job, panel at, const sight *seen,
                          int lane) {
  const int32_t *first = seen->first + lane, *last = seen->last + lane;
  const int64_t keys = at.end_key - at.first_key;
  const int32_t start = (int32_t)at.first_key;
  const borders all_see = borders_of(at, first, last);
  const vector lowest = spread(-3.0e38f);
  vector most = lowest;
  for (int64_t k = 0; k < keys; k++) {
    const vector score = load(scores + k * PANEL);
    const bool is_clear = k >= all_see.clear && k < all_see.end_clear;
    most = larger(most, is_clear ? score : choose(first, last, start + k, score, lowest));
  }
  const vector scale = spread(job->scale), shift = times(most, scale);
  vector total = spread(0);
  for (int64_t k = 0; k < keys; k++) {
    vector weight = exponential(minus(times(load(scores + k * PANEL), scale), shift));
    if (k < all_see.clear || k >= all_see.end_clear)
      weight = choose(first, last, start + k, weight, spread(0));
    total = plus(total, weight);
    store(scores + k * PANEL, weight);
  }
  const vector share = over(spread(1), larger(spread(1e-37f), total));
  for (int64_t k = 0; k < keys; k++)
    store(scores + k * PANEL, times(load(scores + k * PANEL), share));
}

/** Scores of a panel → attention weights. */
static inline void weigh(float *scores, const attention *job, panel at) {
  const sight seen = sight_of(job, at);
  for (int lane = 0; lane < PANEL; lane += LANES) soften(scores + lane, job, at, &seen, lane);
}

/** Scratch that one thread takes: see attentionScratchFloats in own-attention.ts. */
typedef struct {
  float *weights, *gradients;            // [keys][PANEL]
  float *keys, *values;                  // packed by token
  float *mixed;                          // values, or backwards keys, packed by length
  float *query_columns, *output_columns; // [D][PANEL]; of the output its gradients
  float *query_rows, *output_rows;       // [PANEL][D], as panels over D
  float *sum;                            // [D][PANEL]
} scratch;

INLINE scratch scratch_of(const attention *job, const tensor *memory, int thread, int threads) {
  const int64_t keys = round_up(job->tokens, KEY_UNIT), length = job->length;
  float *at = (float *)memory->data + memory->ne[0] / threads * thread;
  float *rows = at + keys * 2 * PANEL, *columns = rows + keys * 3 * length;
  const int64_t column_floats = length * PANEL;
  return (scratch){at,
                   at + keys * PANEL,
                   rows,
                   rows + keys * length,
                   rows + keys * 2 * length,
                   columns,
                   columns + column_floats,
                   columns + 2 * column_floats,
                   columns + 3 * column_floats,
                   columns + 4 * column_floats};
}
#endif
