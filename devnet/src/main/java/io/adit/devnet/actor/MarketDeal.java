package io.adit.devnet.actor;

import io.adit.chain.actor.DealProposal;
import io.adit.core.ipld.CborWriter;
import java.math.BigInteger;
import java.util.Optional;

/**
 * A published deal.
 *
 * @param proposal with client and provider as ID addresses
 * @param client the client's actor ID
 * @param provider the miner's actor ID
 * @param activation where and since when it is stored; empty until a sector with its piece is proven
 */
public record MarketDeal(DealProposal proposal, long client, long provider, Optional<Activation> activation) {
    /** {@code lastUpdated} is the epoch up to which it is paid, -1 before the first settlement. */
    public record Activation(long sector, long start, long lastUpdated) {}

    MarketDeal activated(long sector, long epoch) {
        return new MarketDeal(proposal, client, provider, Optional.of(new Activation(sector, epoch, -1)));
    }

    MarketDeal settled(long epoch) {
        var now = activation.orElseThrow();
        return new MarketDeal(
                proposal, client, provider, Optional.of(new Activation(now.sector(), now.start(), epoch)));
    }

    long start() {
        return proposal.startEpoch().value();
    }

    long end() {
        return proposal.endEpoch().value();
    }

    /** First epoch that is not paid yet. */
    long unpaidFrom() {
        return Math.max(start(), activation.map(Activation::lastUpdated).orElse(-1L));
    }

    BigInteger price() {
        return proposal.pricePerEpoch().atto();
    }

    BigInteger fee(long epochs) {
        return price().multiply(BigInteger.valueOf(Math.max(epochs, 0)));
    }

    void encode(CborWriter writer) {
        writer.array(4).raw(proposal.toCbor());
        activation.ifPresentOrElse(
                at -> writer.integer(at.sector()).integer(at.start()).integer(at.lastUpdated()),
                () -> writer.nul().nul().nul());
    }
}
