package io.adit.market.deal;

import io.adit.chain.node.RpcException;
import io.adit.core.config.ConfigErrorCode;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.keys.Signatures;
import io.adit.core.state.Bytes;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealProtocol;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.time.Timeline;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.DealStatus;
import io.adit.market.deal.wire.DealStatusRequest;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.market.policy.ClientRules;
import io.adit.market.policy.DealRule;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.ProposalChecks;
import io.adit.market.policy.ProposalVerdict;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where proposals are decided. An accepted deal and the task that fetches its data are on disk, in one transaction,
 * before {@link #propose} returns; a rejected one leaves nothing.
 */
public final class DealDesk {
    private static final Logger LOG = LoggerFactory.getLogger(DealDesk.class);

    private final StateStore store;
    private final MarketChain chain;
    private final Supplier<DealTerms> policy;
    private final PieceFiles files;
    private final FilterDesk filters;
    private final Admission admission;

    DealDesk(StateStore store, MarketChain chain, Supplier<DealTerms> policy, PieceFiles files, Timeline timeline) {
        this.store = store;
        this.chain = chain;
        this.policy = policy;
        this.files = files;
        this.filters = new FilterDesk(store, chain);
        this.admission = new Admission(store, chain, timeline);
    }

    /**
     * Decides a proposal. The same proposal under the same UUID gets the same answer again.
     *
     * @throws io.adit.core.error.AditException when the store cannot be written; then nothing was accepted
     */
    public ProposalVerdict propose(DealParams params) {
        return decided(Asking.of(params));
    }

    /** As {@link #propose}; of what is not a proposal of the deal protocol, who proposes has to be known. */
    ProposalVerdict decided(Asking asking) {
        var params = asking.params();
        var verdict = decide(asking);
        switch (verdict) {
            case Accepted accepted -> LOG.info("Accepted deal {} of {}", params.uuid(), client(params));
            case Rejected rejected ->
                LOG.info("Rejected deal {} of {}: {}", params.uuid(), client(params), rejected.message());
        }
        return verdict;
    }

    /** What was answered before. */
    Optional<ProposalVerdict> known(Asking asking) {
        return store.read(tx -> known(tx, asking));
    }

    private ProposalVerdict decide(Asking asking) {
        var params = asking.params();
        var known = known(asking);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            var key = keyOf(asking);
            if (key.isEmpty()) {
                return unknownClient(params);
            }
            // A stranger who cannot sign must not make the node ask the chain any further.
            var badSignature = asking.leftOut().contains(DealRule.SIGNATURE)
                    ? Optional.<Rejected>empty()
                    : ClientRules.signature(params, key.get());
            return badSignature.isPresent()
                    ? badSignature.get()
                    : judged(withPieceHere(asking.withoutSignature()), facts(params, key.get()));
        } catch (AditException e) {
            return notReady(e);
        }
    }

    /** The chain does not answer, or the policy does not fit; anything else is thrown on. */
    static Rejected notReady(AditException e) {
        if (!(e instanceof RpcException) && !(e.code() instanceof ConfigErrorCode)) {
            throw e;
        }
        LOG.warn("A proposal cannot be checked: {}", e.getMessage());
        return Rejected.of(
                RejectionCode.NOT_READY,
                "checked against the chain and the policy",
                e instanceof RpcException
                        ? "a provider whose chain node does not answer"
                        : "a provider whose policy has to be mended");
    }

    /**
     * What would be answered to a proposal, and everything that speaks against it, without storing anything.
     *
     * @param signed whether it carries the client's signature; if not, that is not looked at
     */
    List<Rejected> preflight(DealParams params, boolean signed) {
        var client = client(params);
        if (signed && client.isKey()) {
            var badSignature = ClientRules.signature(params, client);
            if (badSignature.isPresent()) {
                return List.of(badSignature.get());
            }
        }
        try {
            var key = chain.keyOf(client);
            if (key.isEmpty()) {
                return List.of(unknownClient(params));
            }
            var asking = signed ? Asking.of(params) : Asking.of(params).withoutSignature();
            return allAgainst(asking, key.get());
        } catch (AditException e) {
            return List.of(notReady(e));
        }
    }

    /** What speaks against a deal of another kind. */
    List<Rejected> preflight(Asking asking) {
        var params = asking.params();
        var key = keyOf(asking);
        return key.isEmpty() ? List.of(unknownClient(params)) : allAgainst(asking, key.get());
    }

    /**
     * What signs for the client. Whoever brings a deal that is not signed itself has shown that it is the client's own address. A
     * proposal of the deal protocol goes onto the chain, where the market asks the client's actor, and that of an Ethereum account
     * has no answer.
     */
    private Optional<Address> keyOf(Asking asking) {
        var client = client(asking.params());
        return asking.leftOut().contains(DealRule.SIGNATURE) && client.isEthereum()
                ? Optional.of(client)
                : chain.keyOf(client);
    }

    private List<Rejected> allAgainst(Asking asking, Address key) {
        var context = admission.context(asking, facts(asking.params(), key));
        return ProposalChecks.all(
                asking.params(), context, withPieceHere(asking).leftOut());
    }

    /** Data that is here, from another deal with the same, takes no time to fetch. */
    private Asking withPieceHere(Asking asking) {
        var proposal = asking.params().proposal().proposal();
        if (policy.get().pace().equals(FetchPace.FREE)) {
            return asking;
        }
        try {
            var piece = new PieceInfo(Commitment.fromCid(proposal.pieceCid()), new PaddedSize(proposal.pieceSize()));
            return files.find(piece).isPresent() ? asking.without(DealRule.TRANSFER_TIME) : asking;
        } catch (InvalidValueException e) {
            // The rules say what is wrong with it.
            return asking;
        }
    }

    /** The operator's filters take their time, so they are asked before the proposal's turn, and only about what may be taken. */
    private ProposalVerdict judged(Asking asking, ChainFacts facts) {
        var params = asking.params();
        if (!facts.terms().filters().any()) {
            return admission.decide(asking, facts);
        }
        var verdict = ProposalChecks.check(params, admission.context(asking, facts), asking.leftOut());
        if (verdict instanceof Rejected) {
            return verdict;
        }
        return filters.objection(params, facts.terms())
                .map(ProposalVerdict.class::cast)
                .orElseGet(() -> admission.decide(asking, facts));
    }

    private ChainFacts facts(DealParams params, Address clientKey) {
        var proposal = params.proposal().proposal();
        long size = proposal.pieceSize();
        // A size that is none is rejected before its collateral is looked at.
        var bounds = chain.collateralBounds(new PaddedSize(size >= 128 && Long.bitCount(size) == 1 ? size : 128));
        var terms = policy.get();
        return new ChainFacts(
                terms,
                chain.miner(),
                chain.idOf(proposal.provider()),
                clientKey,
                names(proposal.client(), clientKey, terms),
                chain.now(),
                bounds);
    }

    private Set<Address> names(Address client, Address key, DealTerms terms) {
        return terms.namesClientsById()
                ? Stream.of(client, key, chain.idOf(client)).collect(Collectors.toSet())
                : Stream.of(client, key).collect(Collectors.toSet());
    }

    /** What was answered before, if this UUID or this proposal is known. */
    static Optional<ProposalVerdict> known(Tx tx, Asking asking) {
        var params = asking.params();
        var signedCid = asking.proposal();
        var sameUuid = tx.deals().find(params.uuid());
        if (sameUuid.isPresent()) {
            return sameUuid.get().signedProposalCid().equals(signedCid)
                    ? Optional.of(new Accepted())
                    : Optional.of(reused("DealUUID", "new, or the one of the same proposal", params.uuid()));
        }
        return tx.deals()
                .findBySignedProposal(signedCid)
                .map(other -> reused("ClientDealProposal", "proposed under one UUID", other.uuid()));
    }

    private static ProposalVerdict reused(String field, String limit, UUID taken) {
        var code = RejectionCode.UUID_REUSED;
        return new Rejected(code, field, limit, "one that deal " + taken + " has", code.remedy());
    }

    private static Rejected unknownClient(DealParams params) {
        return Rejected.of(
                RejectionCode.UNKNOWN_CLIENT,
                "an account with a secp256k1 or BLS key",
                client(params).toString());
    }

    static DealRecord record(DealParams params, Instant now) {
        var proposal = params.proposal().proposal();
        return new DealRecord(
                params.uuid(),
                DealProtocol.MK12,
                params.proposal().signedProposalCid(),
                new Bytes(params.proposal().toCbor()),
                new PieceInfo(Commitment.fromCid(proposal.pieceCid()), new PaddedSize(proposal.pieceSize())),
                proposal.client(),
                proposal.startEpoch(),
                proposal.endEpoch(),
                proposal.pricePerEpoch(),
                params.dataRoot(),
                params.offline(),
                params.transfer().type(),
                new Bytes(params.transfer().params()),
                params.bytesExpected(),
                params.skipIpniAnnounce(),
                params.removeUnsealedCopy(),
                DealCheckpoint.Accepted,
                0,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now,
                0);
    }

    private static Address client(DealParams params) {
        return params.proposal().proposal().client();
    }

    /** How far a deal has come, for the client that signed it and nobody else. */
    public DealStatusResponse status(DealStatusRequest request) {
        var uuid = request.uuid();
        var found = store.read(tx -> tx.deals().find(uuid));
        if (found.filter(deal -> deal.protocol() == DealProtocol.MK12).isEmpty()) {
            return noStatus(uuid, "no storage deal found with deal UUID " + uuid);
        }
        var deal = found.orElseThrow();
        var key = chain.keyOf(deal.client());
        if (key.isEmpty() || !Signatures.verify(key.get(), DealStatusRequest.signedBytes(uuid), request.signature())) {
            return noStatus(
                    uuid,
                    "signature verification failed: sign the 16 bytes of the UUID with the key of " + deal.client());
        }
        var sealing = deal.sector()
                .flatMap(number -> store.read(tx -> tx.sectors().find(number)))
                .map(sector -> sector.state().name())
                .orElse("");
        var status = new DealStatus(
                deal.error().orElse(""),
                deal.checkpoint().name(),
                sealing,
                StoredDeals.proposal(deal).proposal(),
                deal.signedProposalCid(),
                deal.publishCid(),
                deal.chainDealId().orElse(0));
        long received = deal.checkpoint() == DealCheckpoint.Accepted ? files.received(uuid) : deal.bytesReceived();
        return new DealStatusResponse(uuid, "", Optional.of(status), deal.offline(), deal.transferSize(), received);
    }

    private static DealStatusResponse noStatus(UUID uuid, String why) {
        return new DealStatusResponse(uuid, why, Optional.empty(), false, 0, 0);
    }
}
