// The backward pass of attention; weights are computed again instead of being kept.
#include "attention.h"

/** Gradients of weights [key][query] → of scores: scale · w · (g − Σ over keys of w · g). */
static void soften_back(const float *weights, float *gradients, int64_t keys, float scale) {
  vector mean = spread(0);
  for (int64_t k = 0; k < keys * PANEL; k += PANEL)
    mean = multiply_add(load(weights + k), load(gradients + k), mean);
  for (int64_t k = 0; k < keys * PANEL; k += PANEL) {
    const vector scaled = times(load(weights + k), spread(scale));
    store(gradients + k, times(scaled, minus(load(gradients + k), mean)));
  }
}

/** Vectors of a panel's tokens → panels over D, each [tokens][columns]. */
static void pack_rows(float *to, const attention *job, const tensor *from, panel at) {
  const operand rows = head_of(from, at.head, true);
  for (int64_t d = 0; d < job->length;) {
    const int columns = panel_columns(job->length - d);
    pack_panel(to + d * PANEL, &rows, (block){d, columns, at.first, at.count});
    d += columns;
  }
}

/** sum[key][d] += Σ over a panel's queries of weights[key][query] · rows[query][d]. */
static void collect(float *sum, const attention *job, panel at, const float *weights,
                    const float *rows) {
  for (int64_t key = at.first_key; key < at.end_key; key += SLIVER)
    for (int64_t d = 0; d < job->length;) {
      const int columns = panel_columns(job->length - d);
      const float *sliver = weights + (key - at.first_key) * PANEL;
      const factors from = {rows + d * PANEL, sliver, at.count, PANEL};
      tile(from, (target){sum + key * job->length + d, job->length, columns, SLIVER, true});
      d += columns;
    }
}

/** Sums over queries of one part of a head, [keys, padded][D] each. */
typedef struct {
  float *keys, *values;
} sums;

static void attend_back(const attention *job, const scratch *memory, panel at,
                        const tensor *gradient, sums to, float *query_gradients) {
  pack_queries(memory->query_columns, job, job->queries, at);
  pack_queries(memory->output_columns, job, gradient, at);
  pack_rows(memory->query_rows, job, job->queries, at);
  pack_rows(memory->output_rows, job, gradient, at);
  multiply_by_token(memory->weights, job, at, memory->query_columns, memory->keys);
  weigh(memory->weights, job, at);
  collect(to.values, job, at, memory->weights, memory->output_rows);
  multiply_by_token(memory->gradients, job, at, memory->output_columns, memory->values);
  for (int lane = 0; lane < PANEL; lane += LANES)
    soften_back(memory->weights + lane, memory->gradients + lane, at.end_key - at.first_key,
                job->scale);
  mix(memory->sum, job, at, memory->gradients, memory->mixed);
  collect(to.keys, job, at, memory->gradients, memory->query_rows);
  const int64_t stride = job->length * job->heads;
  write_rows(query_gradients + at.head * job->length, stride, job, at, memory->sum);
}

/** How the result of `lima_attention_back` is laid out, in floats. */
typedef struct {
  /** Gradients of the queries, which come first, and of the keys or the values of a part. */
  int64_t queries, keys;
  /** Parts of all heads: each has the panels whose index leaves its number as remainder. */
  int64_t parts;
} layout;

static layout layout_of(const tensor *result, const tensor *queries) {
  const int64_t length = queries->ne[0], tokens = queries->ne[2];
  const int64_t query_floats = length * queries->ne[1] * tokens;
  const int64_t key_floats = length * round_up(tokens, KEY_UNIT);
  return (layout){query_floats, key_floats, (result->ne[0] - query_floats) / (2 * key_floats)};
}

static sums clear_part(float *result, layout at, int64_t part) {
  float *keys = result + at.queries + part * 2 * at.keys;
  for (int64_t index = 0; index < 2 * at.keys; index += LANES) store(keys + index, spread(0));
  return (sums){keys, keys + at.keys};
}

/**
 * result: gradients of the queries [D, heads, tokens], then of keys and of values [D, tokens] for
 * each part of each head, which `lima_attention_fold` adds up: `ggml_custom_op_t`. Parts do not
 * depend on the number of threads, so neither does any bit. Sources: queries, keys, values, earliest
 * keys, the gradient of the output [D, heads, tokens], scratch.
 */
void SUFFIX(lima_attention_back)(tensor *result, int thread, int threads, void *settings) {
  const attention job = attention_of(result->src, settings);
  const scratch memory = scratch_of(&job, result->src[5], thread, threads);
  const layout at = layout_of(result, job.queries);
  const int64_t per_head = at.parts / job.heads, group = job.heads / job.key_heads;
  int64_t packed = -1;
  for (int64_t part = at.parts * thread / threads; part < at.parts * (thread + 1) / threads;
       part++) {
    const int64_t head = part / per_head;
    if (head / group != packed) {
      packed = head / group;
      pack_by_token(memory.keys, &job, job.keys, packed);
      pack_by_token(memory.values, &job, job.values, packed);
      pack_by_length(memory.mixed, &job, job.keys, packed);
    }
    const sums to = clear_part((float *)result->data, at, part);
    for (int64_t index = part % per_head; index < panels_of(&job); index += per_head)
      attend_back(&job, &memory, panel_at(&job, head, index), result->src[4], to,
                  (float *)result->data);
  }
}

/** One vector of D floats: the sum over `count` parts, in order. */
static void add_up(float *to, const float *from, int64_t length, int64_t count, int64_t stride) {
  for (int64_t d = 0; d < length; d += LANES) {
    vector sum = load(from + d);
    for (int64_t part = 1; part < count; part++) sum = plus(sum, load(from + d + part * stride));
    store(to + d, sum);
  }
}

/**
 * result [D · key heads, tokens, 2]: gradients of the keys, then of the values: `ggml_custom_op_t`.
 * Sources: a result of `lima_attention_back`, the queries.
 */
void SUFFIX(lima_attention_fold)(tensor *result, int thread, int threads, void *settings) {
  (void)settings;
  const tensor *back = result->src[0], *queries = result->src[1];
  const layout at = layout_of(back, queries);
  const int64_t length = queries->ne[0], tokens = queries->ne[2];
  const int64_t key_heads = result->ne[0] / length, group = at.parts / key_heads;
  const float *parts = (const float *)back->data + at.queries;
  for (int64_t which = 0; which < 2; which++)
    for (int64_t t = tokens * thread / threads; t < tokens * (thread + 1) / threads; t++) {
      float *to = (float *)(result->data + which * result->nb[2] + t * result->nb[1]);
      for (int64_t head = 0; head < key_heads; head++) {
        const float *from = parts + (head * group * 2 + which) * at.keys + t * length;
        add_up(to + head * length, from, length, group, 2 * at.keys);
      }
    }
}
