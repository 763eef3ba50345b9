/*
 * What a process with a wrong clock runs in place of the kernel's vDSO functions. Position independent, without data of its own but
 * `state`, which is written from outside through /proc/PID/mem: the process itself may only read and execute these pages.
 *
 * build.ts turns this into built.ts.
 */

typedef long i64;
typedef unsigned char u8;
struct timespec { i64 seconds, nanoseconds; };
struct timeval { i64 seconds, microseconds; };

/*
 * A clock as a line over the true one, in ns: `shown` at `since`, and from there `rate` / 2^32 ns per true ns. Before `since` it is the
 * line that held until then, so that a change of the rate is continuous, whenever the process comes to see it.
 */
struct line { i64 since, shown, rate_before, rate; };

enum { wall, monotonic };

/* The lines in force are lines[sequence & 1]; the others are written while nobody reads them, then one byte makes them the ones in force. */
struct state {
  volatile u8 sequence;
  u8 unused[7];
  volatile struct line lines[2][2];
};

__attribute__((section(".state"), visibility("hidden"))) struct state state;

static inline i64 call(i64 number, i64 a, i64 b) {
  i64 result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
  return result;
}

enum { sys_gettimeofday = 96, sys_clock_gettime = 228 };
enum { realtime = 0, monotonic_true = 1, raw = 4, realtime_coarse = 5, monotonic_coarse = 6, boottime = 7, tai = 11 };

static const i64 second = 1000000000;

static i64 nanoseconds(i64 id) {
  struct timespec now;
  call(sys_clock_gettime, id, (i64)&now);
  return now.seconds * second + now.nanoseconds;
}

static __attribute__((noinline)) i64 shown_at(u8 sequence, int which, i64 true_ns) {
  volatile struct line *line = &state.lines[sequence & 1][which];
  i64 elapsed = true_ns - line->since;
  i64 rate = elapsed < 0 ? line->rate_before : line->rate;
  return line->shown + (i64)(((__int128)elapsed * rate) >> 32);
}

/* How far a line is from the truth now. */
static __attribute__((noinline)) i64 error_of(u8 sequence, int which, i64 id) {
  i64 now = nanoseconds(id);
  return shown_at(sequence, which, now) - now;
}

static __attribute__((noinline)) i64 shown(u8 sequence, i64 id, i64 now) {
  switch (id) {
    case realtime:
    case realtime_coarse:
      return shown_at(sequence, wall, now);
    case monotonic_true:
    case monotonic_coarse:
      return shown_at(sequence, monotonic, now);
    /* These tick with one of the above and count from elsewhere. */
    case tai:
      return now + error_of(sequence, wall, realtime);
    case raw:
    case boottime:
      return now + error_of(sequence, monotonic, monotonic_true);
    default:
      return now;
  }
}

int dissent_clock_gettime(i64 id, struct timespec *to) {
  id = (int)id;
  /*
   * The same lines have to be in force before and after the true clock is read. A thread that was kept waiting in between, over two changes
   * of the rate, would take the second line for its reading, which says nothing about so long ago: its clock would step.
   */
  u8 sequence;
  i64 now;
  do {
    sequence = state.sequence;
    i64 result = call(sys_clock_gettime, id, (i64)to);
    if (result != 0) return (int)result;
    now = shown(sequence, id, to->seconds * second + to->nanoseconds);
  } while (state.sequence != sequence);
  i64 seconds = now / second;
  i64 rest = now % second;
  if (rest < 0) {
    seconds -= 1;
    rest += second;
  }
  to->seconds = seconds;
  to->nanoseconds = rest;
  return 0;
}

int dissent_gettimeofday(struct timeval *to, void *zone) {
  /* The zone, which hardly anybody asks for, is the kernel's. */
  if (zone != 0) {
    i64 result = call(sys_gettimeofday, 0, (i64)zone);
    if (result != 0) return (int)result;
  }
  if (to == 0) return 0;
  struct timespec now;
  dissent_clock_gettime(realtime, &now);
  to->seconds = now.seconds;
  to->microseconds = now.nanoseconds / 1000;
  return 0;
}

i64 dissent_time(i64 *to) {
  struct timespec now;
  dissent_clock_gettime(realtime_coarse, &now);
  if (to != 0) *to = now.seconds;
  return now.seconds;
}
