// Sums of matrix products as a custom operation of a ggml graph, on ggml's own threads.
#include "packing.h"
#include "tile.h"

/** Deep enough that most layers write C once; a panel of A and a block of B fit the L2 cache. */
enum { MAX_DEPTH = 640, B_BLOCK_FLOATS = 192 * 1024 };

/** A block of B and one panel of A, packed. */
typedef struct {
  float b_panels[B_BLOCK_FLOATS] __attribute__((aligned(64)));
  float a_panel[TILE_COLUMNS * MAX_DEPTH] __attribute__((aligned(64)));
} workspace;

/** C [columns, rows] = scale · Σ over k of A · B, or that added to what C is. */
typedef struct {
  operand a, b;
  int64_t depth;
  float *c;
  size_t stride;
  float scale;
  bool accumulates;
} product;

/** Whether rows of B are read as they lie: packing takes as long as the sums of so few columns. */
static bool reads_b_unpacked(const product *job, range columns) {
  return !job->b.transposed && columns.end - columns.first <= 2 * LANES;
}

/** Packs a block of B, or only its last rows, which fill no panel. */
static void pack_b_block(const product *job, workspace *memory, bool only_edge, block rows) {
  const int skipped = only_edge ? rows.count / TILE_ROWS * TILE_ROWS : 0;
  const block rest = {rows.first + skipped, rows.count - skipped, rows.first_depth, rows.depth};
  pack_b_panels(memory->b_panels + (size_t)skipped * rows.depth, &job->b, rest);
}

/** Packs a panel of A times the scale, in which the product is linear. */
static void pack_a_scaled(float *to, const product *job, block columns) {
  pack_a_panel(to, &job->a, columns);
  if (job->scale == 1) return;
  const int64_t floats = round_up(columns.count, LANES) * columns.depth;
  for (int64_t i = 0; i < floats; i += LANES)
    store(to + i, multiply(load(to + i), broadcast(job->scale)));
}

/** One panel of A times a block of B. */
static void multiply_panel(const product *job, const workspace *memory, bool b_unpacked,
                           block columns, block rows) {
  const bool accumulates = job->accumulates || columns.first_depth > 0;
  for (int r = 0; r < rows.count; r += TILE_ROWS) {
    const float *b = memory->b_panels + (size_t)r * rows.depth;
    tile_operands from = {memory->a_panel, b, rows.depth, 0};
    const int left = rows.count - r < TILE_ROWS ? rows.count - r : TILE_ROWS;
    if (b_unpacked && left == TILE_ROWS) {
      from.b = (const float *)element(&job->b, TYPE_F32, rows.first + r, rows.first_depth);
      from.b_row_stride = job->b.row_bytes / 4;
    }
    float *at = job->c + (rows.first + r) * job->stride + columns.first;
    multiply_tile(from, (tile_output){at, job->stride, columns.count, left, accumulates});
  }
}

/** All panels of A in a range of columns times a block of B. */
static void multiply_block(const product *job, workspace *memory, range column_range, block rows) {
  const bool b_unpacked = reads_b_unpacked(job, column_range);
  pack_b_block(job, memory, b_unpacked, rows);
  for (int64_t i = column_range.first; i < column_range.end;) {
    const int count = next_tile_columns(column_range.end - i);
    const block columns = {i, count, rows.first_depth, rows.depth};
    pack_a_scaled(memory->a_panel, job, columns);
    multiply_panel(job, memory, b_unpacked, columns, rows);
    i += columns.count;
  }
}

/** A rectangle of C. */
static void multiply_range(const product *job, workspace *memory, range column_range,
                           range row_range) {
  const int64_t blocks = (job->depth + MAX_DEPTH - 1) / MAX_DEPTH;
  const int max_depth = (int)round_up((job->depth + blocks - 1) / blocks, LANES);
  for (int64_t k = 0; k < job->depth; k += max_depth) {
    const int depth = job->depth - k < max_depth ? (int)(job->depth - k) : max_depth;
    const int max_rows = B_BLOCK_FLOATS / depth / TILE_ROWS * TILE_ROWS;
    for (int64_t j = row_range.first; j < row_range.end; j += max_rows) {
      const int rows = row_range.end - j < max_rows ? (int)(row_range.end - j) : max_rows;
      multiply_block(job, memory, column_range, (block){j, rows, k, depth});
    }
  }
}

/** The index-th of `count` ranges of `total`, cut between units. */
static range nth_range(int64_t total, int64_t unit, int index, int count) {
  const int64_t units = (total + unit - 1) / unit;
  const int64_t first = units * index / count * unit, end = units * (index + 1) / count * unit;
  return (range){first < total ? first : total, end < total ? end : total};
}

/** Threads that share the columns of C; groups of so many share the rows. */
static int threads_over_columns(int64_t columns, int threads) {
  int count = threads;
  while (count > 1 && (threads % count || columns / count < TILE_COLUMNS)) count--;
  return count;
}

static operand matrix_at(const tensor *source, int64_t i2, int64_t i3, bool transposed) {
  const char *data = source->data + i2 * source->nb[2] + i3 * source->nb[3];
  return (operand){data, source->type, source->nb[1], transposed};
}

enum { MAX_TERMS = 4 };

/**
 * Bits of `settings`: two for each term, whether its operands are transposed; whether the sum is
 * added to what the result is, which then is the first source, too; and in the upper half those of
 * the scale, a float, or 0 for none.
 */
enum {
  A_TRANSPOSED = 1,
  B_TRANSPOSED = 2,
  BITS_OF_TERM = 2,
  ACCUMULATES = 1 << 16,
  SCALE_SHIFT = 32
};

/** One term for one matrix of the result; `a` repeats over its third and fourth extent. */
static product product_at(const tensor *result, tensor *const *operands, int bits, int64_t i2,
                          int64_t i3) {
  const tensor *a = operands[0], *b = operands[1];
  const int64_t a2 = i2 * a->ne[2] / result->ne[2], a3 = i3 * a->ne[3] / result->ne[3];
  return (product){
      .a = matrix_at(a, a2, a3, bits & A_TRANSPOSED),
      .b = matrix_at(b, i2, i3, bits & B_TRANSPOSED),
      .depth = bits & A_TRANSPOSED ? a->ne[1] : a->ne[0],
      .c = (float *)(result->data + i2 * result->nb[2] + i3 * result->nb[3]),
      .stride = result->nb[1] / 4,
  };
}

/** result [m, n, x, y] = Σ of products a · b of the pairs of sources: `ggml_custom_op_t`. */
void SUFFIX(lima_product)(tensor *result, int thread, int threads, void *settings) {
  workspace memory;
  const int bits = (int)(intptr_t)settings;
  const uintptr_t scale_bits = (uintptr_t)settings >> SCALE_SHIFT;
  const float scale = scale_bits ? float_setting((const void *)scale_bits) : 1;
  tensor *const *operands = result->src + (bits & ACCUMULATES ? 1 : 0);
  const int wide = threads_over_columns(result->ne[0], threads);
  const range columns = nth_range(result->ne[0], LANES, thread % wide, wide);
  const range rows = nth_range(result->ne[1], TILE_ROWS, thread / wide, threads / wide);
  if (columns.first == columns.end || rows.first == rows.end) return;
  for (int64_t i3 = 0; i3 < result->ne[3]; i3++)
    for (int64_t i2 = 0; i2 < result->ne[2]; i2++)
      for (int term = 0; term < MAX_TERMS && operands[2 * term]; term++) {
        const int shifted = bits >> (BITS_OF_TERM * term);
        product job = product_at(result, operands + 2 * term, shifted, i2, i3);
        job.accumulates = term > 0 || bits & ACCUMULATES;
        job.scale = scale;
        multiply_range(&job, &memory, columns, rows);
      }
}
