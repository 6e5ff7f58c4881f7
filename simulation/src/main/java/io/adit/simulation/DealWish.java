package io.adit.simulation;

/**
 * A deal that a client of a story wants.
 *
 * @param number which it is in its story, from 0
 * @param paddedSize bytes of its piece, a power of two
 * @param offline whether the operator brings the data; fetched otherwise
 * @param startsIn epochs from its proposal to its start
 * @param way how its client behaves
 * @param dropsCopy whether the unsealed copy may go once the sector is proven
 */
record DealWish(int number, int paddedSize, boolean offline, int startsIn, Way way, boolean dropsCopy) {
    /** How a client behaves. */
    enum Way {
        /** As it should. */
        SOUND,
        /** Proposes a deal again that was accepted, under the same name and under another. */
        PROPOSES_TWICE,
        /** Has the same data as the story's first deal. */
        SAME_DATA,
        /** Its server is away for a while, and breaks off in the middle after that. */
        SERVER_AWAY,
        /** Pays less than is asked. */
        TOO_CHEAP,
        /** Its data is not what it proposed. */
        WRONG_DATA,
        /** Takes its money out of the market once the deal is accepted. */
        TAKES_MONEY_BACK;

        /** Whether a provider has to be able to make a deal of it. */
        boolean isSound() {
            return this == SOUND || this == PROPOSES_TWICE || this == SAME_DATA;
        }
    }
}
