// Causal attention over packed samples as one operation of a ggml graph.
#include "attention.h"

/** Short and long panels by turns, so that every stretch of them takes about as long. */
static int64_t by_turns(int64_t step, int64_t panels) {
  return step % 2 ? panels - 1 - step / 2 : step / 2;
}

static void attend(const attention *job, const scratch *memory, panel at, tensor *result) {
  pack_queries(memory->query_columns, job, job->queries, at);
  multiply_by_token(memory->weights, job, at, memory->query_columns, memory->keys);
  weigh(memory->weights, job, at);
  mix(memory->sum, job, at, memory->weights, memory->mixed);
  float *to = (float *)result->data + at.head * job->length;
  write_rows(to, result->nb[1] / 4, job, at, memory->sum);
}

/**
 * result [D · heads, tokens] = softmax(scale · q·kᵀ)·v: `ggml_custom_op_t`. Sources: queries, keys,
 * values, earliest keys, scratch.
 */
void SUFFIX(lima_attention)(tensor *result, int thread, int threads, void *settings) {
  const attention job = attention_of(result->src, settings);
  const scratch memory = scratch_of(&job, result->src[4], thread, threads);
  const int64_t panels = panels_of(&job), units = panels * job.heads;
  const int64_t group = job.heads / job.key_heads;
  int64_t packed = -1;
  for (int64_t unit = units * thread / threads; unit < units * (thread + 1) / threads; unit++) {
    const int64_t head = unit / panels;
    if (head / group != packed) {
      packed = head / group;
      pack_by_token(memory.keys, &job, job.keys, packed);
      pack_by_length(memory.mixed, &job, job.values, packed);
    }
    attend(&job, &memory, panel_at(&job, head, by_turns(unit % panels, panels)), result);
  }
}
