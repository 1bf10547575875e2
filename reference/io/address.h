/* address.h - where a channel connects to and a server listens.
 *
 * Threads: any. Spec: grpc/grpc doc/naming.md. */
#ifndef REFERENCE_IO_ADDRESS_H
#define REFERENCE_IO_ADDRESS_H

#include <rpcref/error.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A target as it was written, taken apart. */
typedef struct rp_target {
    bool is_unix;
    char host[256]; /* name or number, without brackets */
    int port;
    char path[108]; /* of a Unix socket */
} rp_target;

/* One resolved address. */
typedef struct rp_address {
    struct sockaddr_storage addr;
    socklen_t len;
} rp_address;

/* Reads "HOST:PORT", "[IPV6]:PORT", "dns:///HOST:PORT", "dns:HOST:PORT",
 * "ipv4:A:PORT", "ipv6:[A]:PORT", "unix:PATH", "unix:///PATH".
 * Errors: RP_EINVAL, saying what is wrong with it. */
rp_code rp_target_parse(const char *text, rp_target *out, rp_err *err);

/* "ipv4:1.2.3.4:5" and the like; always NUL-terminated. */
void rp_address_format(const rp_address *a, char *out, size_t size);

/* The address of a Unix socket. */
void rp_address_of_unix(const char *path, rp_address *out);

#endif
