package io.adit.core.state;

import java.util.List;
import java.util.Optional;

/** Declared storage paths. */
public interface PathTable {
    /** Declares a path or replaces its declaration. */
    void put(PathRecord path);

    /** The path with this id. */
    Optional<PathRecord> find(String id);

    /** All paths in the order they were declared. */
    List<PathRecord> list();

    /** Takes a declaration away; files stay. Answers whether there was one. */
    boolean remove(String id);
}
