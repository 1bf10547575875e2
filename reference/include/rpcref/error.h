/* error.h - how functions say that something outside went wrong.
 *
 * Four kinds are never mixed: a bug in the library aborts; trouble outside is
 * an rp_code with a sentence in an rp_err; the outcome of a call is an
 * rp_status, which is a value; the judgement of a case is a verdict.
 *
 * Threads: values only, no shared state. */
#ifndef RPCREF_ERROR_H
#define RPCREF_ERROR_H

#include <stdarg.h>
#include <stddef.h>

/* Every code with the phrase that names it; RP_OK is 0. */
#define RP_CODE_MAP(X)                                                         \
    X(RP_OK, "ok")                                                             \
    X(RP_EINVAL, "invalid argument")                                           \
    X(RP_EPARSE, "malformed input")                                            \
    X(RP_EIO, "input/output error")                                            \
    X(RP_EPROTO, "protocol error")                                             \
    X(RP_ETLS, "TLS error")                                                    \
    X(RP_ELIMIT, "limit exceeded")                                             \
    X(RP_ETIMEOUT, "timed out")                                                \
    X(RP_ECANCELLED, "cancelled")                                              \
    X(RP_ECLOSED, "closed")                                                    \
    X(RP_ESTATE, "not allowed in this state")                                  \
    X(RP_ETHREAD, "not allowed on this thread")                                \
    X(RP_EBUSY, "in use")                                                      \
    X(RP_EAGAIN, "not now")                                                    \
    X(RP_ENOTFOUND, "not found")                                               \
    X(RP_EUNSUPPORTED, "not supported")

typedef enum rp_code {
#define RP_CODE_ENUM(name, text) name,
    RP_CODE_MAP(RP_CODE_ENUM)
#undef RP_CODE_ENUM
} rp_code;

/* Room for a sentence with its final NUL; longer ones are cut. */
#define RP_ERR_TEXT_MAX 768

/* A code with the sentence written where the facts were known. Plain value:
 * nothing to free. Initialise with RP_ERR_INIT. */
typedef struct rp_err {
    rp_code code;
    char text[RP_ERR_TEXT_MAX];
} rp_err;

#define RP_ERR_INIT                                                            \
    {                                                                          \
        RP_OK, ""                                                              \
    }

#if defined(__GNUC__)
#define RP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define RP_PRINTF(fmt, args)
#endif

/* Returns the phrase for a code; never NULL. */
const char *rp_code_text(rp_code code);

/* Writes the sentence into err (which may be NULL) and returns `code`, so that
 * a failing function can say `return rp_fail(err, RP_EPARSE, "...")`. */
rp_code rp_fail(rp_err *err, rp_code code, const char *fmt, ...)
    RP_PRINTF(3, 4);

/* The same with a va_list. */
rp_code rp_vfail(rp_err *err, rp_code code, const char *fmt, va_list args)
    RP_PRINTF(3, 0);

/* Puts "context: " before the sentence in err, at a boundary (a file, a case,
 * a connection). Returns err's code; RP_OK when err is NULL. */
rp_code rp_err_context(rp_err *err, const char *fmt, ...) RP_PRINTF(2, 3);

#endif
