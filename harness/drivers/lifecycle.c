#include "harness/drivers/lifecycle.h"

#include "harness/drivers/reference.h"
#include <arpa/inet.h>
#include <errno.h>
#include <rpcref/mem.h>
#include <rpcref/time.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_LIMIT (20 * RP_SECOND)
#define STOP_LIMIT (5 * RP_SECOND)

enum { DYING_CHECKS = 30, DYING_PAUSE_US = 2000 };

struct pf_lifecycle {
    pf_reference *reference; /* embedded */
    uv_process_t process;
    bool spawned;
    bool exited;
    bool stopped;
    int64_t exit_status;
};

rp_code pf_lifecycle_embedded(rp_runtime *rt, pf_lifecycle **out,
                              char **address, rp_err *err)
{
    pf_lifecycle *l = RP_NEW(pf_lifecycle);
    int port;
    rp_code rc = pf_reference_new(rt, NULL, &l->reference, err);

    if (rc == RP_OK)
        rc = rp_server_add_port(pf_reference_server(l->reference),
                                "127.0.0.1:0", NULL, &port, err);
    if (rc != RP_OK) {
        pf_reference_free(l->reference);
        rp_mem_free(l);
        return rc;
    }
    *address = rp_mem_printf("127.0.0.1:%d", port);
    *out = l;
    return RP_OK;
}

static int open_local(int port, bool bind_it)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc;

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    rc = bind_it ? bind(fd, (struct sockaddr *)&addr, sizeof(addr))
                 : connect(fd, (struct sockaddr *)&addr, sizeof(addr));
    if (rc == 0)
        return fd;
    close(fd);
    return -1;
}

static int free_port(void)
{
    struct sockaddr_in addr = {0};
    socklen_t len = sizeof(addr);
    int fd = open_local(0, true);

    if (fd < 0)
        return 0;
    getsockname(fd, (struct sockaddr *)&addr, &len);
    close(fd);
    return ntohs(addr.sin_port);
}

/* The command with {port} filled in; freed by free_command(). */
static char **fill_command(char **command, int port)
{
    size_t count = 0;
    char **filled;

    while (command[count] != NULL)
        count++;
    filled = rp_mem_new((count + 1) * sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        const char *at = strstr(command[i], "{port}");

        filled[i] = at == NULL
                        ? rp_mem_dup_str(command[i])
                        : rp_mem_printf("%.*s%d%s", (int)(at - command[i]),
                                        command[i], port, at + 6);
    }
    return filled;
}

static void free_command(char **command)
{
    for (size_t i = 0; command[i] != NULL; i++)
        rp_mem_free(command[i]);
    rp_mem_free(command);
}

static void on_exit_status(uv_process_t *p, int64_t status, int sig)
{
    pf_lifecycle *l = p->data;

    l->exited = true;
    l->exit_status = sig != 0 ? 128 + sig : status;
}

static bool is_listening(int port)
{
    int fd = open_local(port, false);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

rp_code pf_lifecycle_spawn(uv_loop_t *loop, char **command, pf_lifecycle **out,
                           char **address, rp_err *err)
{
    pf_lifecycle *l = RP_NEW(pf_lifecycle);
    int port = free_port();
    char **filled = fill_command(command, port);
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    uv_process_options_t opts = {.file = filled[0],
                                 .args = filled,
                                 .flags = UV_PROCESS_DETACHED,
                                 .exit_cb = on_exit_status,
                                 .stdio = stdio,
                                 .stdio_count = 3};
    rp_nanos until = rp_time_now() + READY_LIMIT;
    int rc = uv_spawn(loop, &l->process, &opts);

    l->process.data = l;
    l->spawned = rc == 0;
    free_command(filled);
    while (rc == 0 && !l->exited && !is_listening(port) &&
           rp_time_now() < until) {
        uv_run(loop, UV_RUN_NOWAIT);
        usleep(10000); /* polls a foreign process, which has no event for it */
    }
    *out = l;
    *address = rp_mem_printf("127.0.0.1:%d", port);
    if (rc != 0)
        return rp_fail(err, RP_EIO, "%s: cannot be started: %s", command[0],
                       uv_strerror(rc));
    if (l->exited)
        return rp_fail(err, RP_EIO, "%s: ended with status %lld at start",
                       command[0], (long long)l->exit_status);
    if (!is_listening(port))
        return rp_fail(err, RP_EIO, "%s: does not listen on port %d",
                       command[0], port);
    return RP_OK;
}

static void on_stopped(void *arg)
{
    ((pf_lifecycle *)arg)->stopped = true;
}

static void on_process_closed(uv_handle_t *h)
{
    ((pf_lifecycle *)h->data)->stopped = true;
}

static void stop_process(uv_loop_t *loop, pf_lifecycle *l)
{
    rp_nanos until = rp_time_now() + STOP_LIMIT;
    pid_t group = -l->process.pid;

    if (!l->exited)
        kill(group, SIGTERM);
    while (!l->exited && rp_time_now() < until) {
        uv_run(loop, UV_RUN_NOWAIT);
        usleep(5000);
    }
    if (!l->exited)
        kill(group, SIGKILL);
    while (!l->exited)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&l->process, on_process_closed);
}

void pf_lifecycle_stop(uv_loop_t *loop, pf_lifecycle *l)
{
    if (l == NULL)
        return;
    if (l->reference != NULL)
        pf_reference_stop(l->reference, 0, on_stopped, l);
    else if (l->spawned)
        stop_process(loop, l);
    else
        l->stopped = true;
    while (!l->stopped)
        uv_run(loop, UV_RUN_ONCE);
    pf_reference_free(l->reference);
    rp_mem_free(l);
}

bool pf_lifecycle_is_dead(const pf_lifecycle *l)
{
    return l != NULL && l->spawned && l->exited;
}

bool pf_lifecycle_has_died(const pf_lifecycle *l)
{
    siginfo_t info;

    if (l == NULL || !l->spawned || l->exited)
        return pf_lifecycle_is_dead(l);
    /* a dying process closes its sockets some time before it can be reaped */
    for (int i = 0; i < DYING_CHECKS; i++) {
        memset(&info, 0, sizeof(info));
        if (waitid(P_PID, (id_t)l->process.pid, &info,
                   WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid != 0)
            return true;
        usleep(DYING_PAUSE_US);
    }
    return false;
}
