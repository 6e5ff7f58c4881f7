package io.adit.market.deal;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.fetch.AddressRules;
import io.adit.market.filter.FilterTerms;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.PriceList;
import io.adit.market.policy.UploadTerms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Proposals that are good unless a test changes something about them. */
public final class TestDeals {
    public static final Address MINER = Address.ofId(1000);
    public static final PrivateKey CLIENT = TestKeys.key(SignatureType.SECP256K1, 3);
    public static final PrivateKey WORKER = TestKeys.key(SignatureType.SECP256K1, 7);
    public static final long NOW = 1000;
    public static final DealTerms TERMS = new DealTerms(
            PriceList.flat(TokenAmount.ofAtto(1L << 30)),
            Set.of(),
            Set.of(),
            new PaddedSize(256),
            new PaddedSize(2048),
            SectorSize.KIB_2,
            20,
            14,
            FetchPace.FREE,
            40_320,
            DealTerms.CHAIN_MIN_DURATION,
            DealTerms.CHAIN_MAX_DURATION,
            DealTerms.CHAIN_MAX_DURATION,
            10_000,
            10_000,
            100,
            100,
            100_000,
            100,
            0,
            new AddressRules(true),
            FilterTerms.NONE,
            new UploadTerms(32, 8, Duration.ofDays(1)),
            Set.of());

    /** Epochs that sealing takes. */
    static final long SEALING = 10;

    private TestDeals() {}

    public static byte[] data(int seed, int length) {
        var data = new byte[length];
        new Random(seed).nextBytes(data);
        return data;
    }

    /** A proposal for the data, served at the URL. */
    public static DealParams params(UUID uuid, byte[] data, String url) {
        return params(uuid, data, url, proposal -> proposal);
    }

    public static DealParams params(UUID uuid, byte[] data, String url, UnaryOperator<DealProposal> change) {
        var proposal = change.apply(proposal(CommP.of(data)));
        return signed(uuid, proposal, CLIENT, transfer(data.length, url));
    }

    public static DealParams signed(UUID uuid, DealProposal proposal, PrivateKey key, Transfer transfer) {
        return new DealParams(
                uuid,
                false,
                new ClientDealProposal(proposal, key.sign(proposal.toCbor())),
                Cid.rawSha256(new byte[] {1}),
                transfer,
                false,
                false);
    }

    public static Transfer transfer(long size, String url) {
        return new Transfer(size, "http", ("{\"URL\":\"" + url + "\"}").getBytes(StandardCharsets.UTF_8), "1");
    }

    public static DealProposal proposal(PieceInfo piece) {
        return new DealProposal(
                piece.pieceCidV1(),
                piece.size().bytes(),
                false,
                CLIENT.address(),
                MINER,
                new DealLabel.Text("test"),
                new Epoch(NOW + 100),
                new Epoch(NOW + 100 + DealTerms.CHAIN_MIN_DURATION),
                TokenAmount.ofAtto(piece.size().bytes()),
                FakeMarketChain.MIN_COLLATERAL,
                TokenAmount.ZERO);
    }
}
