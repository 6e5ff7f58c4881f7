package io.adit.devnet.actor;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Optional;
import java.util.function.LongFunction;

/** The exported readers of one deal, by FRC-42 number. */
final class MarketReaders {
    private MarketReaders() {}

    static Optional<byte[]> read(Invocation in, long method, byte[] params) {
        return reader(in, method)
                .map(reader -> reader.apply(Invocation.decode(params, bytes -> {
                    var cbor = new CborReader(bytes);
                    long id = cbor.uint();
                    cbor.end();
                    return id;
                })));
    }

    private static Optional<LongFunction<byte[]>> reader(Invocation in, long method) {
        var market = in.tree().read(StateTree.MARKET, MarketState.class);
        LongFunction<byte[]> reader = id -> field(market.existing(id), id, method);
        boolean known = method == 2_567_238_399L
                || method == 128_053_329L
                || method == 200_567_895L
                || method == 1_157_985_802L
                || method == 46_363_526L
                || method == 935_081_690L
                || method == 2_986_712_137L
                || method == 2_611_213_344L
                || method == 163_777_312L
                || method == 4_287_162_428L
                || method == 2_627_389_465L;
        return known ? Optional.of(reader) : Optional.empty();
    }

    private static byte[] field(MarketDeal deal, long id, long method) {
        var proposal = deal.proposal();
        var writer = new CborWriter();
        if (method == 2_567_238_399L) { // GetDealActivation
            long start = deal.activation().map(MarketDeal.Activation::start).orElse(-1L);
            return writer.array(2).integer(start).integer(-1).toByteArray();
        }
        if (method == 128_053_329L) { // GetDealClient
            return writer.uint(deal.client()).toByteArray();
        }
        if (method == 200_567_895L) { // GetDealClientCollateral
            return writer.bytes(proposal.clientCollateral().cborBytes()).toByteArray();
        }
        if (method == 1_157_985_802L) { // GetDealDataCommitment
            return writer.array(2)
                    .cid(proposal.pieceCid())
                    .uint(proposal.pieceSize())
                    .toByteArray();
        }
        if (method == 46_363_526L) { // GetDealLabel
            proposal.label().writeTo(writer);
            return writer.toByteArray();
        }
        if (method == 935_081_690L) { // GetDealProvider
            return writer.uint(deal.provider()).toByteArray();
        }
        if (method == 2_986_712_137L) { // GetDealProviderCollateral
            return writer.bytes(proposal.providerCollateral().cborBytes()).toByteArray();
        }
        if (method == 2_611_213_344L) { // GetDealSector
            var at = deal.activation()
                    .orElseThrow(
                            () -> new ActorAbort(ActorAbort.DEAL_NOT_ACTIVATED, "deal " + id + " not yet activated"));
            return writer.uint(at.sector()).toByteArray();
        }
        if (method == 163_777_312L) { // GetDealTerm
            return writer.array(2)
                    .integer(deal.start())
                    .integer(proposal.duration())
                    .toByteArray();
        }
        if (method == 4_287_162_428L) { // GetDealTotalPrice
            return writer.bytes(proposal.totalStorageFee().cborBytes()).toByteArray();
        }
        return writer.bool(proposal.verifiedDeal()).toByteArray();
    }
}
