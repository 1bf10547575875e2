/* file.h - whole files in and out, with a limit and a sentence on failure.
 *
 * Threads: any. */
#ifndef REFERENCE_BASE_FILE_H
#define REFERENCE_BASE_FILE_H

#include <rpcref/error.h>
#include <rpcref/slice.h>

/* Appends the contents of the file at `path` ("-": standard input) to *out.
 * Errors: RP_ENOTFOUND or RP_EIO when it cannot be opened or read, RP_ELIMIT
 * when it holds more than `max` octets. */
rp_code rp_file_read(const char *path, size_t max, rp_buf *out, rp_err *err);

/* Replaces the file at `path`: a reader sees the old contents or the new.
 * Errors: RP_EIO. */
rp_code rp_file_write(const char *path, rp_slice text, rp_err *err);

/* Makes a directory and those above it; present ones are fine.
 * Errors: RP_EIO. */
rp_code rp_file_mkdirs(const char *path, rp_err *err);

#endif
