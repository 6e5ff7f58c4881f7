package io.adit.libp2p.resource;

/**
 * Why somebody got nothing.
 *
 * @param subject whose count has reached the limit: a subnet, address, peer or protocol; empty for wider scopes
 * @param limit how many there may be
 */
public record Refusal(Scope scope, Resource resource, String subject, long limit) {
    @Override
    public String toString() {
        return "the limit of " + limit + " " + resource + " for " + scope + (subject.isEmpty() ? "" : " " + subject)
                + " is reached";
    }
}
