#include "harness/run/target.h"

bool pf_target_offers(const pf_target *t, const char *capability)
{
    return json_object_get(t->capabilities, capability) != NULL;
}
