#include "harness/case/catalogue.h"

#include "harness/data/yaml.h"
#include "reference/base/embed.h"
#include <rpcref/mem.h>
#include <string.h>

struct pf_catalogue {
    pf_yaml *yaml;
    json_t *by_id;
};

static rp_code parse_embedded(pf_yaml **out, rp_err *err)
{
    for (size_t i = 0; i < rp_embed_fixtures_count; i++) {
        const rp_embed *e = &rp_embed_fixtures[i];

        if (strcmp(e->path, "requirements.yaml") == 0)
            return pf_yaml_parse(
                "fixtures/requirements.yaml",
                rp_slice_of(e->data, (size_t)(e->end - e->data)), out, err);
    }
    return rp_fail(err, RP_ENOTFOUND,
                   "fixtures/requirements.yaml is not built in");
}

rp_code pf_catalogue_load(pf_catalogue **out, rp_err *err)
{
    pf_yaml *yaml = NULL;
    rp_code rc = parse_embedded(&yaml, err);
    size_t i;
    json_t *entry;

    *out = NULL;
    if (rc != RP_OK)
        return rc;
    *out = RP_NEW(pf_catalogue);
    (*out)->yaml = yaml;
    (*out)->by_id = json_object();
    json_array_foreach(pf_yaml_root(yaml), i, entry)
    {
        const json_t *id = json_object_get(entry, "id");

        json_object_set((*out)->by_id, json_string_value(id), entry);
    }
    return RP_OK;
}

void pf_catalogue_free(pf_catalogue *c)
{
    if (c == NULL)
        return;
    json_decref(c->by_id);
    pf_yaml_free(c->yaml);
    rp_mem_free(c);
}

const json_t *pf_catalogue_find(const pf_catalogue *c, const char *id)
{
    return json_object_get(c->by_id, id);
}

const json_t *pf_catalogue_entries(const pf_catalogue *c)
{
    return pf_yaml_root(c->yaml);
}
