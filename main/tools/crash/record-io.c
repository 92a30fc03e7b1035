/*
 * Records what a process does to the files below one folder, in order: preloaded into a process of
 * Node (LD_PRELOAD), so that it sees SQLite's calls and Node's alike. One record a call, written
 * before the call returns: kind, inode, offset or size, two byte strings (see trace.ts).
 *
 * LIMA_RECORD_FOLDER  the folder, an absolute path without links
 * LIMA_RECORD_TRACE   where the records go
 * LIMA_RECORD_ACKS    a file whose writes are acknowledgements
 * LIMA_RECORD_DISK    with "network" the folder's file system calls itself NFS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef LIMA_SOURCE_HASH
#define LIMA_SOURCE_HASH "unknown"
#endif

/*
 * The kernel itself: some callers use syscall(), which is recorded like any other function. Sets
 * errno as the C library does.
 */
static long raw(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  if (result >= 0 || result < -4095) return result;
  errno = (int)-result;
  return -1;
}
#define PICK(_0, _1, _2, _3, _4, _5, _6, name, ...) name
#define KERNEL(...) PICK(__VA_ARGS__, K6, K5, K4, K3, K2, K1, K0)(__VA_ARGS__)
#define K0(n) raw(n, 0, 0, 0, 0, 0, 0)
#define K1(n, a) raw(n, (long)(a), 0, 0, 0, 0, 0)
#define K2(n, a, b) raw(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define K3(n, a, b, c) raw(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define K4(n, a, b, c, d) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define K5(n, a, b, c, d, e) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define K6(n, a, b, c, d, e, f) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

enum { most_fds = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *acks, *disk;
static int trace = -1;

/* What a descriptor stands for: 0 nothing of ours, else the inode. */
static uint64_t inode_of[most_fds];
static char appends[most_fds], is_ack[most_fds];

struct record {
  uint32_t kind;
  uint32_t text_bytes;
  uint64_t inode;
  uint64_t number;
  uint64_t data_bytes;
};

static void put(const void *bytes, size_t count) {
  const char *at = bytes;
  while (count > 0) {
    long done = KERNEL(SYS_write, trace, at, count);
    if (done <= 0) abort();
    at += done;
    count -= (size_t)done;
  }
}

static void note(char kind, uint64_t inode, uint64_t number, const char *text, const void *data,
                 size_t data_bytes) {
  struct record record = {(uint32_t)kind, (uint32_t)strlen(text), inode, number, data_bytes};
  put(&record, sizeof record);
  put(text, record.text_bytes);
  put(data, data_bytes);
}

__attribute__((constructor)) static void begin(void) {
  folder = getenv("LIMA_RECORD_FOLDER");
  acks = getenv("LIMA_RECORD_ACKS");
  disk = getenv("LIMA_RECORD_DISK");
  const char *path = getenv("LIMA_RECORD_TRACE");
  if (!folder || !path) return;
  trace = (int)KERNEL(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (trace < 0) return;
  note('H', 0, 0, LIMA_SOURCE_HASH, "", 0);
  /* Children of this process are none of ours. */
  unsetenv("LD_PRELOAD");
}

static int is_ours(const char *path) {
  size_t length = folder ? strlen(folder) : 0;
  return trace >= 0 && length > 0 && strncmp(path, folder, length) == 0 &&
         (path[length] == '/' || path[length] == 0);
}

static int known(int fd) { return fd >= 0 && fd < most_fds && inode_of[fd] != 0; }

static int opened(int dir, const char *path, int flags, mode_t mode) {
  if (trace < 0) return (int)KERNEL(SYS_openat, dir, path, flags, mode);
  pthread_mutex_lock(&lock);
  int ours = is_ours(path), existed = ours && KERNEL(SYS_access, path, F_OK) == 0;
  int fd = (int)KERNEL(SYS_openat, dir, path, flags, mode), error = errno;
  if (fd >= 0 && fd < most_fds) {
    inode_of[fd] = 0;
    is_ack[fd] = acks && strcmp(path, acks) == 0;
    appends[fd] = (flags & O_APPEND) != 0;
    struct stat found;
    if (ours && KERNEL(SYS_fstat, fd, &found) == 0) {
      inode_of[fd] = found.st_ino;
      if (!existed) note('C', found.st_ino, 0, path, "", 0);
      if (existed && (flags & O_TRUNC)) note('T', found.st_ino, 0, "", "", 0);
    }
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define OPEN(name)                                                      \
  int name(const char *path, int flags, ...) {                          \
    va_list rest;                                                       \
    va_start(rest, flags);                                              \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                       \
    return opened(AT_FDCWD, path, flags, mode);                         \
  }
#define OPENAT(name)                                                    \
  int name(int dir, const char *path, int flags, ...) {                 \
    va_list rest;                                                       \
    va_start(rest, flags);                                              \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                       \
    return opened(dir, path, flags, mode);                              \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
  if (fd >= 0 && fd < most_fds) inode_of[fd] = is_ack[fd] = 0;
  if (fd == trace && fd >= 0) return 0;
  return (int)KERNEL(SYS_close, fd);
}

/* `offset` -1: at the position of the descriptor. */
static ssize_t written(int fd, const void *bytes, size_t count, off_t offset) {
  if (!known(fd) && !(fd >= 0 && fd < most_fds && is_ack[fd]))
    return offset < 0 ? KERNEL(SYS_write, fd, bytes, count)
                      : KERNEL(SYS_pwrite64, fd, bytes, count, offset);
  pthread_mutex_lock(&lock);
  off_t at = offset >= 0 ? offset : KERNEL(SYS_lseek, fd, 0, appends[fd] ? SEEK_END : SEEK_CUR);
  ssize_t done = offset < 0 ? KERNEL(SYS_write, fd, bytes, count)
                            : KERNEL(SYS_pwrite64, fd, bytes, count, offset);
  int error = errno;
  if (done > 0) note(is_ack[fd] ? 'A' : 'W', inode_of[fd], (uint64_t)at, "", bytes, (size_t)done);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t count) { return written(fd, bytes, count, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return written(fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) { return written(fd, bytes, count, at); }

/* Only the first piece is written: whoever asked writes the rest with the next call. */
ssize_t writev(int fd, const struct iovec *pieces, int count) {
  if (!known(fd) || count < 1) return KERNEL(SYS_writev, fd, pieces, count);
  return written(fd, pieces[0].iov_base, pieces[0].iov_len, -1);
}
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at) {
  if (!known(fd) || count < 1) return KERNEL(SYS_pwritev, fd, pieces, count, at, 0);
  return written(fd, pieces[0].iov_base, pieces[0].iov_len, at);
}
ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off_t at) { return pwritev(fd, pieces, count, at); }

/* Copies inside the kernel are refused where they would go unseen: callers then read and write. */
ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t count, unsigned flags) {
  if (!known(out)) return KERNEL(SYS_copy_file_range, in, in_at, out, out_at, count, flags);
  errno = ENOSYS;
  return -1;
}
long syscall(long number, ...) {
  long given[6];
  va_list rest;
  va_start(rest, number);
  for (int index = 0; index < 6; index += 1) given[index] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_copy_file_range && known((int)given[2])) {
    errno = ENOSYS;
    return -1;
  }
  return raw(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
static ssize_t sent(int out, int in, off_t *at, size_t count) {
  if (!known(out)) return KERNEL(SYS_sendfile, out, in, at, count);
  char bytes[65536];
  size_t wanted = count < sizeof bytes ? count : sizeof bytes;
  ssize_t got = at ? KERNEL(SYS_pread64, in, bytes, wanted, *at) : KERNEL(SYS_read, in, bytes, wanted);
  if (got <= 0) return got;
  ssize_t done = written(out, bytes, (size_t)got, -1);
  if (at && done > 0) *at += done;
  return done;
}
ssize_t sendfile(int out, int in, off_t *at, size_t count) { return sent(out, in, at, count); }
ssize_t sendfile64(int out, int in, off_t *at, size_t count) { return sent(out, in, at, count); }
int ioctl(int fd, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  const unsigned long ficlone = 0x40049409;
  if (request == ficlone && known(fd)) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return (int)KERNEL(SYS_ioctl, fd, request, argument);
}

#define RECORDED(call, condition, ...)  \
  pthread_mutex_lock(&lock);            \
  long result = call;                   \
  int error = errno;                    \
  if (result == 0 && (condition)) note(__VA_ARGS__); \
  pthread_mutex_unlock(&lock);          \
  errno = error;                        \
  return (int)result;

int ftruncate(int fd, off_t size) {
  RECORDED(KERNEL(SYS_ftruncate, fd, size), known(fd), 'T', inode_of[fd], (uint64_t)size, "", "", 0)
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }
int fsync(int fd) { RECORDED(KERNEL(SYS_fsync, fd), known(fd), 'S', inode_of[fd], 0, "", "", 0) }
int fdatasync(int fd) { RECORDED(KERNEL(SYS_fdatasync, fd), known(fd), 'S', inode_of[fd], 0, "", "", 0) }
int unlink(const char *path) { RECORDED(KERNEL(SYS_unlink, path), is_ours(path), 'U', 0, 0, path, "", 0) }
int rmdir(const char *path) { RECORDED(KERNEL(SYS_rmdir, path), is_ours(path), 'U', 0, 0, path, "", 0) }
int rename(const char *from, const char *to) {
  RECORDED(KERNEL(SYS_rename, from, to), is_ours(from) || is_ours(to), 'N', 0, 0, from, to, strlen(to))
}
int mkdir(const char *path, mode_t mode) {
  pthread_mutex_lock(&lock);
  long result = KERNEL(SYS_mkdir, path, mode);
  int error = errno;
  struct stat found;
  if (result == 0 && is_ours(path) && KERNEL(SYS_stat, path, &found) == 0)
    note('M', found.st_ino, 0, path, "", 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return (int)result;
}

static int told(const char *path, struct statfs *result) {
  int done = (int)KERNEL(SYS_statfs, path, result);
  if (done == 0 && disk && strcmp(disk, "network") == 0 && is_ours(path)) result->f_type = 0x6969;
  return done;
}
int statfs(const char *path, struct statfs *result) { return told(path, result); }
int statfs64(const char *path, struct statfs64 *result) { return told(path, (struct statfs *)result); }
