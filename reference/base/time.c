#include <rpcref/time.h>

#include <time.h>

static rp_nanos read_clock(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (rp_nanos)ts.tv_sec * RP_SECOND + ts.tv_nsec;
}

rp_nanos rp_time_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

rp_nanos rp_time_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

rp_nanos rp_time_add(rp_nanos a, rp_nanos b)
{
    rp_nanos sum;

    if (a == RP_FOREVER || b == RP_FOREVER ||
        __builtin_add_overflow(a, b, &sum))
        return RP_FOREVER;
    return sum;
}

double rp_time_ms(rp_nanos t)
{
    return (double)t / (double)RP_MILLISECOND;
}
