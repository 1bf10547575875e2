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
    json_t *names; /* placeholders of every case: host, port, authority */
} pf_target;

/* Sets the address (taken) and the placeholders that follow from it. */
void pf_target_set_address(pf_target *t, char *address);

bool pf_target_offers(const pf_target *t, const char *capability);

#endif
