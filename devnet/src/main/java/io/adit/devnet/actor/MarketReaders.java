package io.adit.devnet.actor;

import io.adit.chain.actor.MarketMethod;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The exported readers of one deal. */
final class MarketReaders {
    private static final Set<MarketMethod> READERS =
            EnumSet.range(MarketMethod.GET_DEAL_DATA_COMMITMENT, MarketMethod.GET_DEAL_SECTOR);

    private MarketReaders() {}

    /** What the method reads; empty when it is no reader. */
    static Optional<byte[]> read(Invocation in, MarketMethod method, byte[] params) {
        if (!READERS.contains(method)) {
            return Optional.empty();
        }
        long id = Invocation.decode(params, bytes -> {
            var cbor = new CborReader(bytes);
            long read = cbor.uint();
            cbor.end();
            return read;
        });
        var deal = in.tree().read(StateTree.MARKET, MarketState.class).existing(id);
        return Optional.of(write(deal, id, method).toByteArray());
    }

    private static CborWriter write(MarketDeal deal, long id, MarketMethod method) {
        var proposal = deal.proposal();
        var writer = new CborWriter();
        return switch (method) {
            case GET_DEAL_ACTIVATION -> {
                long start = deal.activation().map(MarketDeal.Activation::start).orElse(-1L);
                yield writer.array(2).integer(start).integer(-1);
            }
            case GET_DEAL_CLIENT -> writer.uint(deal.client());
            case GET_DEAL_CLIENT_COLLATERAL ->
                writer.bytes(proposal.clientCollateral().cborBytes());
            case GET_DEAL_DATA_COMMITMENT ->
                writer.array(2).cid(proposal.pieceCid()).uint(proposal.pieceSize());
            case GET_DEAL_LABEL -> {
                proposal.label().writeTo(writer);
                yield writer;
            }
            case GET_DEAL_PROVIDER -> writer.uint(deal.provider());
            case GET_DEAL_PROVIDER_COLLATERAL ->
                writer.bytes(proposal.providerCollateral().cborBytes());
            case GET_DEAL_SECTOR -> writer.uint(sector(deal, id));
            case GET_DEAL_TERM -> writer.array(2).integer(deal.start()).integer(proposal.duration());
            case GET_DEAL_TOTAL_PRICE -> writer.bytes(proposal.totalStorageFee().cborBytes());
            case GET_DEAL_VERIFIED -> writer.bool(proposal.verifiedDeal());
            default -> throw ActorAbort.unhandled(method.number());
        };
    }

    private static long sector(MarketDeal deal, long id) {
        return deal.activation()
                .orElseThrow(() -> new ActorAbort(ActorAbort.DEAL_NOT_ACTIVATED, "deal " + id + " not yet activated"))
                .sector();
    }
}
