#include "harness/run/target.h"

#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

static void set_text(json_t *names, const char *name, rp_slice text)
{
    json_object_set_new(names, name,
                        json_stringn((const char *)text.data, text.len));
}

void pf_target_set_address(pf_target *t, char *address)
{
    const char *colon = strrchr(address, ':');
    const char *host =
        strncmp(address, "dns:///", 7) == 0 ? address + 7 : address;

    rp_mem_free(t->address);
    t->address = address;
    if (t->names == NULL)
        t->names = json_object();
    set_text(t->names, "authority",
             rp_slice_str(t->authority != NULL ? t->authority : host));
    if (colon == NULL || colon < host)
        return;
    set_text(t->names, "host", rp_slice_of(host, (size_t)(colon - host)));
    json_object_set_new(t->names, "port",
                        json_integer(strtol(colon + 1, NULL, 10)));
}

bool pf_target_offers(const pf_target *t, const char *capability)
{
    return json_object_get(t->capabilities, capability) != NULL;
}
