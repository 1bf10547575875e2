#include "reference/io/loop.h"

#include <pthread.h>
#include <rpcref/mem.h>
#include <uv.h>

typedef struct task {
    struct task *next;
    rp_task_fn fn;
    void *arg;
} task;

struct rp_runtime {
    uv_loop_t own;
    uv_loop_t *loop;
    uv_async_t wake;
    pthread_t thread;
    bool owned;
    pthread_mutex_t lock;
    task *first; /* under lock */
    task **last; /* under lock */
};

static void run_tasks(uv_async_t *wake)
{
    rp_runtime *rt = wake->data;
    task *t;

    pthread_mutex_lock(&rt->lock);
    t = rt->first;
    rt->first = NULL;
    rt->last = &rt->first;
    pthread_mutex_unlock(&rt->lock);
    while (t != NULL) {
        task *next = t->next;

        t->fn(t->arg);
        rp_mem_free(t);
        t = next;
    }
}

static void *run_loop(void *arg)
{
    rp_runtime *rt = arg;

    uv_run(rt->loop, UV_RUN_DEFAULT);
    return NULL;
}

static rp_runtime *runtime_init(uv_loop_t *loop)
{
    rp_runtime *rt = RP_NEW(rp_runtime);

    pthread_mutex_init(&rt->lock, NULL);
    rt->last = &rt->first;
    rt->loop = loop;
    rt->thread = pthread_self();
    return rt;
}

static void runtime_destroy(rp_runtime *rt)
{
    pthread_mutex_destroy(&rt->lock);
    rp_mem_free(rt);
}

rp_code rp_runtime_new(rp_runtime **out, rp_err *err)
{
    rp_runtime *rt = runtime_init(NULL);
    int rc;

    *out = NULL;
    rt->owned = true;
    rt->loop = &rt->own;
    rc = uv_loop_init(rt->loop);
    if (rc == 0)
        rc = uv_async_init(rt->loop, &rt->wake, run_tasks);
    if (rc != 0) {
        runtime_destroy(rt);
        return rp_fail(err, RP_EIO, "no event loop: %s", uv_strerror(rc));
    }
    rt->wake.data = rt;
    rc = pthread_create(&rt->thread, NULL, run_loop, rt);
    if (rc != 0) {
        uv_close((uv_handle_t *)&rt->wake, NULL);
        uv_run(rt->loop, UV_RUN_DEFAULT);
        uv_loop_close(rt->loop);
        runtime_destroy(rt);
        return rp_fail(err, RP_EIO, "no thread: error %d", rc);
    }
    *out = rt;
    return RP_OK;
}

rp_code rp_runtime_adopt(struct uv_loop_s *loop, rp_runtime **out, rp_err *err)
{
    rp_runtime *rt = runtime_init(loop);
    int rc = uv_async_init(loop, &rt->wake, run_tasks);

    *out = NULL;
    if (rc != 0) {
        runtime_destroy(rt);
        return rp_fail(err, RP_EIO, "no mailbox: %s", uv_strerror(rc));
    }
    rt->wake.data = rt;
    /* the host's loop ends when the host's own work does */
    uv_unref((uv_handle_t *)&rt->wake);
    *out = rt;
    return RP_OK;
}

static void on_wake_closed(uv_handle_t *h)
{
    rp_runtime *rt = h->data;

    if (!rt->owned)
        runtime_destroy(rt);
}

static void close_wake(void *arg)
{
    rp_runtime *rt = arg;

    uv_close((uv_handle_t *)&rt->wake, on_wake_closed);
}

void rp_runtime_free(rp_runtime *rt)
{
    if (rt == NULL)
        return;
    if (!rt->owned) {
        close_wake(rt);
        return;
    }
    rp_runtime_post(rt, close_wake, rt);
    pthread_join(rt->thread, NULL);
    uv_loop_close(rt->loop);
    runtime_destroy(rt);
}

void rp_runtime_post(rp_runtime *rt, rp_task_fn fn, void *arg)
{
    task *t = RP_NEW(task);

    t->fn = fn;
    t->arg = arg;
    pthread_mutex_lock(&rt->lock);
    *rt->last = t;
    rt->last = &t->next;
    pthread_mutex_unlock(&rt->lock);
    uv_async_send(&rt->wake);
}

typedef struct waited {
    rp_task_fn fn;
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t done_cond;
    bool done;
} waited;

static void run_waited(void *arg)
{
    waited *w = arg;

    w->fn(w->arg);
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->done_cond);
    pthread_mutex_unlock(&w->lock);
}

void rp_runtime_run(rp_runtime *rt, rp_task_fn fn, void *arg)
{
    waited w = {.fn = fn, .arg = arg};

    if (rp_runtime_on_thread(rt)) {
        fn(arg);
        return;
    }
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.done_cond, NULL);
    rp_runtime_post(rt, run_waited, &w);
    pthread_mutex_lock(&w.lock);
    while (!w.done)
        pthread_cond_wait(&w.done_cond, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.done_cond);
    pthread_mutex_destroy(&w.lock);
}

bool rp_runtime_on_thread(const rp_runtime *rt)
{
    return pthread_equal(rt->thread, pthread_self());
}

struct uv_loop_s *rp_runtime_loop(rp_runtime *rt)
{
    return rt->loop;
}

struct rp_timer {
    uv_timer_t handle;
    rp_task_fn fn;
    void *arg;
};

rp_timer *rp_timer_new(rp_runtime *rt, rp_task_fn fn, void *arg)
{
    rp_timer *t = RP_NEW(rp_timer);

    t->fn = fn;
    t->arg = arg;
    uv_timer_init(rt->loop, &t->handle);
    t->handle.data = t;
    return t;
}

static void on_timer(uv_timer_t *handle)
{
    rp_timer *t = handle->data;

    t->fn(t->arg);
}

void rp_timer_set(rp_timer *t, rp_nanos after)
{
    uint64_t ms;

    if (after == RP_FOREVER) {
        rp_timer_stop(t);
        return;
    }
    /* rounded up: a deadline is never early */
    ms = after <= 0 ? 0
                    : (uint64_t)((after + RP_MILLISECOND - 1) / RP_MILLISECOND);
    uv_update_time(t->handle.loop);
    uv_timer_start(&t->handle, on_timer, ms, 0);
}

void rp_timer_stop(rp_timer *t)
{
    uv_timer_stop(&t->handle);
}

static void on_timer_closed(uv_handle_t *h)
{
    rp_mem_free(h->data);
}

void rp_timer_free(rp_timer *t)
{
    if (t != NULL)
        uv_close((uv_handle_t *)&t->handle, on_timer_closed);
}
