/* interop_orca.h - load reports that a client of TestService asks to be sent
 * back.
 *
 * Threads: any. Spec: gRFC A51, interop case orca_per_rpc. */
#ifndef REFERENCE_SERVICES_INTEROP_ORCA_H
#define REFERENCE_SERVICES_INTEROP_ORCA_H

#include "grpc/testing/messages.pb-c.h"
#include <rpcref/metadata.h>

/* Adds the report as endpoint-load-metrics-bin; nothing when it is NULL. */
void rp_interop_add_load(const Grpc__Testing__TestOrcaReport *report,
                         rp_metadata *trailing);

#endif
