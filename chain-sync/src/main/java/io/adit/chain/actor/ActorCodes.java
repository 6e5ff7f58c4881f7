package io.adit.chain.actor;

import io.adit.core.ipld.Cid;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;

/**
 * The code CIDs of published actor bundles, v16 to v19. What an actor does is decided by its code, not by the network version: a
 * chain may call itself version 29 and run the actors of version 28.
 */
public final class ActorCodes {
    private static final String RESOURCE = "actor-codes.properties";

    /**
     * An actor of a bundle.
     *
     * @param network {@code mainnet}, {@code calibnet}, {@code butterflynet} or {@code devnet} (Lotus's 2k build)
     * @param bundle the bundle's release, for example {@code v19.0.1}
     * @param actor the name in the manifest, for example {@code storageminer}
     */
    public record ActorCode(String network, String bundle, String actor) {
        /** The bundle's major version: 19 for {@code v19.0.1}. */
        public long actorsVersion() {
            return Long.parseLong(bundle.substring(1, bundle.indexOf('.')));
        }
    }

    private final Map<ActorCode, Cid> codes = new HashMap<>();
    private final Map<Cid, List<ActorCode>> actors = new HashMap<>();

    private ActorCodes() {}

    /** Reads the list that comes with the program. */
    public static ActorCodes load() {
        var properties = new Properties();
        try (var in = new InputStreamReader(
                Objects.requireNonNull(ActorCodes.class.getResourceAsStream(RESOURCE), RESOURCE),
                StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var loaded = new ActorCodes();
        properties.stringPropertyNames().forEach(name -> {
            var parts = name.split("/");
            var actor = new ActorCode(parts[0], parts[1], parts[2]);
            var cid = Cid.parse(properties.getProperty(name));
            loaded.codes.put(actor, cid);
            loaded.actors.computeIfAbsent(cid, key -> new ArrayList<>()).add(actor);
        });
        return loaded;
    }

    /** The code of an actor in a bundle. */
    public Optional<Cid> code(String network, String bundle, String actor) {
        return Optional.ofNullable(codes.get(new ActorCode(network, bundle, actor)));
    }

    /** What a code is; several where bundles share it, none where it is in no published bundle. */
    public List<ActorCode> find(Cid code) {
        return List.copyOf(actors.getOrDefault(code, List.of()));
    }

    /** The major version of the actors that this code belongs to, where the code is known and belongs to only one. */
    public OptionalLong actorsVersion(Cid code) {
        var versions = find(code).stream()
                .mapToLong(ActorCode::actorsVersion)
                .distinct()
                .toArray();
        return versions.length == 1 ? OptionalLong.of(versions[0]) : OptionalLong.empty();
    }
}
