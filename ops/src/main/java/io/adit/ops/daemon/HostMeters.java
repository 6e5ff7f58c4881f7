package io.adit.ops.daemon;

import io.adit.libp2p.Host;
import io.adit.libp2p.autonat.Reachability;
import io.adit.libp2p.reach.Reach;
import io.adit.libp2p.resource.Resource;
import io.adit.libp2p.resource.ResourceUsage;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import io.adit.libp2p.resource.Scope;
import io.adit.ops.api.NetReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What strangers and others have of the libp2p host. A room that is closed takes its meters along. */
final class HostMeters implements AutoCloseable {
    private final Host host;
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();

    HostMeters(Host host, Reach reach, MeterRegistry registry) {
        this.host = host;
        this.registry = registry;
        gauge("connections", "connections whose remote has proved who it is", ResourceUsage::connections);
        gauge("handshakes", "inbound connections that are being secured", ResourceUsage::handshakes);
        gauge("streams", "inbound streams whose handlers have not returned", ResourceUsage::streams);
        gauge("receive.bytes", "memory for bytes that were not read", ResourceUsage::receiveBytes);
        meters.add(FunctionCounter.builder(
                        "adit.libp2p.attempts", host, each -> each.resources().attempts())
                .description("inbound connections, whatever became of them")
                .register(registry));
        reach(reach);
        for (var scope : Scope.values()) {
            for (var resource : Resource.values()) {
                refused(new Refused(scope, resource));
            }
        }
    }

    private void reach(Reach reach) {
        for (var state : Reachability.values()) {
            meters.add(Gauge.builder("adit.libp2p.reachability", reach, each -> each.reachability() == state ? 1 : 0)
                    .description("1 for what is believed about whether strangers can dial the node")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry));
        }
        meters.add(Gauge.builder(
                        "adit.libp2p.relay.slots",
                        host,
                        each -> each.reservations().size())
                .description("relays through which the node is reached")
                .register(registry));
        meters.add(Gauge.builder(
                        "adit.libp2p.circuits",
                        host,
                        each -> NetReport.of(each, reach).circuits())
                .description("connections that came through a relay")
                .register(registry));
    }

    private void gauge(String name, String description, ToDoubleFunction<ResourceUsage> of) {
        meters.add(Gauge.builder("adit.libp2p." + name, host, each -> of.applyAsDouble(each.resources()))
                .description(description)
                .register(registry));
    }

    private void refused(Refused kind) {
        meters.add(FunctionCounter.builder(
                        "adit.libp2p.refused",
                        host,
                        each -> each.resources().refused().getOrDefault(kind, 0L))
                .description("how often a limit has turned somebody away")
                .tag("scope", kind.scope().name().toLowerCase(Locale.ROOT))
                .tag("resource", kind.resource().name().toLowerCase(Locale.ROOT))
                .register(registry));
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
