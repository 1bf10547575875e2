/* call.h - a call of a case, made with the reference client.
 *
 * It records what happens and wakes its script; steps look at the record.
 *
 * Threads: the engine's. */
#ifndef HARNESS_DRIVERS_CALL_H
#define HARNESS_DRIVERS_CALL_H

#include "harness/data/schema.h"
#include "harness/run/script.h"
#include <rpcref/call.h>

/* What has been seen of a call. JSON holds octets as strings. */
struct pf_call {
    pf_script *script;   /* NULL once abandoned */
    pf_call *home;       /* whose channel this is: its own, or `with` */
    rp_channel *channel; /* NULL: at home */
    rp_call *call;
    const pf_method *method; /* NULL: its messages are octets */
    rp_nanos started, ended;
    size_t sharers; /* calls that were put on this one's channel */
    bool sending;   /* a message waits for room */
    bool has_initial;
    bool done;
    bool local_only; /* the status was made on this side */
    json_t *initial;
    json_t *trailing;
    json_t *messages; /* array; of octets that do not parse: a string */
    json_t *packed;   /* array of booleans, one a message */
    size_t read;      /* messages a step has looked at */
    rp_status status;
    rp_call_facts facts;
};

/* Starts what the arguments of a `call` step say, on a channel of its own.
 * Errors: RP_EPARSE, RP_EINVAL. */
rp_code pf_call_start(pf_script *s, const json_t *args, pf_call **out,
                      rp_err *err);

/* Sends the message of a `send` step. Errors: RP_EPARSE, RP_ESTATE. */
rp_code pf_call_send(pf_call *c, const json_t *args, rp_err *err);

/* Ends it and its channel; the record stays. */
void pf_call_abandon(pf_call *c);
void pf_call_free(pf_call *c);

/* Metadata as {key: value, or [values]}; new reference. */
json_t *pf_call_metadata_json(const rp_metadata *m);

#endif
