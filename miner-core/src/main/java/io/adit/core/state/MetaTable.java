package io.adit.core.state;

import java.util.Optional;

/** Small named values, such as the miner's address or a high-water mark. */
public interface MetaTable {
    /** The value under this name. */
    Optional<String> get(String name);

    /** Sets the value. */
    void put(String name, String value);

    /**
     * Sets the value if it is the expected one.
     *
     * @param expected empty for a name that must not be there yet
     * @return whether it was; of two that try at once, one wins
     */
    boolean replace(String name, Optional<String> expected, String value);

    /** Takes the value away. */
    void remove(String name);
}
