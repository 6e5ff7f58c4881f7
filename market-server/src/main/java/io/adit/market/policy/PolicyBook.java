package io.adit.market.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.config.LiveSettings;
import io.adit.core.config.MarketConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.SectorSize;
import io.adit.core.state.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The policy that counts now: the configuration file's, with what the operator changed while the node ran. Changes are in the
 * store and outlast a restart, until they are reset.
 *
 * <p>Changes that no longer fit the file, because the file was changed meanwhile, are not left out silently: a deny list
 * would be lost. Then there are no terms and no deal is taken until the operator sets or resets what does not fit.
 */
public final class PolicyBook {
    private static final String STORED = "market.policy";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StateStore store;
    private final LiveSettings<MarketConfig> settings;
    private final MarketConfig file;
    private final SectorSize sectorSize;
    private final int confidence;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile State state;

    private sealed interface State {}

    private record Good(MarketConfig market, DealTerms terms) implements State {}

    private record Unfit(AditException why) implements State {}

    /**
     * One key of the policy.
     *
     * @param value as it would be given
     * @param changed whether it was changed while the node ran
     */
    public record Setting(String key, String value, boolean changed, String meaning) {}

    /**
     * @param confidence epochs after which a message counts as final
     * @throws AditException when the configuration file's policy is not good by itself
     */
    public PolicyBook(StateStore store, MarketConfig file, SectorSize sectorSize, int confidence) {
        this.store = store;
        this.file = file;
        this.sectorSize = sectorSize;
        this.confidence = confidence;
        settings = new LiveSettings<>("market", file);
        Objects.requireNonNull(DealTerms.of(file, sectorSize, confidence));
        state = stateOf(changes());
    }

    /**
     * What counts now.
     *
     * @throws AditException when earlier changes do not fit the configuration file
     */
    public DealTerms terms() {
        return switch (state) {
            case Good good -> good.terms();
            case Unfit unfit -> throw unfit.why();
        };
    }

    /** Every key that can be changed, with its present value; of changes that do not fit, as they were given. */
    public List<Setting> settings() {
        var changes = changes();
        var market = state instanceof Good good ? good.market() : file;
        return settings.keys().stream()
                .map(key -> new Setting(
                        key,
                        changes.containsKey(key) && !(state instanceof Good)
                                ? changes.getOrDefault(key, "")
                                : settings.text(market, key),
                        changes.containsKey(key),
                        settings.meaning(key)))
                .toList();
    }

    /**
     * Sets a key; durable when it returns.
     *
     * @throws AditException naming the key and what it takes; then nothing is changed
     */
    public void set(String key, String value) {
        change(changes -> changes.put(key, value));
    }

    /** Goes back to what the configuration file says of a key. */
    public void reset(String key) {
        Objects.requireNonNull(settings.meaning(key));
        change(changes -> changes.remove(key));
    }

    private interface Change {
        void apply(Map<String, String> changes);
    }

    private void change(Change change) {
        turn.lock();
        try {
            var changes = new TreeMap<>(changes());
            change.apply(changes);
            var next = read(changes);
            store.transactVoid(
                    tx -> tx.meta().put(STORED, JSON.valueToTree(changes).toString()));
            state = next;
        } finally {
            turn.unlock();
        }
    }

    private State stateOf(Map<String, String> changes) {
        try {
            return read(changes);
        } catch (AditException e) {
            return new Unfit(new AditException(
                    e.code(),
                    "the policy that was changed while the node ran does not fit the configuration file, so no deal is"
                            + " taken: " + e.getMessage()
                            + "; set or reset what does not fit: adit deals policy show",
                    e));
        }
    }

    private Good read(Map<String, String> changes) {
        var market = settings.with(changes);
        return new Good(market, DealTerms.of(market, sectorSize, confidence));
    }

    private Map<String, String> changes() {
        return store.read(tx -> tx.meta().get(STORED)).map(PolicyBook::parse).orElse(Map.of());
    }

    private static Map<String, String> parse(String text) {
        try {
            return JSON.readValue(text, new TypeReference<Map<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the store's " + STORED + " is not what was written there", e);
        }
    }
}
