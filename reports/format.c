#include "reports/format.h"

#include <errno.h>
#include <string.h>

rp_code pf_format_find(const char *name, const pf_format **out, rp_err *err)
{
    rp_buf names = RP_BUF_INIT;
    rp_code rc;

    for (size_t i = 0; pf_format_registry[i]; i++) {
        if (strcmp(pf_format_registry[i]->name, name) == 0) {
            *out = pf_format_registry[i];
            rp_buf_clear(&names);
            return RP_OK;
        }
        rp_buf_printf(&names, " %s", pf_format_registry[i]->name);
    }
    rc = rp_fail(err, RP_ENOTFOUND, "no format \"%s\"; there are:%s", name,
                 rp_buf_str(&names));
    rp_buf_clear(&names);
    return rc;
}

rp_code pf_format_save(const pf_format *f, const pf_report *report,
                       const pf_format_opts *opts, const char *path,
                       rp_err *err)
{
    bool to_stdout = strcmp(path, "-") == 0;
    FILE *out = to_stdout ? stdout : fopen(path, "we");
    rp_code rc;

    if (!out)
        return rp_fail(err, RP_EIO, "cannot write %s: %s", path,
                       strerror(errno));
    rc = f->write(report, opts, out, err);
    if (rc == RP_OK && (fflush(out) != 0 || ferror(out)))
        rc = rp_fail(err, RP_EIO, "cannot write %s: %s", path, strerror(errno));
    if (!to_stdout)
        fclose(out);
    return rc;
}
