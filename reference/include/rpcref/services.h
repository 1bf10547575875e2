/* services.h - services that any server can mount.
 *
 * Each is a lookup for rp_server_add_lookup(), with the service's object as
 * user data. An object may serve several servers; it is freed after the last
 * of them.
 *
 * Threads: the loop's. */
#ifndef RPCREF_SERVICES_H
#define RPCREF_SERVICES_H

#include <rpcref/server.h>

/* --- grpc.testing.TestService --------------------------------------------- */

/* The official interop contract; the user data is NULL. (UnimplementedCall
 * and grpc.testing.UnimplementedService are unknown methods, as they must
 * be.) Spec: grpc/grpc doc/interop-test-descriptions.md. */
bool rp_services_interop(void *user_data, const char *method,
                         rp_method_handler *out);

/* --- grpc.health.v1.Health ------------------------------------------------ */

/* Which services are well: Check, Watch and List.
 * Spec: grpc/grpc doc/health-checking.md, gRFC A17, A90. */
typedef struct rp_health rp_health;

/* As in HealthCheckResponse.ServingStatus. */
typedef enum rp_serving {
    RP_SERVING_UNKNOWN = 0,
    RP_SERVING_YES = 1,
    RP_SERVING_NO = 2,
} rp_serving;

/* Knows one service at first: "", the server as a whole, RP_SERVING_YES.
 * Owned, given back with rp_health_free(). */
rp_health *rp_health_new(void);

/* Sets the status of a service, known before or not, and tells whoever
 * watches it. */
void rp_health_set(rp_health *h, const char *service, rp_serving status);

/* Makes a service unknown: Check fails with NOT_FOUND, Watch tells
 * SERVICE_UNKNOWN. */
void rp_health_forget(rp_health *h, const char *service);

/* NULL is allowed. */
void rp_health_free(rp_health *h);

bool rp_services_health(void *health, const char *method,
                        rp_method_handler *out);

/* --- grpc.reflection.v1 and v1alpha --------------------------------------- */

/* What a server tells about its services.
 * Spec: grpc/grpc doc/server-reflection.md. */
typedef struct rp_reflection rp_reflection;

/* `descriptor_set` is an encoded google.protobuf.FileDescriptorSet that holds
 * the imports of its files too (protoc --include_imports); it is copied.
 * Errors: RP_EPARSE when it is malformed, or lacks an import. */
rp_code rp_reflection_new(rp_slice descriptor_set, rp_reflection **out,
                          rp_err *err);

/* Lists a service ("package.Service") that the server has; those that are only
 * described are not listed. Twice is once. */
void rp_reflection_add_service(rp_reflection *r, const char *service);

/* NULL is allowed. */
void rp_reflection_free(rp_reflection *r);

bool rp_services_reflection(void *reflection, const char *method,
                            rp_method_handler *out);

#endif
