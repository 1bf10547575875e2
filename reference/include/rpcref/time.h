/* time.h - durations and instants, in nanoseconds.
 *
 * Every duration and every monotonic instant inside the library is an
 * rp_nanos; milliseconds exist only where text is parsed or printed.
 *
 * Threads: any. */
#ifndef RPCREF_TIME_H
#define RPCREF_TIME_H

#include <stdint.h>

typedef int64_t rp_nanos;

#define RP_MICROSECOND INT64_C(1000)
#define RP_MILLISECOND INT64_C(1000000)
#define RP_SECOND INT64_C(1000000000)
/* "Never"; sums with it saturate, see rp_time_add(). */
#define RP_FOREVER INT64_MAX

/* The monotonic clock (CLOCK_MONOTONIC). */
rp_nanos rp_time_now(void);

/* Wall-clock time since 1970-01-01 UTC, for printing only. */
rp_nanos rp_time_wall(void);

/* a + b, held at RP_FOREVER. */
rp_nanos rp_time_add(rp_nanos a, rp_nanos b);

/* Milliseconds with fraction, for printing. */
double rp_time_ms(rp_nanos t);

#endif
