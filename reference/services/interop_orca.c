#include "reference/services/interop_orca.h"

#include "reference/services/message.h"
#include "xds/data/orca/v3/orca_load_report.pb-c.h"

typedef Xds__Data__Orca__V3__OrcaLoadReport__RequestCostEntry cost_entry;
typedef Xds__Data__Orca__V3__OrcaLoadReport__UtilizationEntry use_entry;

void rp_interop_add_load(const Grpc__Testing__TestOrcaReport *report,
                         rp_metadata *trailing)
{
    Xds__Data__Orca__V3__OrcaLoadReport out =
        XDS__DATA__ORCA__V3__ORCA_LOAD_REPORT__INIT;
    rp_buf octets = RP_BUF_INIT;

    if (report == NULL)
        return;
    out.cpu_utilization = report->cpu_utilization;
    out.mem_utilization = report->memory_utilization;
    /* entries pack by their own descriptor, and those of both messages are
       alike: string key = 1, double value = 2 */
    out.n_request_cost = report->n_request_cost;
    out.request_cost = (cost_entry **)report->request_cost;
    out.n_utilization = report->n_utilization;
    out.utilization = (use_entry **)report->utilization;
    rp_message_pack(&out.base, &octets);
    rp_metadata_append(trailing, rp_slice_str("endpoint-load-metrics-bin"),
                       rp_buf_slice(&octets));
    rp_buf_clear(&octets);
}
