#include "harness/drivers/reference.h"

#include "reference/base/embed.h"
#include <rpcref/mem.h>
#include <rpcref/services.h>

struct pf_reference {
    rp_server *server;
    rp_health *health;
    rp_reflection *reflection;
};

static const char *const services[] = {
    "grpc.testing.TestService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
};

static void mount(pf_reference *r)
{
    for (size_t i = 0; i < RP_COUNT(services); i++) {
        rp_health_set(r->health, services[i], RP_SERVING_YES);
        rp_reflection_add_service(r->reflection, services[i]);
    }
    rp_server_add_lookup(r->server, rp_services_interop, NULL);
    rp_server_add_lookup(r->server, rp_services_health, r->health);
    rp_server_add_lookup(r->server, rp_services_reflection, r->reflection);
}

rp_code pf_reference_new(rp_runtime *rt, const rp_server_opts *opts,
                         pf_reference **out, rp_err *err)
{
    const rp_embed *set = &rp_embed_descriptors[0];
    pf_reference *r = RP_NEW(pf_reference);
    rp_code rc;

    *out = NULL;
    r->health = rp_health_new();
    rc = rp_reflection_new(
        rp_slice_of(set->data, (size_t)(set->end - set->data)), &r->reflection,
        err);
    if (rc == RP_OK)
        rc = rp_server_new(rt, opts, &r->server, err);
    if (rc == RP_OK) {
        mount(r);
        *out = r;
        r = NULL;
    }
    pf_reference_free(r);
    return rc;
}

rp_server *pf_reference_server(pf_reference *r)
{
    return r->server;
}

void pf_reference_stop(pf_reference *r, rp_nanos grace, rp_task_fn stopped,
                       void *arg)
{
    rp_health_set(r->health, "", RP_SERVING_NO);
    for (size_t i = 0; i < RP_COUNT(services); i++)
        rp_health_set(r->health, services[i], RP_SERVING_NO);
    rp_server_stop(r->server, grace, stopped, arg);
}

void pf_reference_free(pf_reference *r)
{
    if (r == NULL)
        return;
    rp_server_free(r->server);
    rp_health_free(r->health);
    rp_reflection_free(r->reflection);
    rp_mem_free(r);
}
