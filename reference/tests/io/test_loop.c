#include "reference/tests/test.h"

#include "reference/io/loop.h"
#include <pthread.h>
#include <rpcref/call.h>
#include <rpcref/server.h>
#include <rpcref/services.h>

enum { THREADS = 8, POSTS = 1000 };

typedef struct counter {
    rp_runtime *rt;
    long value; /* touched on the loop's thread only */
} counter;

static void add_one(void *arg)
{
    counter *c = arg;

    assert_true(rp_runtime_on_thread(c->rt));
    c->value++;
}

static void *post_many(void *arg)
{
    counter *c = arg;

    for (int i = 0; i < POSTS; i++)
        rp_runtime_post(c->rt, add_one, c);
    return NULL;
}

static void posts_from_many_threads_all_run(void **state)
{
    pthread_t threads[THREADS];
    counter c = {0};

    (void)state;
    assert_int_equal(rp_runtime_new(&c.rt, NULL), RP_OK);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, post_many, &c);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    rp_runtime_run(c.rt, add_one, &c); /* behind all that were posted */
    assert_int_equal(c.value, THREADS * POSTS + 1);
    assert_false(rp_runtime_on_thread(c.rt));
    rp_runtime_free(c.rt);
}

/* A server on one thread, a client on another. */
typedef struct pair {
    rp_runtime *server_rt, *client_rt;
    rp_server *server;
    rp_channel *channel;
    rp_call *call;
    int port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done, stopped; /* under lock */
    rp_status_code code;
} pair;

static void set(pair *p, bool *flag)
{
    pthread_mutex_lock(&p->lock);
    *flag = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void await(pair *p, const bool *flag)
{
    pthread_mutex_lock(&p->lock);
    while (!*flag)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void start_server(void *arg)
{
    pair *p = arg;

    rp_server_new(p->server_rt, NULL, &p->server, NULL);
    rp_server_add_lookup(p->server, rp_services_interop, NULL);
    rp_server_add_port(p->server, "127.0.0.1:0", NULL, &p->port, NULL);
}

static void on_done(rp_call *call, const rp_status *s, const rp_metadata *md,
                    void *user)
{
    pair *p = user;

    (void)call;
    (void)md;
    p->code = s->code;
    set(p, &p->done);
}

static void start_call(void *arg)
{
    static const rp_call_events events = {.on_done = on_done};
    pair *p = arg;
    char target[64];
    rp_call_opts opts = {.method = "/grpc.testing.TestService/EmptyCall",
                         .single_response = true,
                         .events = &events,
                         .user_data = p};

    snprintf(target, sizeof(target), "127.0.0.1:%d", p->port);
    rp_channel_new(p->client_rt, target, NULL, &p->channel, NULL);
    rp_call_start(p->channel, &opts, &p->call, NULL);
    rp_call_receive(p->call);
    rp_call_send(p->call, rp_slice_of(NULL, 0), false, NULL);
    rp_call_half_close(p->call);
}

static void close_client(void *arg)
{
    pair *p = arg;

    rp_call_unref(p->call);
    rp_channel_close(p->channel);
    rp_channel_unref(p->channel);
}

static void on_stopped(void *arg)
{
    pair *p = arg;

    rp_server_free(p->server);
    set(p, &p->stopped);
}

static void stop_server(void *arg)
{
    pair *p = arg;

    rp_server_stop(p->server, 0, on_stopped, p);
}

static void runtimes_with_threads_of_their_own_talk(void **state)
{
    pair p = {.lock = PTHREAD_MUTEX_INITIALIZER,
              .changed = PTHREAD_COND_INITIALIZER};

    (void)state;
    assert_int_equal(rp_runtime_new(&p.server_rt, NULL), RP_OK);
    assert_int_equal(rp_runtime_new(&p.client_rt, NULL), RP_OK);
    rp_runtime_run(p.server_rt, start_server, &p);
    rp_runtime_run(p.client_rt, start_call, &p);
    await(&p, &p.done);
    assert_int_equal(p.code, RP_STATUS_OK);
    rp_runtime_run(p.client_rt, close_client, &p);
    rp_runtime_run(p.server_rt, stop_server, &p);
    await(&p, &p.stopped);
    rp_runtime_free(p.client_rt);
    rp_runtime_free(p.server_rt);
}

RP_TEST_MAIN(cmocka_unit_test(posts_from_many_threads_all_run),
             cmocka_unit_test(runtimes_with_threads_of_their_own_talk))
