/* services.h - services that any server can mount.
 *
 * Each gives a lookup for rp_server_add_lookup(), with NULL as user data.
 *
 * Threads: the loop's. */
#ifndef RPCREF_SERVICES_H
#define RPCREF_SERVICES_H

#include <rpcref/server.h>

/* grpc.testing.TestService: the official interop contract. (UnimplementedCall
 * and grpc.testing.UnimplementedService are unknown methods, as they must
 * be.) */
bool rp_services_interop(void *user_data, const char *method,
                         rp_method_handler *out);

#endif
