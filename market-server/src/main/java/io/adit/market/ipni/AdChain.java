package io.adit.market.ipni;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.ipld.Cid;
import io.adit.core.state.AdContext;
import io.adit.core.state.AdRecord;
import io.adit.core.state.AdTable;
import io.adit.core.state.Bytes;
import io.adit.core.state.StateStore;
import io.adit.core.task.CrashPoints;
import io.adit.libp2p.identity.Identity;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The chain of one provider in the node's state. An advertisement, what it says and how its chunks are made are written in
 * one transaction, so that a head never points to something that a crash has taken.
 */
final class AdChain {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StateStore store;
    private final Identity identity;
    private final InstantSource clock;
    private final String provider;

    AdChain(StateStore store, Identity identity, InstantSource clock) {
        this.store = store;
        this.identity = identity;
        this.clock = clock;
        this.provider = identity.peerId().toString();
    }

    /** What an advertisement is to say; its place in the chain is found when it is added. */
    record Wording(List<String> addresses, Cid entries, AdContext context, boolean removal) {}

    String provider() {
        return provider;
    }

    Optional<AdRecord> head() {
        return store.read(tx -> tx.ads().head(provider));
    }

    Optional<AdRecord> find(Cid cid) {
        return store.read(tx -> tx.ads().find(provider, cid));
    }

    List<AdContext> contexts() {
        return store.read(tx -> tx.ads().contexts(provider));
    }

    /** Signs an advertisement and adds it, together with what else is to be written. */
    AdRecord add(Wording wording, Consumer<AdTable> alongside) {
        var head = head();
        var ad = new Advertisement(
                head.map(AdRecord::cid),
                provider,
                wording.addresses(),
                wording.entries(),
                wording.context().contextId().array(),
                wording.context().metadata().array(),
                wording.removal());
        var block = ad.signedBlock(identity);
        var record = new AdRecord(
                head.map(AdRecord::number).orElse(0L) + 1,
                Advertisement.cidOf(block),
                new Bytes(block),
                clock.instant());
        CrashPoints.reach("ipni.signed");
        store.transactVoid(tx -> {
            tx.ads().append(provider, record);
            if (wording.removal()) {
                tx.ads().remove(provider, wording.context());
            } else {
                tx.ads().put(provider, wording.context());
            }
            alongside.accept(tx.ads());
        });
        CrashPoints.reach("ipni.added");
        return record;
    }

    /** The addresses that an advertisement has. */
    static List<String> addresses(AdRecord ad) {
        var addresses = new ArrayList<String>();
        try {
            JSON.readTree(ad.block().array()).path("Addresses").forEach(address -> addresses.add(address.asText()));
        } catch (IOException e) {
            throw new IllegalStateException("advertisement " + ad.cid() + " in the state is not what was written", e);
        }
        return addresses;
    }

    /** Notes that an advertisement was asked for. */
    void noteAsked(long number) {
        if (number > asked()) {
            store.transactVoid(tx -> tx.meta().put(askedName(), Long.toString(number)));
        }
    }

    /** The newest advertisement that was asked for, by its number; 0 if none was. */
    long asked() {
        return store.<Optional<String>>read(tx -> tx.meta().get(askedName()))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private String askedName() {
        return "ipni.asked." + provider;
    }
}
