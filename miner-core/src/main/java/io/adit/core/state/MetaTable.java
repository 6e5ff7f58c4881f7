package io.adit.core.state;

import java.util.Optional;

/** Small named values, such as the miner's address or a high-water mark. */
public interface MetaTable {
    /** The value under this name. */
    Optional<String> get(String name);

    /** Sets the value. */
    void put(String name, String value);

    /** Takes the value away. */
    void remove(String name);
}
