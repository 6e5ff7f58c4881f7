package io.adit.market.deal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DataActivationNotification;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.Bytes;
import io.adit.core.state.DealProtocol;
import io.adit.core.state.DealRecord;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Mk20Json;
import io.adit.market.policy.DealRule;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A direct deal in the terms that the rules, the store and the tasks know. It has no price, collateral, escrow or label: there
 * is nothing on the chain that would hold them.
 */
final class DirectTerms {
    /** What is left to the provider to seal a deal that names no start, beyond the policy's start buffer: seven days. */
    static final long LEISURE = 7 * 2880L;

    private static final Set<DealRule> NOT_ASKED = EnumSet.of(
            DealRule.SIGNATURE, DealRule.LABEL, DealRule.AMOUNTS, DealRule.PROVIDER_COLLATERAL, DealRule.ESCROW);

    private DirectTerms() {}

    /** @param start the epoch by which it has to be proven */
    static Asking asking(Mk20Deal deal, Epoch start) {
        var json = Mk20Json.write(deal);
        var cid = Cid.rawSha256(json);
        var params = params(deal, start);
        return new Asking(params, cid, NOT_ASKED, now -> record(params, cid, json, deal, now));
    }

    private static DealRecord record(DealParams params, Cid cid, byte[] json, Mk20Deal deal, Instant now) {
        return DealDesk.record(params, now)
                .withProtocol(DealProtocol.MK20)
                .withSignedProposalCid(cid)
                .withClientDealProposal(new Bytes(json))
                .withTransferParams(new Bytes(sources(deal)));
    }

    private static DealParams params(Mk20Deal deal, Epoch start) {
        var piece = deal.data().piece();
        var proposal = new DealProposal(
                piece.pieceCidV1(),
                piece.size().bytes(),
                false,
                deal.client(),
                deal.ddo().provider(),
                new DealLabel.Text(""),
                start,
                start.plus(deal.ddo().duration()),
                TokenAmount.ZERO,
                TokenAmount.ZERO,
                TokenAmount.ZERO);
        boolean fetched = deal.data().source() instanceof Mk20Deal.Http;
        return new DealParams(
                deal.id().uuid(),
                !fetched,
                new ClientDealProposal(proposal, unsigned()),
                piece.pieceCidV1(),
                new Transfer(deal.data().rawSize(), fetched ? "http" : "", first(deal), ""),
                false,
                !deal.retrieval().announcePayload());
    }

    /** Never looked at: what the client signed is the request that brought the deal. */
    private static Signature unsigned() {
        return new Signature(SignatureType.SECP256K1, new byte[SignatureType.SECP256K1.length()]);
    }

    private static byte[] first(Mk20Deal deal) {
        var sources = json(deal);
        return sources.isEmpty() ? new byte[0] : sources.get(0).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Every URL in the order in which they are tried, each as a transfer's parameters. */
    static byte[] sources(Mk20Deal deal) {
        return json(deal).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Each URL as the parameters of a transfer. */
    static List<byte[]> transfers(Mk20Deal deal) {
        return json(deal)
                .valueStream()
                .map(node -> node.toString().getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static ArrayNode json(Mk20Deal deal) {
        return deal.data().source() instanceof Mk20Deal.Http http ? json(http) : JsonNodeFactory.instance.arrayNode();
    }

    static ArrayNode json(Mk20Deal.Http http) {
        var sources = JsonNodeFactory.instance.arrayNode();
        http.urls().stream()
                .sorted(Comparator.comparing(Mk20Deal.Url::fallback).thenComparingInt(Mk20Deal.Url::priority))
                .forEach(url -> {
                    var headers = sources.addObject().put("URL", url.url()).putObject("Headers");
                    url.headers().forEach((name, values) -> headers.put(name, String.join(", ", values)));
                });
        return sources;
    }

    /** The deal as it was accepted. */
    static Mk20Deal of(DealRecord deal) {
        return Mk20Json.stored(deal.clientDealProposal());
    }

    static boolean isDirect(DealRecord deal) {
        return deal.protocol() == DealProtocol.MK20;
    }

    /** Whether nobody but the client brings the data, over HTTP. */
    static boolean awaitsUpload(DealRecord deal) {
        return isDirect(deal) && of(deal).data().source() instanceof Mk20Deal.Put;
    }

    /** Whether the client may bring the data over HTTP; of an offline deal of the deal protocol others may, too. */
    static boolean takesUploads(DealRecord deal) {
        return isDirect(deal) ? awaitsUpload(deal) : deal.offline();
    }

    /** Who is told when the piece is in a sector. */
    static List<DataActivationNotification> notifications(DealRecord deal) {
        return of(deal).ddo().notification().stream()
                .map(told -> new DataActivationNotification(
                        told.address(), told.payload().array()))
                .toList();
    }
}
