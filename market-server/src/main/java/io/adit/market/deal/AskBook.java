package io.adit.market.deal;

import io.adit.chain.signer.SigningContents;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signer;
import io.adit.core.state.MetaTable;
import io.adit.core.state.StateStore;
import io.adit.core.time.Timeline;
import io.adit.market.deal.wire.AskResponse;
import io.adit.market.deal.wire.SignedStorageAsk;
import io.adit.market.deal.wire.StorageAsk;
import io.adit.market.policy.DealTerms;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/** The provider's signed ask: made anew, with the next sequence number, when the terms change or the old one runs out. */
final class AskBook {
    private static final String STORED = "market.ask";
    /** About a year; Boost's default, rounded. */
    private static final long VALID = 1_000_000;

    private static final long RENEW_BEFORE = VALID / 2;

    private final StateStore store;
    private final MarketChain chain;
    private final Signer signer;
    private final Supplier<DealTerms> policy;
    private final Lock turn;

    AskBook(StateStore store, MarketChain chain, Signer signer, Supplier<DealTerms> policy, Timeline timeline) {
        this.store = store;
        this.chain = chain;
        this.signer = signer;
        this.policy = policy;
        this.turn = timeline.newLock();
    }

    SignedStorageAsk current() {
        turn.lock();
        try {
            var now = chain.now();
            var stored = store.read(tx -> stored(tx.meta()));
            if (stored.isPresent() && stillHolds(stored.get().ask(), now)) {
                return stored.get();
            }
            var ask = ask(now, stored.map(old -> old.ask().sequence() + 1).orElse(0L));
            var signed =
                    new SignedStorageAsk(ask, signer.sign(chain.workerKey(), SigningContents.storageAsk(ask.toCbor())));
            var text = HexFormat.of().formatHex(new AskResponse(Optional.of(signed)).toCbor());
            store.transactVoid(tx -> tx.meta().put(STORED, text));
            return signed;
        } finally {
            turn.unlock();
        }
    }

    private static Optional<SignedStorageAsk> stored(MetaTable meta) {
        return meta.get(STORED)
                .flatMap(text ->
                        AskResponse.fromCbor(HexFormat.of().parseHex(text)).ask());
    }

    private boolean stillHolds(StorageAsk ask, Epoch now) {
        return now.isBefore(ask.expiry().plus(-RENEW_BEFORE)) && ask.equals(ask(ask.timestamp(), ask.sequence()));
    }

    private StorageAsk ask(Epoch now, long sequence) {
        var terms = policy.get();
        return new StorageAsk(
                terms.prices().base(),
                terms.prices().base(),
                terms.minPieceSize().bytes(),
                terms.largestPiece().bytes(),
                chain.miner(),
                now,
                now.plus(VALID),
                sequence);
    }
}
