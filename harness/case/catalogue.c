#include "harness/case/case.h"

#include "harness/data/yaml.h"
#include "reference/base/embed.h"
#include <string.h>

/* Constant once loaded, before anything else begins. */
static pf_yaml *catalogue;
static json_t *by_id;

rp_code pf_catalogue_load(rp_err *err)
{
    rp_code rc = RP_ENOTFOUND;
    size_t i;
    json_t *entry;

    for (size_t k = 0; k < rp_embed_fixtures_count; k++) {
        const rp_embed *e = &rp_embed_fixtures[k];

        if (strcmp(e->path, "requirements.yaml") == 0)
            rc = pf_yaml_parse("fixtures/requirements.yaml",
                               rp_slice_of(e->data, (size_t)(e->end - e->data)),
                               &catalogue, err);
    }
    if (rc != RP_OK)
        return rc;
    by_id = json_object();
    json_array_foreach(pf_yaml_root(catalogue), i, entry) json_object_set(
        by_id, json_string_value(json_object_get(entry, "id")), entry);
    return RP_OK;
}

void pf_catalogue_free(void)
{
    json_decref(by_id);
    pf_yaml_free(catalogue);
    by_id = NULL;
    catalogue = NULL;
}

const json_t *pf_catalogue_find(const char *id)
{
    return json_object_get(by_id, id);
}
