// What an operation is called with, of ggml.h (0.23.0).
#ifndef LIMA_TENSOR_H
#define LIMA_TENSOR_H
#include <stddef.h>
#include <stdint.h>

/** enum ggml_type: the types whose elements are numbers of their own. */
enum { TYPE_F32 = 0, TYPE_F16 = 1, TYPE_BF16 = 30 };

/** struct ggml_tensor: `ne` elements and `nb` bytes from one to the next, per axis. */
typedef struct tensor {
  int32_t type;
  void *buffer;
  int64_t ne[4];
  size_t nb[4];
  int32_t op;
  int32_t op_params[16];
  int32_t flags;
  struct tensor *src[10];
  struct tensor *view_src;
  size_t view_offset;
  char *data;
  char name[64];
  void *extra;
  char padding[8];
} tensor;

/** From `first` on, up to but not including `end`. */
typedef struct {
  int64_t first, end;
} range;

/** What one of ggml's threads does of `count` equal pieces of work. */
static inline range range_of_thread(int64_t count, int thread, int threads) {
  return (range){count * thread / threads, count * (thread + 1) / threads};
}

_Static_assert(sizeof(tensor) == 336, "struct ggml_tensor of ggml 0.23.0");
#endif
