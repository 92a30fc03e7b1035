// Causal attention over packed samples as one operation of a ggml graph.
#include "attention.h"
#include "softmax.h"

/** Blocks from both ends by turns: the later ones see more keys, so each stretch costs the same. */
static int64_t alternate_ends(int64_t step, int64_t blocks) {
  return step % 2 ? blocks - 1 - step / 2 : step / 2;
}

static void attention_of_block(const attention *job, const scratch *memory, query_block at,
                               tensor *result) {
  pack_queries(memory->query_columns, job, job->queries, at);
  products_with_tokens(memory->weights, job, at, memory->query_columns, memory->keys);
  softmax(memory->weights, job, at);
  weights_times_values(memory->sum, job, at, memory->weights, memory->by_dim);
  float *to = (float *)result->data + at.head * job->head_dim;
  write_rows(to, result->nb[1] / 4, job, at, memory->sum);
}

/**
 * result [D · heads, tokens] = softmax(scale · q·kᵀ)·v: `ggml_custom_op_t`. Sources: queries, keys,
 * values, earliest keys, scratch.
 */
void SUFFIX(lima_attention)(tensor *result, int thread, int threads, void *settings) {
  const attention job = read_attention(result->src, settings);
  const scratch memory = scratch_of_thread(&job, result->src[4], thread, threads);
  const int64_t blocks = count_query_blocks(&job), units = blocks * job.heads;
  const int64_t group = job.heads / job.kv_heads;
  const range own = range_of_thread(units, thread, threads);
  int64_t packed = -1;
  for (int64_t unit = own.first; unit < own.end; unit++) {
    const int64_t head = unit / blocks;
    if (head / group != packed) {
      packed = head / group;
      pack_by_token(memory.keys, &job, job.keys, packed);
      pack_by_dim(memory.by_dim, &job, job.values, packed);
    }
    const int64_t index = alternate_ends(unit % blocks, blocks);
    attention_of_block(&job, &memory, query_block_at(&job, head, index), result);
  }
}
