#include "reference/io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rp_code parse_unix(const char *path, rp_target *out, rp_err *err)
{
    if (strncmp(path, "//", 2) == 0)
        path += 2;
    if (path[0] == '\0' || strlen(path) >= sizeof(out->path))
        return rp_fail(err, RP_EINVAL,
                       "'unix:%.200s': a path of 1 to %zu "
                       "octets is needed",
                       path, sizeof(out->path) - 1);
    out->is_unix = true;
    snprintf(out->path, sizeof(out->path), "%s", path);
    return RP_OK;
}

static rp_code parse_port(const char *text, const char *whole, int *out,
                          rp_err *err)
{
    char *end;
    long port = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || port < 0 || port > 65535)
        return rp_fail(err, RP_EINVAL,
                       "'%.200s': the port must be a number from 0 to 65535",
                       whole);
    *out = (int)port;
    return RP_OK;
}

static rp_code parse_host_port(const char *text, const char *whole,
                               rp_target *out, rp_err *err)
{
    const char *host = text;
    const char *colon = strrchr(text, ':');
    size_t len;

    if (colon == NULL)
        return rp_fail(err, RP_EINVAL,
                       "'%.200s': HOST:PORT is needed, and there is no port",
                       whole);
    len = (size_t)(colon - host);
    if (host[0] == '[') {
        if (len < 2 || host[len - 1] != ']')
            return rp_fail(err, RP_EINVAL, "'%.200s': a bracket is missing",
                           whole);
        host++;
        len -= 2;
    } else if (memchr(host, ':', len) != NULL) {
        return rp_fail(err, RP_EINVAL,
                       "'%.200s': an IPv6 address needs brackets", whole);
    }
    if (len == 0 || len >= sizeof(out->host))
        return rp_fail(err, RP_EINVAL, "'%.200s': the host is missing", whole);
    memcpy(out->host, host, len);
    out->host[len] = '\0';
    return parse_port(colon + 1, whole, &out->port, err);
}

rp_code rp_target_parse(const char *text, rp_target *out, rp_err *err)
{
    const char *rest = text;

    memset(out, 0, sizeof(*out));
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, out, err);
    if (strncmp(text, "dns:", 4) == 0) {
        rest += 4;
        if (strncmp(rest, "///", 3) == 0)
            rest += 3;
    } else if (strncmp(text, "ipv4:", 5) == 0 ||
               strncmp(text, "ipv6:", 5) == 0) {
        rest += 5;
    }
    if (strstr(rest, "//") != NULL)
        return rp_fail(err, RP_EINVAL,
                       "'%.200s': no such scheme; HOST:PORT, dns:///, ipv4:, "
                       "ipv6: and unix: are known",
                       text);
    return parse_host_port(rest, text, out, err);
}

void rp_address_format(const rp_address *a, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (a->addr.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)&a->addr;

        inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
        snprintf(out, size, "ipv4:%s:%d", host, ntohs(in->sin_port));
    } else if (a->addr.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)&a->addr;

        inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
        snprintf(out, size, "ipv6:[%s]:%d", host, ntohs(in->sin6_port));
    } else {
        const struct sockaddr_un *un = (const void *)&a->addr;

        snprintf(out, size, "unix:%.107s", un->sun_path);
    }
}

void rp_address_of_unix(const char *path, rp_address *out)
{
    struct sockaddr_un *un = (void *)&out->addr;

    memset(out, 0, sizeof(*out));
    un->sun_family = AF_UNIX;
    snprintf(un->sun_path, sizeof(un->sun_path), "%s", path);
    out->len = sizeof(*un);
}
