/* frame.h - HTTP/2 frames, written and read by hand.
 *
 * Nothing here refuses to write what is illegal: any type, flag, length or
 * stream id goes out as it is told. Reading takes octets in pieces of any
 * size and holds at most one frame.
 *
 * Threads: one at a time. Spec: RFC 9113 sections 4 to 6. */
#ifndef HARNESS_WIRE_FRAME_H
#define HARNESS_WIRE_FRAME_H

#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>

/* Frame types, error codes and settings: each with its number and the name
 * the RFC gives it. */
#define PF_FRAME_TYPE_MAP(X)                                                   \
    X(DATA, 0x0)                                                               \
    X(HEADERS, 0x1)                                                            \
    X(PRIORITY, 0x2)                                                           \
    X(RST_STREAM, 0x3)                                                         \
    X(SETTINGS, 0x4)                                                           \
    X(PUSH_PROMISE, 0x5)                                                       \
    X(PING, 0x6)                                                               \
    X(GOAWAY, 0x7)                                                             \
    X(WINDOW_UPDATE, 0x8)                                                      \
    X(CONTINUATION, 0x9)

#define PF_H2_ERROR_MAP(X)                                                     \
    X(NO_ERROR, 0x0)                                                           \
    X(PROTOCOL_ERROR, 0x1)                                                     \
    X(INTERNAL_ERROR, 0x2)                                                     \
    X(FLOW_CONTROL_ERROR, 0x3)                                                 \
    X(SETTINGS_TIMEOUT, 0x4)                                                   \
    X(STREAM_CLOSED, 0x5)                                                      \
    X(FRAME_SIZE_ERROR, 0x6)                                                   \
    X(REFUSED_STREAM, 0x7)                                                     \
    X(CANCEL, 0x8)                                                             \
    X(COMPRESSION_ERROR, 0x9)                                                  \
    X(CONNECT_ERROR, 0xa)                                                      \
    X(ENHANCE_YOUR_CALM, 0xb)                                                  \
    X(INADEQUATE_SECURITY, 0xc)                                                \
    X(HTTP_1_1_REQUIRED, 0xd)

#define PF_SETTING_MAP(X)                                                      \
    X(HEADER_TABLE_SIZE, 0x1)                                                  \
    X(ENABLE_PUSH, 0x2)                                                        \
    X(MAX_CONCURRENT_STREAMS, 0x3)                                             \
    X(INITIAL_WINDOW_SIZE, 0x4)                                                \
    X(MAX_FRAME_SIZE, 0x5)                                                     \
    X(MAX_HEADER_LIST_SIZE, 0x6)                                               \
    X(ENABLE_CONNECT_PROTOCOL, 0x8)                                            \
    X(NO_RFC7540_PRIORITIES, 0x9)                                              \
    X(GRPC_TRUE_BINARY_METADATA, 0xfe03)

enum {
#define PF_FRAME_TYPE_ENUM(name, number) PF_FRAME_##name = (number),
    PF_FRAME_TYPE_MAP(PF_FRAME_TYPE_ENUM)
#undef PF_FRAME_TYPE_ENUM
#define PF_H2_ERROR_ENUM(name, number) PF_H2_##name = (number),
        PF_H2_ERROR_MAP(PF_H2_ERROR_ENUM)
#undef PF_H2_ERROR_ENUM
#define PF_SETTING_ENUM(name, number) PF_SETTING_##name = (number),
            PF_SETTING_MAP(PF_SETTING_ENUM)
#undef PF_SETTING_ENUM
};

/* Flags; ACK and END_STREAM share a bit. */
enum {
    PF_FLAG_ACK = 0x01,
    PF_FLAG_END_STREAM = 0x01,
    PF_FLAG_END_HEADERS = 0x04,
    PF_FLAG_PADDED = 0x08,
    PF_FLAG_PRIORITY = 0x20,
};

enum {
    PF_FRAME_HEAD = 9,             /* octets before the payload */
    PF_FRAME_SIZE_DEFAULT = 16384, /* MAX_FRAME_SIZE until raised */
    PF_FRAME_SIZE_MOST = 0xffffff, /* what 24 bits can say */
    PF_WINDOW_DEFAULT = 65535,     /* stream and connection */
    PF_WINDOW_MOST = 0x7fffffff,   /* no window may pass it */
    PF_HEADER_TABLE_SIZE_DEFAULT = 4096,
};

/* The 24 octets a client begins with. */
#define PF_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
enum { PF_PREFACE_LEN = 24 };

/* One frame. A value; `payload` borrows. */
typedef struct pf_frame {
    uint32_t length; /* what the header says; need not be payload.len */
    uint8_t type;
    uint8_t flags;
    bool reserved; /* the bit before the stream id */
    uint32_t stream;
    rp_slice payload; /* padding and all */
} pf_frame;

/* --- names ---------------------------------------------------------------- */

/* The name of a number, or NULL when the RFC has none for it. */
const char *pf_frame_type_name(uint8_t type);
const char *pf_h2_error_name(uint32_t code);
const char *pf_setting_name(uint16_t id);

/* The number of a name, in capitals as above. False when there is none. */
bool pf_frame_type_find(const char *name, uint8_t *out);
bool pf_h2_error_find(const char *name, uint32_t *out);
bool pf_setting_find(const char *name, uint16_t *out);

/* The name of the flag that `bit` (one bit) is in frames of a type; NULL when
 * it is undefined there. */
const char *pf_frame_flag_name(uint8_t type, uint8_t bit);
bool pf_frame_flag_find(const char *name, uint8_t *out);

/* The flags that are defined for a type; 0xff for unknown types. */
uint8_t pf_frame_flags_defined(uint8_t type);

/* "PROTOCOL_ERROR", or "0x99" for a code without a name. */
void pf_h2_error_show(uint32_t code, rp_buf *out);
void pf_frame_type_show(uint8_t type, rp_buf *out);

/* --- writing -------------------------------------------------------------- */

/* A frame that tells the truth about its length. */
pf_frame pf_frame_of(uint8_t type, uint8_t flags, uint32_t stream,
                     rp_slice payload);

/* Appends the frame as it stands: header, then payload, whatever their
 * lengths. */
void pf_frame_write(rp_buf *out, const pf_frame *f);

/* Appends a whole frame: pf_frame_write() of pf_frame_of(). */
void pf_frame_put(rp_buf *out, uint8_t type, uint8_t flags, uint32_t stream,
                  rp_slice payload);

typedef struct pf_setting {
    uint16_t id;
    uint32_t value;
} pf_setting;

/* Frames with a fixed payload. */
void pf_frame_put_settings(rp_buf *out, const pf_setting *s, size_t count);
void pf_frame_put_settings_ack(rp_buf *out);
void pf_frame_put_ping(rp_buf *out, bool ack, const uint8_t data[8]);
void pf_frame_put_rst(rp_buf *out, uint32_t stream, uint32_t code);
void pf_frame_put_goaway(rp_buf *out, uint32_t last, uint32_t code,
                         rp_slice debug);
void pf_frame_put_window_update(rp_buf *out, uint32_t stream, uint32_t by);

/* A priority: weight is the octet on the wire (one less than the weight). */
typedef struct pf_priority {
    bool exclusive;
    uint32_t depends_on;
    uint8_t weight;
} pf_priority;

void pf_frame_put_priority(rp_buf *out, uint32_t stream, pf_priority p);

/* Appends `content` between its pad length and `padding` octets of value
 * `fill` (legal: 0), as the payload of a frame with PF_FLAG_PADDED. */
void pf_frame_pad(rp_buf *out, rp_slice content, uint8_t padding, uint8_t fill);

/* How a header block becomes frames. Zero is the ordinary way. */
typedef struct pf_headers_opts {
    bool end_stream;
    bool open;                   /* leave END_HEADERS off the last frame */
    bool padded;                 /* pad HEADERS (never CONTINUATION) */
    uint8_t padding;             /* with so many octets */
    const pf_priority *priority; /* NULL: none */
    const size_t *cuts;          /* offsets in the block, rising, where a new
                                    CONTINUATION begins; equal ones give empty frames */
    size_t cut_count;
    size_t max_frame;    /* also cut at this payload; 0: 16384 */
    uint8_t extra_flags; /* added to those of HEADERS */
    bool push_promise;   /* PUSH_PROMISE in place of HEADERS, for ... */
    uint32_t promised;   /* ... this stream */
} pf_headers_opts;

/* Appends HEADERS and as many CONTINUATION frames as the options call for.
 * `opts` may be NULL. */
void pf_frame_put_headers(rp_buf *out, uint32_t stream, rp_slice block,
                          const pf_headers_opts *opts);

/* Appends DATA frames of at most max_frame octets (0: 16384), the last with
 * END_STREAM if asked; one empty frame when there are no octets. */
void pf_frame_put_data(rp_buf *out, uint32_t stream, rp_slice octets,
                       bool end_stream, size_t max_frame);

/* --- reading -------------------------------------------------------------- */

/* The part of a payload between padding, pad length, priority fields and
 * promised stream id. Errors: RP_EPROTO when padding is as long as the rest
 * (RFC 9113 6.1, 6.2) or mandatory fields do not fit; *out is then empty. */
rp_code pf_frame_content(const pf_frame *f, rp_slice *out, rp_err *err);

/* Octets of padding, the pad-length octet not counted; 0 without padding. */
size_t pf_frame_padding(const pf_frame *f);

/* Big-endian numbers at an offset; 0 when they do not fit. */
uint16_t pf_frame_u16(rp_slice s, size_t at);
uint32_t pf_frame_u32(rp_slice s, size_t at);

/* Whether `s` begins with a whole frame header; fills all but the payload. */
bool pf_frame_read_head(rp_slice s, pf_frame *out);

typedef enum pf_read_kind {
    PF_READ_NONE,    /* more octets are needed */
    PF_READ_FRAME,   /* *frame */
    PF_READ_PREFACE, /* the client's preface, whole */
    PF_READ_RAW,     /* octets that are no HTTP/2; nothing else follows */
} pf_read_kind;

/* Takes octets and gives frames. Embedded; _init and _clear. */
typedef struct pf_frame_reader {
    rp_buf held;     /* the beginning of a frame */
    size_t given;    /* octets of `held` the caller has seen */
    size_t keep_max; /* longer payloads are cut to this */
    uint64_t skip;   /* octets of a cut frame still to be passed over */
    bool wants_preface;
    bool begun;   /* the preface or a frame has been read */
    bool raw;     /* not HTTP/2: everything is PF_READ_RAW */
    rp_slice fed; /* not yet looked at */
} pf_frame_reader;

/* from_client  a preface comes first.
 * keep_max     payload octets kept of a frame; longer frames come out whole in
 *              `length` and cut in `payload`. */
void pf_frame_reader_init(pf_frame_reader *r, bool from_client,
                          size_t keep_max);
void pf_frame_reader_clear(pf_frame_reader *r);

/* Gives octets, borrowed until pf_frame_reader_next() returns PF_READ_NONE,
 * which it must before the next feed. */
void pf_frame_reader_feed(pf_frame_reader *r, rp_slice octets);

/* The next thing. *frame and *octets (all of it, as on the wire, cut like the
 * payload) borrow until the next call. What a server sends is taken for raw
 * octets when it begins with "HTTP/1." or a TLS record. */
pf_read_kind pf_frame_reader_next(pf_frame_reader *r, pf_frame *frame,
                                  rp_slice *octets);

/* What is left of an unfinished frame, at the end of the connection. */
rp_slice pf_frame_reader_rest(const pf_frame_reader *r);

#endif
