#include <rpcref/error.h>

#include <stdio.h>
#include <string.h>

const char *rp_code_text(rp_code code)
{
    switch (code) {
#define RP_CODE_CASE(name, text)                                               \
    case name:                                                                 \
        return text;
        RP_CODE_MAP(RP_CODE_CASE)
#undef RP_CODE_CASE
    }
    return "unknown error";
}

rp_code rp_fail(rp_err *err, rp_code code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    rp_vfail(err, code, fmt, args);
    va_end(args);
    return code;
}

rp_code rp_vfail(rp_err *err, rp_code code, const char *fmt, va_list args)
{
    if (err != NULL) {
        err->code = code;
        vsnprintf(err->text, sizeof(err->text), fmt, args);
    }
    return code;
}

rp_code rp_err_context(rp_err *err, const char *fmt, ...)
{
    char former[RP_ERR_TEXT_MAX];
    size_t used;
    va_list args;

    if (err == NULL)
        return RP_OK;
    memcpy(former, err->text, sizeof(former));
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    used = strlen(err->text);
    snprintf(err->text + used, sizeof(err->text) - used, ": %s", former);
    return err->code;
}
