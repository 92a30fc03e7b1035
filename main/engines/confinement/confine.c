// Starts a program that may use only what it is given: see README.md in this folder.
//
//   lima-confine [KIND:PATH]… -- PROGRAM [ARGUMENT]…
//   lima-confine --probe
//
// Freestanding: no libc, so that one small file runs on every Linux. What a kernel lacks is left
// out; --probe says what this one has.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long word;

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
static long call(long number, word a, word b, word c, word d, word e) {
  register word r10 __asm__("r10") = d;
  register word r8 __asm__("r8") = e;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start: mov %rsp, %rdi\nand $-16, %rsp\ncall begin\n");
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
static long call(long number, word a, word b, word c, word d, word e) {
  register word x8 __asm__("x8") = (word)number;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d;
  register word x4 __asm__("x4") = e;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
                   : "memory");
  return (long)x0;
}
__asm__(".globl _start\n_start: mov x0, sp\nbl begin\n");
#else
#error "Linux on x86-64 or AArch64"
#endif

#include <asm/unistd.h>

// The kernel's interface is stable; headers of the build machine may be older than it.
#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446

struct ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scopes;
};

struct __attribute__((packed)) beneath {
  uint64_t allowed;
  int32_t folder;
};

enum {
  EXECUTE = 1 << 0,
  WRITE_FILE = 1 << 1,
  READ_FILE = 1 << 2,
  READ_DIR = 1 << 3,
  REMOVE_DIR = 1 << 4,
  REMOVE_FILE = 1 << 5,
  MAKE_DIR = 1 << 7,
  MAKE_REG = 1 << 8,
  REFER = 1 << 13,
  TRUNCATE = 1 << 14,
  IOCTL_DEV = 1 << 15,
  READ = READ_FILE | READ_DIR,
  WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE,
  DEVICE = READ | WRITE_FILE | IOCTL_DEV,
  // What a rule for anything but a folder may name.
  FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV,
};

// Rights by version of Landlock: REFER came with 2, TRUNCATE with 3, TCP with 4, IOCTL_DEV with
// 5, abstract sockets and signals with 6.
static uint64_t rights(long version) {
  uint64_t all = (1 << 13) - 1;
  if (version >= 2) all |= REFER;
  if (version >= 3) all |= TRUNCATE;
  if (version >= 5) all |= IOCTL_DEV;
  return all;
}

enum { O_PATH = 010000000, O_CLOEXEC = 02000000, AT_FDCWD = -100, S_IFMT = 0170000, S_IFDIR = 0040000 };

// The compiler clears structs with it.
__attribute__((used)) void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile char *)to)[i] = (char)value;
  return to;
}

static void say(int to, const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  call(__NR_write, to, (word)text, length, 0, 0);
}

static __attribute__((noreturn)) void end(int code) {
  for (;;) call(__NR_exit_group, code, 0, 0, 0, 0);
}

static __attribute__((noreturn)) void fail(const char *what) {
  say(2, "lima-confine: ");
  say(2, what);
  say(2, "\n");
  end(126);
}

// struct statx begins with u32 mask, blksize, u64 attributes, u32 nlink, uid, gid, u16 mode.
static int isFolder(int file) {
  uint64_t facts[32] = {0};
  long error = call(__NR_statx, file, (word) "", 0x1000 /* AT_EMPTY_PATH */, 1, (word)facts);
  uint16_t mode = ((uint16_t *)facts)[14];
  return error == 0 && (mode & S_IFMT) == S_IFDIR;
}

// A path that is not there needs no right.
static void allow(int ruleset, uint64_t handled, const char *grant) {
  uint64_t wanted = 0;
  if (grant[0] == 'r') wanted = READ;
  else if (grant[0] == 'x') wanted = READ | EXECUTE;
  else if (grant[0] == 'w') wanted = WRITE;
  else if (grant[0] == 'd') wanted = DEVICE;
  if (!wanted || grant[1] != ':') fail("a grant is r:, x:, w: or d: and a path");
  long file = call(__NR_openat, (word)AT_FDCWD, (word)(grant + 2), O_PATH | O_CLOEXEC, 0, 0);
  if (file < 0) return;
  wanted &= handled & (isFolder((int)file) ? ~0ull : (uint64_t)FILE_RIGHTS);
  struct beneath rule = {wanted, (int32_t)file};
  long error = call(LANDLOCK_ADD_RULE, ruleset, 1, (word)&rule, 0, 0);
  if (error) fail("Landlock refuses a rule");
  call(__NR_close, file, 0, 0, 0, 0);
}

static long landlockVersion(void) { return call(LANDLOCK_CREATE_RULESET, 0, 0, 1, 0, 0); }

static void confineFiles(char **grants, char **last) {
  long version = landlockVersion();
  if (version < 1) return;
  struct ruleset wanted = {rights(version), version >= 4 ? 3 : 0, version >= 6 ? 3 : 0};
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  long ruleset = call(LANDLOCK_CREATE_RULESET, (word)&wanted, size, 0, 0, 0);
  if (ruleset < 0) fail("Landlock refuses the rules");
  for (; grants < last; grants++) allow((int)ruleset, wanted.files, *grants);
  if (call(LANDLOCK_RESTRICT_SELF, ruleset, 0, 0, 0, 0)) fail("Landlock is not entered");
  call(__NR_close, ruleset, 0, 0, 0, 0);
}

#define REFUSE(number, error) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
enum { EPERM = 1, EACCES = 13, ENOSYS = 38 };

// A new socket is refused whatever its family: TCP, UDP, and the sockets of Docker or an agent.
static struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
#endif
    REFUSE(__NR_socket, EACCES),
    REFUSE(425, ENOSYS), /* io_uring_setup: sockets and files by another way */
    REFUSE(__NR_ptrace, EPERM),
    REFUSE(__NR_process_vm_readv, EPERM),
    REFUSE(__NR_process_vm_writev, EPERM),
    REFUSE(438, EPERM), /* pidfd_getfd */
    REFUSE(__NR_bpf, EPERM),
    REFUSE(__NR_perf_event_open, EPERM),
    REFUSE(__NR_userfaultfd, EPERM),
    REFUSE(__NR_keyctl, EPERM),
    REFUSE(__NR_add_key, EPERM),
    REFUSE(__NR_request_key, EPERM),
    REFUSE(__NR_mount, EPERM),
    REFUSE(__NR_umount2, EPERM),
    REFUSE(__NR_pivot_root, EPERM),
    REFUSE(__NR_chroot, EPERM),
    REFUSE(__NR_setns, EPERM),
    REFUSE(__NR_unshare, EPERM),
    REFUSE(__NR_open_by_handle_at, EPERM),
    REFUSE(__NR_init_module, EPERM),
    REFUSE(__NR_finit_module, EPERM),
    REFUSE(__NR_kexec_load, EPERM),
    REFUSE(__NR_swapon, EPERM),
    REFUSE(__NR_reboot, EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

enum { PR_SET_NO_NEW_PRIVS = 38 };

static long confineCalls(void) {
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, (word)&program, 0, 0);
}

static __attribute__((noreturn)) void probe(void) {
  long version = landlockVersion();
  char digit[2] = {(char)('0' + (version < 0 ? 0 : version > 9 ? 9 : version)), 0};
  say(1, "landlock ");
  say(1, digit);
  say(1, confineCalls() == 0 ? "\nseccomp 1\n" : "\nseccomp 0\n");
  say(1, "source " SOURCE_HASH "\n");
  end(0);
}

static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

__attribute__((noreturn, used)) void begin(word *stack) {
  word count = stack[0];
  char **arguments = (char **)(stack + 1);
  char **environment = arguments + count + 1;
  if (call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("the kernel is too old");
  if (count == 2 && same(arguments[1], "--probe")) probe();
  word next = 1;
  while (next < count && !same(arguments[next], "--")) next++;
  if (next + 1 >= count) fail("no program is named: KIND:PATH… -- PROGRAM ARGUMENT…");
  confineFiles(arguments + 1, arguments + next);
  // A kernel without seccomp filters starts the program without one; --probe tells.
  confineCalls();
  char **program = arguments + next + 1;
  call(__NR_execve, (word)program[0], (word)program, (word)environment, 0, 0);
  fail("the program cannot be started");
}
