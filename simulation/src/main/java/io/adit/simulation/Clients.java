package io.adit.simulation;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MarketWithdrawBalanceParams;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.ProposalVerdict;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.RejectionCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Those who want deals, and the operator's hands that bring the data of offline ones. They ask again until they are
 * answered, as long as the provider is down or dies over it; what they were told is what the provider has promised.
 */
final class Clients {
    /** Epochs between two tries, with which each goes on after the provider died over one. */
    private static final int AGAIN_AFTER = 4;

    /** Epochs after which a client proposes once more what was accepted, and the operator has the data of offline deals. */
    private static final int LATER = 6;

    /** For so many epochs a server is away. */
    private static final int AWAY = 12;

    private static final TokenAmount PURSE = TokenAmount.ofFil(100);
    private static final TokenAmount ESCROW = TokenAmount.ofFil(50);

    private final World world;
    private final SimulatedWeb web;
    private final Path shelf;
    private final RandomGenerator random;
    private final Coverage coverage;
    private final Breaches breaches;
    private final PrivateKey sound = key("client");
    private final PrivateKey fickle = key("fickle client");
    private final List<ClientDeal> deals = new ArrayList<>();

    /**
     * Clients with money in the market.
     *
     * @param shelf where the data of offline deals lies
     */
    Clients(World world, SimulatedWeb web, Path shelf, RandomGenerator random, Coverage coverage, Breaches breaches) {
        this.world = world;
        this.web = web;
        this.shelf = shelf;
        this.random = random;
        this.coverage = coverage;
        this.breaches = breaches;
    }

    /** Has them come to the chain, with money in the market; part of the making of the world. */
    static void arrive(World world) {
        world.welcome(List.of(key("client"), key("fickle client")), PURSE, ESCROW);
    }

    private static PrivateKey key(String name) {
        return PrivateKey.of(SignatureType.SECP256K1, Hashes.sha256(name.getBytes(StandardCharsets.UTF_8)));
    }

    /** All deals that were ever wanted, in their order. */
    List<ClientDeal> deals() {
        return Collections.unmodifiableList(deals);
    }

    // ---- wishes ----------------------------------------------------------------------------------

    void want(DealWish wish) {
        boolean same = wish.way() == DealWish.Way.SAME_DATA && !deals.isEmpty();
        var data = same ? deals.getFirst().data() : archive(wish.paddedSize());
        int padded = same ? deals.getFirst().wish().paddedSize() : wish.paddedSize();
        var deal = new ClientDeal(wish, params(wish, data, padded), data);
        deals.add(deal);
        coverage.saw("deals wanted, " + wish.way());
        var served = wish.way() == DealWish.Way.WRONG_DATA ? spoiled(data) : data;
        web.serve(wish.number(), served, wish.way() == DealWish.Way.SERVER_AWAY, false);
        if (wish.offline()) {
            write(wish.number(), served);
        }
    }

    private static byte[] spoiled(byte[] data) {
        var other = data.clone();
        other[other.length - 1] ^= 1;
        return other;
    }

    private void write(int number, byte[] data) {
        try {
            Files.createDirectories(shelf);
            Files.write(file(number), data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(int number) {
        return shelf.resolve(number + ".car");
    }

    /** An archive of one block that fills most of a piece. */
    private byte[] archive(int paddedSize) {
        int room = (int) new PaddedSize(paddedSize).unpadded().bytes();
        var data = new byte[room - 110];
        random.nextBytes(data);
        var block = new Block(Cid.rawSha256(data), data);
        var archive = new ByteArrayOutputStream();
        try (var car = new CarWriter(archive, List.of(block.cid()))) {
            car.write(block);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    private DealParams params(DealWish wish, byte[] data, int paddedSize) {
        var padded = new PaddedSize(paddedSize);
        var commP = new CommP();
        commP.update(data, 0, data.length);
        var node = world.node();
        var start = node.chainHead().height().plus(wish.startsIn());
        var collateral = node.stateDealProviderCollateralBounds(padded, false, TipSetKey.EMPTY)
                .min();
        var price = wish.way() == DealWish.Way.TOO_CHEAP ? padded.bytes() - 1 : padded.bytes();
        var client = wish.way() == DealWish.Way.TAKES_MONEY_BACK ? fickle : sound;
        var proposal = new DealProposal(
                commP.finish(padded).pieceCidV1(),
                padded.bytes(),
                false,
                client.address(),
                world.miner(),
                new DealLabel.Text("deal " + wish.number()),
                start,
                start.plus(DealTerms.CHAIN_MIN_DURATION),
                TokenAmount.ofAtto(price),
                // Bounds rise with the network's power.
                collateral.times(3).dividedBy(2),
                TokenAmount.ZERO);
        var transfer = wish.offline()
                ? new Transfer(0, "", new byte[0], "")
                : new Transfer(
                        data.length,
                        "http",
                        ("{\"URL\":\"" + SimulatedWeb.url(wish.number()) + "\"}").getBytes(StandardCharsets.UTF_8),
                        "");
        return new DealParams(
                new UUID(random.nextLong(), random.nextLong()),
                wish.offline(),
                new ClientDealProposal(proposal, client.sign(proposal.toCbor())),
                Cid.rawSha256(data),
                transfer,
                wish.dropsCopy(),
                false);
    }

    // ---- what they do ----------------------------------------------------------------------------

    /** Has everybody do what is due, once in an epoch. */
    void act(Provider provider) {
        long now = world.devnet().epoch();
        for (var deal : deals) {
            if (deal.verdict().isEmpty()) {
                if (now >= deal.askedAt + AGAIN_AFTER) {
                    deal.askedAt = now;
                    provider.propose(deal.params(), verdict -> answered(deal, verdict));
                }
            } else if (deal.isAccepted()) {
                goOn(deal, now, provider);
            }
        }
    }

    private void answered(ClientDeal deal, ProposalVerdict verdict) {
        if (deal.verdict().isPresent()) {
            // Asked twice, since the first answer did not come at once.
            return;
        }
        if (verdict instanceof ProposalVerdict.Rejected rejected) {
            coverage.saw("proposals rejected: " + rejected.code());
            if (rejected.code() == RejectionCode.NOT_READY) {
                return;
            }
        }
        deal.answered(verdict, world.devnet().epoch());
        if (deal.isAccepted() && deal.wish().way() == DealWish.Way.TAKES_MONEY_BACK) {
            withdraw();
        }
    }

    private void goOn(ClientDeal deal, long now, Provider provider) {
        long since = now - deal.acceptedAt().orElseThrow();
        if (deal.wish().way() == DealWish.Way.SERVER_AWAY && since == AWAY) {
            web.serve(deal.wish().number(), deal.data(), false, true);
        }
        if (deal.wish().way() == DealWish.Way.PROPOSES_TWICE && since >= LATER && !deal.proposedAgain) {
            deal.proposedAgain = provider.isRunning();
            proposeAgain(deal, provider);
        }
        if (deal.wish().offline() && !deal.isBrought() && since >= LATER && now >= deal.broughtAt + AGAIN_AFTER) {
            deal.broughtAt = now;
            provider.importDeal(deal.params().uuid(), file(deal.wish().number()), whole -> {
                if (whole) {
                    deal.broughtInFull();
                } else if (deal.wish().way() == DealWish.Way.WRONG_DATA) {
                    // Somebody finds the right file.
                    write(deal.wish().number(), deal.data());
                }
            });
        }
    }

    private void proposeAgain(ClientDeal deal, Provider provider) {
        var params = deal.params();
        provider.propose(params, verdict -> {
            if (!(verdict instanceof Accepted)) {
                breaches.report(DealsKept.class, deal.words() + " was accepted and is rejected now: " + verdict);
            }
        });
        var renamed = new DealParams(
                new UUID(random.nextLong(), random.nextLong()),
                params.offline(),
                params.proposal(),
                params.dataRoot(),
                params.transfer(),
                params.removeUnsealedCopy(),
                params.skipIpniAnnounce());
        provider.propose(renamed, verdict -> {
            if (verdict instanceof Accepted) {
                breaches.report(DealsKept.class, deal.words() + " is accepted a second time, under another name");
            }
        });
    }

    private void withdraw() {
        coverage.saw("a client took its money back");
        world.post(
                fickle,
                Actor.MARKET,
                MarketMethod.WITHDRAW_BALANCE.number(),
                new MarketWithdrawBalanceParams(fickle.address(), ESCROW).toCbor());
    }
}
