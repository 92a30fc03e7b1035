// The backward pass of attention; weights are computed again instead of being kept.
#include "attention.h"
#include "softmax.h"

/** Gradients of weights [key][query] → of scores: scale · w · (g − Σ over keys of w · g). */
static void softmax_back(const float *weights, float *gradients, int64_t keys, float scale) {
  vector mean = broadcast(0);
  for (int64_t k = 0; k < keys * TILE_COLUMNS; k += TILE_COLUMNS)
    mean = multiply_add(load(weights + k), load(gradients + k), mean);
  for (int64_t k = 0; k < keys * TILE_COLUMNS; k += TILE_COLUMNS) {
    const vector scaled = multiply(load(weights + k), broadcast(scale));
    store(gradients + k, multiply(scaled, subtract(load(gradients + k), mean)));
  }
}

/** Rows of a block's tokens → panels of A over D, each [tokens][columns]. */
static void pack_query_rows(float *to, const attention *job, const tensor *from, query_block at) {
  const operand rows = head_operand(from, at.head, true);
  for (int64_t d = 0; d < job->head_dim;) {
    const int columns = next_tile_columns(job->head_dim - d);
    pack_a_panel(to + d * TILE_COLUMNS, &rows, (block){d, columns, at.first, at.count});
    d += columns;
  }
}

/** sum[key][d] += Σ over a block's queries of weights[key][query] · rows[query][d]. */
static void add_key_gradients(float *sum, const attention *job, query_block at,
                              const float *weights, const float *rows) {
  for (int64_t key = at.first_key; key < at.end_key; key += TILE_ROWS)
    for (int64_t d = 0; d < job->head_dim;) {
      const int columns = next_tile_columns(job->head_dim - d);
      const float *b = weights + (key - at.first_key) * TILE_COLUMNS;
      const tile_operands from = {rows + d * TILE_COLUMNS, b, at.count, TILE_COLUMNS};
      float *to = sum + key * job->head_dim + d;
      multiply_tile(from, (tile_output){to, job->head_dim, columns, TILE_ROWS, true});
      d += columns;
    }
}

/** Sums over the queries of one split of a head, [keys, padded][D] each. */
typedef struct {
  float *keys, *values;
} key_gradients;

static void attention_back_of_block(const attention *job, const scratch *memory, query_block at,
                                    const tensor *gradient, key_gradients to,
                                    float *query_gradients) {
  pack_queries(memory->query_columns, job, job->queries, at);
  pack_queries(memory->output_columns, job, gradient, at);
  pack_query_rows(memory->query_rows, job, job->queries, at);
  pack_query_rows(memory->output_rows, job, gradient, at);
  products_with_tokens(memory->weights, job, at, memory->query_columns, memory->keys);
  softmax(memory->weights, job, at);
  add_key_gradients(to.values, job, at, memory->weights, memory->output_rows);
  products_with_tokens(memory->gradients, job, at, memory->output_columns, memory->values);
  for (int lane = 0; lane < TILE_COLUMNS; lane += LANES)
    softmax_back(memory->weights + lane, memory->gradients + lane, at.end_key - at.first_key,
                 job->scale);
  weights_times_values(memory->sum, job, at, memory->gradients, memory->by_dim);
  add_key_gradients(to.keys, job, at, memory->gradients, memory->query_rows);
  const int64_t stride = job->head_dim * job->heads;
  write_rows(query_gradients + at.head * job->head_dim, stride, job, at, memory->sum);
}

/** How the result of `lima_attention_back` is laid out, in floats. */
typedef struct {
  /** Gradients of the queries, which come first, and of the keys or the values of a split. */
  int64_t queries, keys;
  /** Of all heads: each split has the query blocks whose index leaves its number as remainder. */
  int64_t splits;
} back_layout;

static back_layout back_layout_of(const tensor *result, const tensor *queries) {
  const int64_t head_dim = queries->ne[0], tokens = queries->ne[2];
  const int64_t query_floats = head_dim * queries->ne[1] * tokens;
  const int64_t key_floats = head_dim * round_up(tokens, KEY_UNIT);
  return (back_layout){query_floats, key_floats, (result->ne[0] - query_floats) / (2 * key_floats)};
}

static key_gradients clear_split(float *result, back_layout at, int64_t split) {
  float *keys = result + at.queries + split * 2 * at.keys;
  for (int64_t index = 0; index < 2 * at.keys; index += LANES) store(keys + index, broadcast(0));
  return (key_gradients){keys, keys + at.keys};
}

/**
 * result: gradients of the queries [D, heads, tokens], then of keys and of values [D, tokens] for
 * each split of each head, which `lima_attention_reduce` adds up: `ggml_custom_op_t`. Splits do not
 * depend on the number of threads, so neither does any bit. Sources: queries, keys, values,
 * earliest keys, the gradient of the output [D, heads, tokens], scratch.
 */
void SUFFIX(lima_attention_back)(tensor *result, int thread, int threads, void *settings) {
  const attention job = read_attention(result->src, settings);
  const scratch memory = scratch_of_thread(&job, result->src[5], thread, threads);
  const back_layout at = back_layout_of(result, job.queries);
  const int64_t splits_per_head = at.splits / job.heads, group = job.heads / job.kv_heads;
  const range own = range_of_thread(at.splits, thread, threads);
  int64_t packed = -1;
  for (int64_t split = own.first; split < own.end; split++) {
    const int64_t head = split / splits_per_head;
    if (head / group != packed) {
      packed = head / group;
      pack_by_token(memory.keys, &job, job.keys, packed);
      pack_by_token(memory.values, &job, job.values, packed);
      pack_by_dim(memory.by_dim, &job, job.keys, packed);
    }
    const key_gradients to = clear_split((float *)result->data, at, split);
    for (int64_t index = split % splits_per_head; index < count_query_blocks(&job);
         index += splits_per_head)
      attention_back_of_block(&job, &memory, query_block_at(&job, head, index), result->src[4], to,
                              (float *)result->data);
  }
}

/** One vector of D floats: the sum over `count` splits, in order. */
static void add_splits(float *to, const float *from, int64_t head_dim, int64_t count,
                       int64_t stride) {
  for (int64_t d = 0; d < head_dim; d += LANES) {
    vector sum = load(from + d);
    for (int64_t split = 1; split < count; split++) sum = add(sum, load(from + d + split * stride));
    store(to + d, sum);
  }
}

/**
 * result [D · KV heads, tokens, 2]: gradients of the keys, then of the values: `ggml_custom_op_t`.
 * Sources: a result of `lima_attention_back`, the queries.
 */
void SUFFIX(lima_attention_reduce)(tensor *result, int thread, int threads, void *settings) {
  (void)settings;
  const tensor *back = result->src[0], *queries = result->src[1];
  const back_layout at = back_layout_of(back, queries);
  const int64_t head_dim = queries->ne[0], tokens = queries->ne[2];
  const int64_t kv_heads = result->ne[0] / head_dim, group = at.splits / kv_heads;
  const float *splits = (const float *)back->data + at.queries;
  const range own = range_of_thread(tokens, thread, threads);
  for (int64_t which = 0; which < 2; which++)
    for (int64_t t = own.first; t < own.end; t++) {
      float *to = (float *)(result->data + which * result->nb[2] + t * result->nb[1]);
      for (int64_t head = 0; head < kv_heads; head++) {
        const float *from = splits + (head * group * 2 + which) * at.keys + t * head_dim;
        add_splits(to + head * head_dim, from, head_dim, group, 2 * at.keys);
      }
    }
}
