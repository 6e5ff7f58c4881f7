package io.adit.chain.node.rpc;

/** What an API token must allow for a method, as in the token's {@code Allow} list. */
public enum Permission {
    READ("read"),
    WRITE("write"),
    SIGN("sign"),
    ADMIN("admin");

    private final String text;

    Permission(String text) {
        this.text = text;
    }

    /** The word in the token. */
    public String text() {
        return text;
    }
}
