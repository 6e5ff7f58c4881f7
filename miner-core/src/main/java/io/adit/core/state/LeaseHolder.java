package io.adit.core.state;

import io.adit.core.error.InvalidValueException;

/**
 * Who has a {@link NodeLease}.
 *
 * @param words what helps an operator to find it: the process, the machine and the node's directory
 * @param lock one line that names the lock file which the node holds while it lives: equal texts mean the very same file on
 *     the same boot of a machine, so that whoever has the lock now knows that every earlier holder is dead
 */
public record LeaseHolder(String words, String lock) {
    public LeaseHolder {
        if (lock.isBlank() || lock.lines().count() != 1) {
            throw new InvalidValueException("lock of a lease", lock, "one line");
        }
    }
}
