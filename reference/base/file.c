#include "reference/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

static rp_code read_all(int fd, const char *path, size_t max, rp_buf *out,
                        rp_err *err)
{
    size_t start = out->len;

    for (;;) {
        ssize_t got = read(fd, rp_buf_reserve(out, CHUNK), CHUNK);

        if (got == 0)
            return RP_OK;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rp_fail(err, RP_EIO, "%s: %s", path, strerror(errno));
        rp_buf_commit(out, (size_t)got);
        if (out->len - start > max)
            return rp_fail(err, RP_ELIMIT, "%s: larger than %zu octets", path,
                           max);
    }
}

rp_code rp_file_read(const char *path, size_t max, rp_buf *out, rp_err *err)
{
    int fd = STDIN_FILENO;
    rp_code rc;

    if (strcmp(path, "-") == 0)
        return read_all(fd, "standard input", max, out, err);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rp_fail(err, errno == ENOENT ? RP_ENOTFOUND : RP_EIO, "%s: %s",
                       path, strerror(errno));
    rc = read_all(fd, path, max, out, err);
    close(fd);
    return rc;
}

static rp_code write_all(int fd, const char *path, rp_slice text, rp_err *err)
{
    while (text.len > 0) {
        ssize_t put = write(fd, text.data, text.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return rp_fail(err, RP_EIO, "%s: %s", path, strerror(errno));
        text = rp_slice_sub(text, (size_t)put, text.len);
    }
    return RP_OK;
}

rp_code rp_file_write(const char *path, rp_slice text, rp_err *err)
{
    char *temp = rp_mem_printf("%s.%ld.tmp", path, (long)getpid());
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    rp_code rc;

    if (fd < 0) {
        rc = rp_fail(err, RP_EIO, "%s: %s", path, strerror(errno));
        goto out;
    }
    rc = write_all(fd, path, text, err);
    if (close(fd) != 0 && rc == RP_OK)
        rc = rp_fail(err, RP_EIO, "%s: %s", path, strerror(errno));
    if (rc == RP_OK && rename(temp, path) != 0)
        rc = rp_fail(err, RP_EIO, "%s: %s", path, strerror(errno));
    if (rc != RP_OK)
        unlink(temp);

out:
    rp_mem_free(temp);
    return rc;
}

rp_code rp_file_mkdirs(const char *path, rp_err *err)
{
    char *copy = rp_mem_dup_str(path);
    rp_code rc = RP_OK;

    for (char *p = copy + 1; rc == RP_OK; p++) {
        char kept = *p;

        if (kept != '/' && kept != '\0')
            continue;
        *p = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST)
            rc = rp_fail(err, RP_EIO, "%s: %s", copy, strerror(errno));
        *p = kept;
        if (kept == '\0')
            break;
    }
    rp_mem_free(copy);
    return rc;
}
