package io.adit.ops.api;

/**
 * Something that threatens proofs, blocks, deals or money while the node runs.
 *
 * @param name what sounds, one word for rules and dashboards: {@code head}, {@code margin}, {@code signer}…
 * @param text what is wrong and what to do, for a person
 */
public record Alarm(String name, String text) {}
