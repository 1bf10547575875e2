#include "harness/drivers/call.h"

#include "harness/data/value.h"
#include <rpcref/mem.h>
#include <string.h>

json_t *pf_call_metadata_json(const rp_metadata *m)
{
    json_t *out = json_object();

    for (size_t i = 0; i < m->count; i++) {
        const rp_metadata_entry *e = &m->entries[i];
        json_t *value =
            json_stringn_nocheck((const char *)e->value.data, e->value.len);
        json_t *present = json_object_get(out, e->key);

        if (value == NULL)
            value = json_string("");
        if (present == NULL) {
            json_object_set_new_nocheck(out, e->key, value);
        } else if (json_is_array(present)) {
            json_array_append_new(present, value);
        } else {
            json_t *list = json_array();

            json_array_append(list, present);
            json_array_append_new(list, value);
            json_object_set_new_nocheck(out, e->key, list);
        }
    }
    return out;
}

static void wake(pf_call *c)
{
    if (c->script != NULL)
        pf_script_wake(c->script);
}

static void on_initial(rp_call *call, const rp_metadata *md, void *user)
{
    pf_call *c = user;

    (void)call;
    c->has_initial = true;
    json_decref(c->initial);
    c->initial = pf_call_metadata_json(md);
    wake(c);
}

static void on_message(rp_call *call, rp_slice message, bool packed, void *user)
{
    pf_call *c = user;
    json_t *v = NULL;

    if (c->method == NULL ||
        pf_message_decode(c->method->output, message, &v, NULL) != RP_OK)
        v = json_stringn_nocheck((const char *)message.data, message.len);
    json_array_append_new(c->messages, v != NULL ? v : json_string(""));
    json_array_append_new(c->packed, json_boolean(packed));
    rp_call_receive(call);
    wake(c);
}

static void on_sent(rp_call *call, void *user)
{
    pf_call *c = user;

    (void)call;
    c->sending = false;
    wake(c);
}

static void on_done(rp_call *call, const rp_status *status,
                    const rp_metadata *trailing, void *user)
{
    pf_call *c = user;

    c->done = true;
    c->sending = false;
    c->ended = rp_time_now();
    rp_status_copy(&c->status, status);
    rp_call_get_facts(call, &c->facts);
    json_decref(c->trailing);
    c->trailing = pf_call_metadata_json(trailing);
    wake(c);
}

static const rp_call_events call_events = {on_initial, on_message, on_sent,
                                           on_done};

static rp_code add_values(rp_metadata *md, const char *key, const json_t *v,
                          rp_err *err)
{
    rp_buf octets = RP_BUF_INIT;
    rp_code rc = RP_OK;

    if (json_is_array(v)) {
        for (size_t i = 0; rc == RP_OK && i < json_array_size(v); i++)
            rc = add_values(md, key, json_array_get(v, i), err);
        return rc;
    }
    rc = pf_value_octets(v, &octets, err);
    if (rc == RP_OK)
        rc = rp_metadata_add(md, key, rp_buf_slice(&octets), err);
    rp_buf_clear(&octets);
    return rc;
}

static rp_code read_metadata(const json_t *args, rp_metadata *md, rp_err *err)
{
    const char *key;
    json_t *v;

    json_object_foreach(json_object_get(args, "metadata"), key, v)
    {
        rp_code rc = add_values(md, key, v, err);

        if (rc != RP_OK)
            return rc;
    }
    return RP_OK;
}

static rp_compression read_compression(const json_t *args)
{
    const char *name = json_string_value(json_object_get(args, "compression"));
    rp_compression id = RP_COMPRESSION_DEFAULT;

    if (name != NULL)
        rp_compression_parse(rp_slice_str(name), &id);
    return id;
}

static rp_code open_channel(pf_call *c, pf_script *s, rp_err *err)
{
    pf_target *t = pf_script_target(s);
    rp_channel_opts opts = {
        .credentials = t->credentials,
        .authority = t->authority,
        .backoff_initial = 200 * RP_MILLISECOND,
    };

    return rp_channel_new(t->rt, t->address, &opts, &c->channel, err);
}

/* The channel of a call named `with`, or a new one. */
static rp_code find_channel(pf_call *c, pf_script *s, const json_t *args,
                            rp_channel **out, rp_err *err)
{
    const json_t *with = json_object_get(args, "with");
    json_t *other;
    pf_call *shared;
    rp_code rc;

    if (with == NULL) {
        rc = open_channel(c, s, err);
        *out = c->channel;
        return rc;
    }
    other = json_pack("{sO}", "call", with);
    shared = pf_script_call(s, other);
    json_decref(other);
    if (shared == NULL || shared->home->channel == NULL)
        return rp_fail(err, RP_EPARSE, "'with' names no call that goes on");
    c->home = shared->home;
    c->home->sharers++;
    *out = c->home->channel;
    return RP_OK;
}

static rp_code read_opts(const json_t *args, rp_call_opts *opts,
                         rp_metadata *md, rp_err *err)
{
    const json_t *timeout = json_object_get(args, "timeout");
    rp_code rc = read_metadata(args, md, err);

    opts->metadata = md;
    opts->compression = read_compression(args);
    opts->authority = json_string_value(json_object_get(args, "authority"));
    opts->wait_for_ready =
        json_is_true(json_object_get(args, "wait_for_ready"));
    opts->max_receive =
        (size_t)json_integer_value(json_object_get(args, "max_receive"));
    if (timeout != NULL && rc == RP_OK)
        rc = pf_value_duration(timeout, &opts->timeout, err);
    return rc;
}

static pf_call *new_call(pf_script *s, const char *method)
{
    pf_call *c = RP_NEW(pf_call);

    c->script = s;
    c->home = c;
    c->messages = json_array();
    c->packed = json_array();
    c->initial = json_object();
    c->trailing = json_object();
    c->method = pf_method_find(method);
    c->started = rp_time_now();
    return c;
}

rp_code pf_call_start(pf_script *s, const json_t *args, pf_call **out,
                      rp_err *err)
{
    const char *name = json_string_value(json_object_get(args, "method"));
    rp_metadata md = RP_METADATA_INIT;
    char *path = rp_mem_printf("/%s", name);
    pf_call *c = new_call(s, name);
    rp_call_opts opts = {
        .method = path, .events = &call_events, .user_data = c};
    rp_channel *channel = NULL;
    rp_code rc = read_opts(args, &opts, &md, err);

    opts.single_response = c->method != NULL && !c->method->response_streaming;
    if (rc == RP_OK)
        rc = find_channel(c, s, args, &channel, err);
    if (rc == RP_OK)
        rc = rp_call_start(channel, &opts, &c->call, err);
    if (rc == RP_OK)
        rp_call_receive(c->call);
    rp_metadata_clear(&md);
    rp_mem_free(path);
    if (rc != RP_OK) {
        pf_call_free(c);
        c = NULL;
    }
    *out = c;
    return rc;
}

rp_code pf_call_send(pf_call *c, const json_t *args, rp_err *err)
{
    const json_t *message = json_object_get(args, "message");
    const json_t *raw = json_object_get(args, "raw");
    const json_t *compress = json_object_get(args, "compress");
    rp_buf octets = RP_BUF_INIT;
    rp_code rc = RP_OK;

    if (raw != NULL)
        rc = pf_value_octets(raw, &octets, err);
    else if (message != NULL && c->method == NULL)
        rc = rp_fail(err, RP_EPARSE, "the method is not known; use raw");
    else if (message != NULL)
        rc = pf_message_encode(c->method->input, message, &octets, err);
    if (rc == RP_OK && c->call == NULL)
        rc = rp_fail(err, RP_ESTATE, "the call has been given up");
    if (rc == RP_OK) {
        c->sending = true;
        rc = rp_call_send(c->call, rp_buf_slice(&octets),
                          json_is_false(compress), err);
    }
    rp_buf_clear(&octets);
    return rc;
}

void pf_call_abandon(pf_call *c)
{
    c->script = NULL;
    rp_call_unref(c->call);
    c->call = NULL;
    if (c->channel != NULL) {
        rp_channel_close(c->channel);
        rp_channel_unref(c->channel);
        c->channel = NULL;
    }
}

void pf_call_free(pf_call *c)
{
    if (c == NULL)
        return;
    pf_call_abandon(c);
    json_decref(c->initial);
    json_decref(c->trailing);
    json_decref(c->messages);
    json_decref(c->packed);
    rp_status_clear(&c->status);
    rp_mem_free(c);
}
