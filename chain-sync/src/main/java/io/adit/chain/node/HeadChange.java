package io.adit.chain.node;

import io.adit.chain.type.TipSet;

/**
 * One step of the head of the chain (Lotus {@code api.HeadChange}).
 *
 * @param type what happened
 * @param tipSet the tipset it happened to
 */
public record HeadChange(Type type, TipSet tipSet) {

    /** The kinds of steps a node reports. */
    public enum Type {
        /** The head at the moment of subscribing; always the first of a channel, alone. */
        CURRENT("current"),
        /** The tipset is the new head, child of the one before. */
        APPLY("apply"),
        /** The tipset was the head and no longer is; its parents are. */
        REVERT("revert");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** The word on the wire. */
        public String text() {
            return text;
        }
    }
}
