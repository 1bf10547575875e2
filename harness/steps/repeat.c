/* repeat: a list of steps, several times over. The script walks the list; the
 * step itself has nothing to do. */
#include "harness/run/step.h"

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    (void)args;
    (void)again;
    pf_script_break(s, "steps are nested too deep");
    return PF_STEP_FAIL;
}

static const char *const keys[] = {"times", "steps", NULL};

const pf_step PF_STEP_repeat = {"repeat", keys, run, NULL};
