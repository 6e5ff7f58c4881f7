package io.adit.ops.daemon;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.libp2p.identity.Identity;
import io.adit.market.index.PieceIndex;
import io.adit.market.ipni.IpniPublisher;
import io.adit.market.ipni.IpniSettings;
import io.adit.market.ipni.IpniWays;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the node tells indexers, as it is configured. */
final class Publishing {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration DEVELOPMENT_PERIOD = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofHours(6);
    /** The public indexer, for which development chains are noise. */
    private static final String PUBLIC_INDEXER = "cid.contact";

    private Publishing() {}

    static Optional<IpniPublisher> publisher(
            MarketRoom.Parts parts,
            MarketRoom.Addresses addresses,
            PieceIndex index,
            ContentPolicy policy,
            Identity me) {
        var config = parts.settings().config();
        if (!config.retrieval().ipni()) {
            return Optional.empty();
        }
        boolean development = config.chain().development();
        var settings = new IpniSettings(
                indexers(config.retrieval().ipniIndexers(), development),
                parts.home().ipniEntries(),
                config.retrieval().ipniEntries().bytes(),
                development ? DEVELOPMENT_PERIOD : PERIOD,
                PATIENCE);
        var ways = new IpniWays(
                addresses.retrieval(),
                config.retrieval().bitswap() ? addresses.reach().announced() : List.of());
        try {
            return Optional.of(new IpniPublisher(
                    new IpniPublisher.Parts(
                            me, parts.store(), index, PieceCatalog.of(parts.store()), policy, parts.clock()),
                    () -> ways,
                    settings));
        } catch (IOException e) {
            throw new AditException(
                    OpsError.LOCAL_FILE, "using " + settings.entries() + " for indexers: " + e.getMessage(), e);
        }
    }

    static List<URI> indexers(List<String> texts, boolean development) {
        return texts.stream()
                .map(Publishing::indexer)
                .filter(url -> !development || !PUBLIC_INDEXER.equals(url.getHost()))
                .toList();
    }

    private static URI indexer(String text) {
        try {
            var url = URI.create(text);
            boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
            if (web && url.getHost() != null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static InvalidValueException wrong(String text) {
        return new InvalidValueException(
                "retrieval.ipni-indexers", text, "an address such as https://indexer.example.org");
    }
}
