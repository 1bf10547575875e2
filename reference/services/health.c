/* grpc.health.v1.Health. */
#include <rpcref/services.h>

#include "grpc/health/v1/health.pb-c.h"
#include "grpc/health/v1/list.pb-c.h"
#include "reference/services/message.h"
#include <rpcref/mem.h>
#include <string.h>

/* gRFC A90: a longer list may be refused; ours is what others send. */
enum { LIST_MAX = 100, SERVICE_UNKNOWN = 3, NONE_SENT = -1 };

#define PREFIX "/grpc.health.v1.Health/"

typedef Grpc__Health__V1__HealthCheckRequest check_request;
typedef Grpc__Health__V1__HealthCheckResponse check_response;
typedef Grpc__Health__V1__HealthListResponse list_response;
typedef Grpc__Health__V1__HealthListResponse__StatusesEntry list_entry;

typedef struct entry {
    char *service;
    rp_serving status;
} entry;

/* A Watch that goes on; linked from before its request has come. */
typedef struct watcher {
    struct watcher *next;
    rp_health *health;
    rp_server_call *call;
    char *service; /* NULL: not known yet */
    int sent;      /* the last status told, or NONE_SENT */
} watcher;

struct rp_health {
    entry *entries;
    size_t count, cap;
    watcher *watchers;
};

rp_health *rp_health_new(void)
{
    rp_health *h = RP_NEW(rp_health);

    rp_health_set(h, "", RP_SERVING_YES);
    return h;
}

void rp_health_free(rp_health *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->count; i++)
        rp_mem_free(h->entries[i].service);
    rp_mem_free(h->entries);
    rp_mem_free(h);
}

static entry *find(const rp_health *h, const char *service)
{
    for (size_t i = 0; i < h->count; i++) {
        if (strcmp(h->entries[i].service, service) == 0)
            return &h->entries[i];
    }
    return NULL;
}

static void send_status(rp_server_call *call, int status)
{
    check_response out = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;

    out.status = (Grpc__Health__V1__HealthCheckResponse__ServingStatus)status;
    rp_message_send(call, &out.base, false);
}

/* --- Watch ---------------------------------------------------------------- */

/* Tells the present status unless it is known; with no room for it, the latest
 * is told when there is. */
static void tell(watcher *w)
{
    entry *e;
    int status;

    if (w->service == NULL || rp_server_call_is_blocked(w->call))
        return;
    e = find(w->health, w->service);
    status = e != NULL ? (int)e->status : SERVICE_UNKNOWN;
    if (status == w->sent)
        return;
    w->sent = status;
    send_status(w->call, status);
}

static void tell_all(rp_health *h)
{
    for (watcher *w = h->watchers; w != NULL; w = w->next)
        tell(w);
}

static void watch_on_message(rp_server_call *call, rp_slice message,
                             bool packed, void *user)
{
    watcher *w = user;
    check_request *in = rp_message_receive(
        call, &grpc__health__v1__health_check_request__descriptor, message);

    (void)packed;
    if (in == NULL)
        return;
    w->service = rp_mem_dup_str(in->service);
    grpc__health__v1__health_check_request__free_unpacked(in, NULL);
    tell(w);
}

static void watch_on_sent(rp_server_call *call, void *user)
{
    (void)call;
    tell(user);
}

static void watch_on_done(rp_server_call *call, bool cancelled, void *user)
{
    watcher *w = user;
    watcher **at = &w->health->watchers;

    (void)call;
    (void)cancelled;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    rp_mem_free(w->service);
    rp_mem_free(w);
}

static void watch_start(rp_server_call *call, void *user)
{
    static const rp_server_call_events events = {
        .on_message = watch_on_message,
        .on_sent = watch_on_sent,
        .on_done = watch_on_done,
    };
    rp_health *h = user;
    watcher *w = RP_NEW(watcher);

    w->health = h;
    w->call = call;
    w->sent = NONE_SENT;
    w->next = h->watchers;
    h->watchers = w;
    rp_server_call_set_events(call, &events, w);
    rp_server_call_receive(call);
}

/* --- Check and List ------------------------------------------------------- */

static void check_on_message(rp_server_call *call, rp_slice message,
                             bool packed, void *user)
{
    check_request *in = rp_message_receive(
        call, &grpc__health__v1__health_check_request__descriptor, message);
    entry *e;

    (void)packed;
    if (in == NULL)
        return;
    e = find(user, in->service);
    if (e != NULL) {
        send_status(call, (int)e->status);
        rp_server_call_finish(call, NULL, NULL, NULL);
    } else {
        rp_server_call_fail(call, RP_STATUS_NOT_FOUND, "unknown service");
    }
    grpc__health__v1__health_check_request__free_unpacked(in, NULL);
}

static void send_list(rp_server_call *call, const rp_health *h)
{
    list_response out = GRPC__HEALTH__V1__HEALTH_LIST_RESPONSE__INIT;
    check_response statuses[LIST_MAX];
    list_entry entries[LIST_MAX];
    list_entry *pointers[LIST_MAX];

    out.n_statuses = h->count;
    out.statuses = pointers;
    for (size_t i = 0; i < h->count; i++) {
        grpc__health__v1__health_check_response__init(&statuses[i]);
        grpc__health__v1__health_list_response__statuses_entry__init(
            &entries[i]);
        statuses[i].status =
            (Grpc__Health__V1__HealthCheckResponse__ServingStatus)h->entries[i]
                .status;
        entries[i].key = h->entries[i].service;
        entries[i].value = &statuses[i];
        pointers[i] = &entries[i];
    }
    rp_message_send(call, &out.base, false);
}

static void list_on_message(rp_server_call *call, rp_slice message, bool packed,
                            void *user)
{
    const rp_health *h = user;
    void *in = rp_message_receive(
        call, &grpc__health__v1__health_list_request__descriptor, message);

    (void)packed;
    if (in == NULL)
        return;
    protobuf_c_message_free_unpacked(in, NULL);
    if (h->count > LIST_MAX) {
        rp_server_call_fail(call, RP_STATUS_RESOURCE_EXHAUSTED,
                            "more than %d services", LIST_MAX);
        return;
    }
    send_list(call, h);
    rp_server_call_finish(call, NULL, NULL, NULL);
}

static void check_start(rp_server_call *call, void *user)
{
    static const rp_server_call_events events = {.on_message =
                                                     check_on_message};

    rp_server_call_set_events(call, &events, user);
    rp_server_call_receive(call);
}

static void list_start(rp_server_call *call, void *user)
{
    static const rp_server_call_events events = {.on_message = list_on_message};

    rp_server_call_set_events(call, &events, user);
    rp_server_call_receive(call);
}

/* --- the statuses --------------------------------------------------------- */

void rp_health_set(rp_health *h, const char *service, rp_serving status)
{
    entry *e = find(h, service);

    if (e == NULL) {
        h->entries =
            rp_mem_grow(h->entries, h->count, &h->cap, sizeof(*h->entries));
        e = &h->entries[h->count++];
        e->service = rp_mem_dup_str(service);
    }
    e->status = status;
    tell_all(h);
}

void rp_health_forget(rp_health *h, const char *service)
{
    entry *e = find(h, service);

    if (e == NULL)
        return;
    rp_mem_free(e->service);
    *e = h->entries[--h->count];
    tell_all(h);
}

bool rp_services_health(void *health, const char *method,
                        rp_method_handler *out)
{
    static const struct {
        const char *path;
        bool response_streaming;
        void (*start)(rp_server_call *call, void *user);
    } methods[] = {
        {PREFIX "Check", false, check_start},
        {PREFIX "Watch", true, watch_start},
        {PREFIX "List", false, list_start},
    };

    for (size_t i = 0; i < RP_COUNT(methods); i++) {
        if (strcmp(methods[i].path, method) != 0)
            continue;
        out->request_streaming = false;
        out->response_streaming = methods[i].response_streaming;
        out->start = methods[i].start;
        out->user_data = health;
        return true;
    }
    return false;
}
