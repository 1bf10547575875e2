/* target.h - what is under test, and how to reach it.
 *
 * Threads: the engine's. */
#ifndef HARNESS_RUN_TARGET_H
#define HARNESS_RUN_TARGET_H

#include <jansson.h>
#include <rpcref/channel.h>

typedef struct pf_target {
    rp_runtime *rt;
    char *address;               /* as for rp_channel_new() */
    rp_credentials *credentials; /* NULL: plaintext */
    char *authority;             /* NULL: the address */
    json_t *capabilities;        /* set of names the target offers */
} pf_target;

bool pf_target_offers(const pf_target *t, const char *capability);

#endif
