/* transcript.h - everything that happened while one case ran, read back.
 *
 * Written by the harness' recorder, one JSON file a case:
 *
 *   {"schema":1, "case":"server/status/...",
 *    "peers":["rpcproof","target"],             left and right of the diagram
 *    "frames":[{"t_ms":0.4, "dir":"sent", "conn":0, "type":"HEADERS",
 *       "flags":["END_HEADERS"], "stream":1, "length":42,
 *       "summary":"POST /grpc.testing.TestService/UnaryCall",
 *       "headers":[[":method","POST"]],  decoded, in order
 *       "hex":"00002a01...",             the octets as on the wire, with the
 *                                        frame's 9-octet header; may be cut
 *       "note":"what is wrong with it", "offending":true}],
 *    "steps":[{"t_ms":0.1, "text":"call: UnaryCall", "line":7, "ok":true}],
 *    "timeline":[{"t_ms":3.0, "lane":"deadline", "text":"expires"}],
 *    "captured":"the target's own output",
 *    "tls":[{"conn":0, "keylog":"CLIENT_RANDOM ...\n",
 *       "records":[{"t_ms":0.2, "dir":"sent", "hex":"1603..."}]}]}
 *
 * Anything but the frames may be missing. "dir" is seen from rpcproof. Types
 * are the frame names of RFC 9113, "PREFACE" for the client's preface, "RAW"
 * for octets that are no frame, and "OPEN", "FIN", "RST" (no hex) for what
 * the connection did.
 *
 * Threads: one at a time. */
#ifndef REPORTS_TRANSCRIPT_H
#define REPORTS_TRANSCRIPT_H

#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>

/* One frame, or one thing a connection did. Borrows from the transcript. */
typedef struct pf_event {
    double t_ms; /* from the start of the case */
    bool sent;   /* by rpcproof; else received from the target */
    int conn;
    const char *type;
    const char *summary;
    const char *note;
    const char *hex;
    const json_t *flags;   /* array of names, or NULL */
    const json_t *headers; /* array of [name, value], or NULL */
    uint32_t stream;
    size_t length; /* of the payload, as the frame's header says */
    bool offending;
} pf_event;

typedef struct pf_transcript {
    json_t *doc; /* owned */
    pf_event *events;
    size_t count;
    const char *case_id;
    const char *peers[2];
    const char *captured;
    const json_t *steps; /* arrays, or NULL */
    const json_t *timeline;
    const json_t *tls;
} pf_transcript;

/* Larger files are refused. */
#define PF_TRANSCRIPT_MAX ((size_t)64 << 20)

/* Reads the file. *out is owned, NULL on error.
 * Errors: RP_ENOTFOUND, RP_EIO, RP_ELIMIT; RP_EPARSE when it is no
 * transcript. */
rp_code pf_transcript_load(const char *path, pf_transcript **out, rp_err *err);

/* The same from a value; takes a reference of its own. */
rp_code pf_transcript_of(json_t *doc, pf_transcript **out, rp_err *err);

void pf_transcript_free(pf_transcript *t);

/* One line about an event: "HEADERS stream=1 END_HEADERS 42: POST /x". */
void pf_event_line(const pf_event *e, rp_buf *out);

/* Appends the octets of a hex string; stops at what is no hex digit. */
void pf_event_octets(const char *hex, rp_buf *out);

#endif
