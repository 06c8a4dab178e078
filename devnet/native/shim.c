/*
 * Preloaded (LD_PRELOAD) into every process that the devnet's supervisor starts. It does two things:
 *
 *  1. Clock. Adds the seconds written in the file $SHIM_CLOCK_FILE ("90000", "-0.3") to the realtime clock, so that a day
 *     can pass on a local chain, and one node's clock can be wrong. Monotonic clocks and timers are left alone:
 *     libfaketime shifts them too, and then nodeos' timers never fire and it stops producing. The file is read again at
 *     most every 50 ms.
 *  2. Parent. $DIE_WITH_PARENT=<pid> asks the kernel to send this process $DIE_WITH_SIGNAL (default 9) when that
 *     parent ends, in whatever way, so that even kill -9 of the parent leaves nothing running.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define REREAD_MS 50

typedef int clock_function(clockid_t, struct timespec *);

static const char *clock_file;
static _Atomic(clock_function *) libc_clock;
static _Atomic long long offset_ns;
static _Atomic long long next_read_ms;

static void read_offset(void) {
  char text[32];
  int fd = open(clock_file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return;
  text[length] = 0;
  atomic_store(&offset_ns, (long long)(atof(text) * 1e9));
}

/*
 * The function that is replaced here: it reads the clock without a system call. nodeos asks for the time several times an
 * action, and bills what elapses: with system calls a claim was billed half as much again.
 */
static int real_clock(clockid_t id, struct timespec *out) {
  clock_function *next = atomic_load(&libc_clock);
  if (next) return next(id, out);
  return (int)syscall(SYS_clock_gettime, id, out); /* asked before this library's own start */
}

static long long offset(void) { /* in ns */
  if (!clock_file) return 0;
  struct timespec now;
  real_clock(CLOCK_MONOTONIC_COARSE, &now); /* to some ms */
  long long ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
  long long due = atomic_load(&next_read_ms);
  /* One thread wins the exchange and reads; the others go on with the offset they have. */
  if (ms >= due && atomic_compare_exchange_strong(&next_read_ms, &due, ms + REREAD_MS)) read_offset();
  return atomic_load(&offset_ns);
}

static void shift(struct timespec *time) {
  long long ns = time->tv_nsec + offset();
  time->tv_sec += ns / 1000000000;
  time->tv_nsec = ns % 1000000000;
  if (time->tv_nsec >= 0) return;
  time->tv_sec--;
  time->tv_nsec += 1000000000;
}

int clock_gettime(clockid_t id, struct timespec *out) {
  int result = real_clock(id, out);
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) shift(out);
  return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  (void)zone; /* obsolete: Linux leaves it alone */
  struct timespec now;
  real_clock(CLOCK_REALTIME, &now);
  shift(&now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec now;
  real_clock(CLOCK_REALTIME, &now);
  shift(&now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

static void die_with_parent(void) {
  const char *parent = getenv("DIE_WITH_PARENT");
  if (!parent) return;
  const char *wanted = getenv("DIE_WITH_SIGNAL");
  prctl(PR_SET_PDEATHSIG, wanted ? atoi(wanted) : SIGKILL);
  /* The parent may have ended before the line above: then nobody would ever send the signal. */
  if (getppid() != atoi(parent)) _exit(1);
  /* A process that this one starts itself has another parent and must not see these two. */
  unsetenv("DIE_WITH_PARENT");
  unsetenv("DIE_WITH_SIGNAL");
}

__attribute__((constructor)) static void start(void) {
  atomic_store(&libc_clock, (clock_function *)dlsym(RTLD_NEXT, "clock_gettime"));
  clock_file = getenv("SHIM_CLOCK_FILE");
  if (clock_file && !*clock_file) clock_file = NULL;
  die_with_parent();
}
