package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.SignatureType;
import io.adit.core.time.SystemTimeline;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.chain.Production;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A chain whose blocks a provider makes. */
class MinersBlocksTest {
    private static final ScriptedMiner.Prover VALID = (info, challenge) -> RecordingProofs.validProof();

    private Devnet devnet = start(Production.BY_MINERS);
    private FullNode node = devnet.node();
    private Provider provider = new Provider(devnet, node);
    private ScriptedMiner miner = withPower();

    private static Devnet start(Production production) {
        return Devnet.simulated(ScriptedMiner.settings(), new RecordingProofs(), production, new SystemTimeline());
    }

    /** Seals a sector, proves it, and waits until the lookback state has its power. */
    private ScriptedMiner withPower() {
        seal(provider);
        var scripted = new ScriptedMiner(node, provider.miner(), provider.worker());
        while (producerOf(devnet.epoch()) == Genesis.PRODUCER) {
            devnet.advance(1);
        }
        return scripted;
    }

    private long producerOf(long epoch) {
        var head = node.chainHead();
        return head.height().value() == epoch
                ? head.minTicketBlock().miner().id().orElseThrow()
                : -1;
    }

    @AfterEach
    void close() {
        devnet.close();
    }

    /** Lets an epoch begin and mines in it. */
    private boolean round() {
        devnet.advance(1);
        var block = miner.mine(devnet.epoch());
        block.ifPresent(node::syncSubmitBlock);
        return block.isPresent();
    }

    private Block won() {
        while (true) {
            var block = miner.mine(devnet.epoch());
            if (block.isPresent()) {
                return block.get();
            }
            devnet.advance(1);
        }
    }

    @Test
    void theDevnetStopsMakingBlocks_onceAProviderMay() {
        long before = node.chainHead().height().value();

        devnet.advance(3);

        assertThat(node.chainHead().height().value()).isEqualTo(before);
        assertThat(devnet.epoch()).isEqualTo(before + 4);
    }

    @Test
    void aProviderMakesEveryBlock_andIsPaidForItsWins() {
        var available = node.stateMinerAvailableBalance(provider.miner(), TipSetKey.EMPTY);
        int made = 0;
        long wins = 0;
        for (int epoch = 0; epoch < 40; epoch++) {
            if (round()) {
                made++;
                wins += node.chainHead()
                        .minTicketBlock()
                        .electionProof()
                        .orElseThrow()
                        .winCount();
            }
        }
        devnet.advance(1);
        miner.mine(devnet.epoch()).ifPresent(node::syncSubmitBlock);

        assertThat(made).isGreaterThan(36);
        assertThat(node.chainHead().minTicketBlock().miner()).isEqualTo(provider.miner());
        var earned = node.stateMinerAvailableBalance(provider.miner(), TipSetKey.EMPTY)
                .minus(available)
                .atto();
        // A quarter of 36.27 FIL * wins / 5 is free at once; a daily fee may have been burnt meanwhile, and a bit
        // vested.
        var free = new BigInteger("36266260308195979333")
                .multiply(BigInteger.valueOf(wins))
                .divide(BigInteger.valueOf(20));
        assertThat(earned)
                .isBetween(
                        free.multiply(BigInteger.valueOf(98)).divide(BigInteger.valueOf(100)),
                        free.multiply(BigInteger.valueOf(102)).divide(BigInteger.valueOf(100)));
    }

    @Test
    void anEpochWithoutABlockIsANullRound_andTheNextBlockCarriesItsBeacon() {
        round();
        var before = node.chainHead();
        devnet.advance(3);

        var block = won();
        node.syncSubmitBlock(block);

        long gap = block.header().height().value() - before.height().value();
        assertThat(gap).isGreaterThanOrEqualTo(3);
        assertThat(block.header().beaconEntries()).hasSize((int) gap);
        assertThat(node.chainHead().parents()).isEqualTo(before.key());
    }

    @Test
    void messagesLandInAProvidersBlock() {
        var rich = Provider.key("rich", SignatureType.SECP256K1).address();
        devnet.ledger().fund(rich, TokenAmount.ofFil(3));
        devnet.advance(1);

        var block = won();
        node.syncSubmitBlock(block);
        node.syncSubmitBlock(next());

        assertThat(block.secp256k1Messages()).hasSize(1);
        assertThat(node.walletBalance(rich)).isEqualTo(TokenAmount.ofFil(3));
        assertThat(node.mpoolPending(TipSetKey.EMPTY)).isEmpty();
    }

    private Block next() {
        devnet.advance(1);
        return won();
    }

    @Test
    void aForkTakesBlocksBack_andTheProviderGoesOnOnTop() {
        for (int epoch = 0; epoch < 12; epoch++) {
            round();
        }
        var before = node.chainHead();

        devnet.reorg(10);

        var fork = node.chainHead();
        assertThat(fork.height()).isEqualTo(before.height());
        assertThat(fork.key()).isNotEqualTo(before.key());
        assertThat(node.chainTipSetWeight(fork.key())).isGreaterThan(node.chainTipSetWeight(before.key()));
        var path = node.chainGetPath(before.key(), fork.key());
        assertThat(path.stream().filter(change -> change.type() == HeadChange.Type.REVERT))
                .hasSize(10);
        node.syncSubmitBlock(next());
        assertThat(node.chainHead().parents()).isEqualTo(fork.key());
    }

    @Test
    void nobodyIsEligible_inOrderedNullRounds() {
        var before = node.chainHead().height().value();
        devnet.ledger().skip(2);
        var seen = new ArrayList<Long>();

        for (int epoch = 0; epoch < 6; epoch++) {
            round();
            seen.add(node.chainHead().height().value());
        }

        assertThat(seen.subList(0, 2)).containsOnly(before);
        assertThat(seen.getLast()).isGreaterThan(before + 2);
    }

    private void beginWithFills() {
        devnet.close();
        devnet = start(Production.BY_MINERS_AND_DEVNET);
        node = devnet.node();
        provider = new Provider(devnet, node);
        seal(provider);
        miner = new ScriptedMiner(node, provider.miner(), provider.worker());
    }

    private void seal(Provider sealing) {
        sealing.createMiner();
        sealing.preCommit(1);
        sealing.prove(1);
        post(sealing);
    }

    private void post(Provider proving) {
        long deadline = proving.awaitDeadline(1);
        // Where the devnet fills, the head is the epoch before until this one is over.
        devnet.advance(1);
        assertThat(proving.submitWindow(deadline).exitCode()).isZero();
    }

    @Test
    void theDevnetFillsWhatIsLeft_ifItIsSoConfigured() {
        beginWithFills();
        devnet.advance(40);

        long head = node.chainHead().height().value();
        assertThat(head).isEqualTo(devnet.epoch() - 1);
        while (!round()) {
            assertThat(devnet.epoch()).isLessThan(head + 10);
        }
        assertThat(producerOf(devnet.epoch())).isEqualTo(provider.miner().id().orElseThrow());
    }

    @Test
    void theNodeSigns_whenItsWalletHasTheKey() {
        var template = miner.template(node.chainHead(), awaitWin(), VALID).orElseThrow();

        assertThat(node.minerCreateBlock(template).header().blockSignature()).isEmpty();
        devnet.node().wallet().add(provider.worker());
        var signed = node.minerCreateBlock(template);
        node.syncSubmitBlock(signed);

        assertThat(node.chainHead().key().cids())
                .containsExactly(signed.header().cid());
    }

    private long awaitWin() {
        while (miner.mine(devnet.epoch()).isEmpty()) {
            devnet.advance(1);
        }
        return devnet.epoch();
    }

    @Test
    void aBlockIsTakenOnce_andALaterOneOfTheSameMinerDoesNotJoinItsTipset() {
        var block = won();
        node.syncSubmitBlock(block);
        var head = node.chainHead();
        node.syncSubmitBlock(block);
        assertThat(node.chainHead()).isEqualTo(head);

        devnet.ledger().fund(Provider.key("other", SignatureType.BLS).address(), TokenAmount.ofFil(1));
        var second = miner.mine(
                        node.chainGetTipSet(head.parents()), head.height().value(), VALID)
                .orElseThrow();
        node.syncSubmitBlock(second);

        assertThat(second.header().cid()).isNotEqualTo(block.header().cid());
        assertThat(devnet.ledger().consensusFaults()).singleElement().asString().startsWith("double fork");
        assertThat(node.chainHead().blocks()).hasSize(1);
    }

    @Test
    void withoutPowerThereIsNoBaseInfo() {
        assertThat(node.minerGetBaseInfo(
                        Address.ofId(Genesis.PRODUCER),
                        new Epoch(devnet.epoch()),
                        node.chainHead().key()))
                .isEmpty();
        assertThatThrownBy(() -> node.minerGetBaseInfo(
                        Address.ofId(99),
                        new Epoch(devnet.epoch()),
                        node.chainHead().key()))
                .hasMessageContaining("actor code is not miner: account");
    }

    @Test
    void blocksOfTwoProvidersShareATipset_andAMessageRunsOnce() {
        beginWithFills();
        var second = new Provider(devnet, node, "second");
        seal(second);
        post(provider);
        devnet.advance(25);
        var other = new ScriptedMiner(node, second.miner(), second.worker());
        var rich = Provider.key("rich", SignatureType.BLS).address();
        Optional<Block> one;
        Optional<Block> two;
        long given = 0;
        do {
            devnet.advance(1);
            devnet.ledger().fund(rich, TokenAmount.ofFil(2));
            given += 2;
            one = miner.mine(devnet.epoch());
            two = other.mine(devnet.epoch());
        } while (one.isEmpty() || two.isEmpty());
        var seen = new CopyOnWriteArrayList<HeadChange>();
        try (var feed = node.chainNotify(seen::addAll)) {
            await().until(() -> seen.size() == 1);
            node.syncSubmitBlock(one.get());
            node.syncSubmitBlock(two.get());
            await().until(() -> seen.size() == 4);
            assertThat(feed.connected()).isTrue();
        }

        assertThat(node.chainHead().blocks()).hasSize(2);
        assertThat(node.chainHead().key().cids())
                .containsExactlyInAnyOrder(
                        one.get().header().cid(), two.get().header().cid());
        assertThat(seen.stream().map(HeadChange::type).skip(1))
                .containsExactly(HeadChange.Type.APPLY, HeadChange.Type.REVERT, HeadChange.Type.APPLY);
        assertThat(node.chainGetMessagesInTipset(node.chainHead().key())).hasSize(1);
        node.syncSubmitBlock(next());
        assertThat(node.walletBalance(rich)).isEqualTo(TokenAmount.ofFil(given));
        assertThat(node.chainHead().minTicketBlock().parents()).hasSize(2);
        assertThat(devnet.ledger().consensusFaults()).isEmpty();
    }

    @Test
    void blocksThatWouldCostTheirMinerItsRewardsAreCounted() {
        beginWithFills();
        var second = new Provider(devnet, node, "second");
        seal(second);
        post(provider);
        devnet.advance(25);
        var other = new ScriptedMiner(node, second.miner(), second.worker());
        var base = node.chainHead();
        var mine = wonOn(miner, base);
        var others = other.mine(base, mine.header().height().value(), VALID);
        while (others.isEmpty()) {
            devnet.advance(1);
            base = node.chainHead();
            mine = wonOn(miner, base);
            others = other.mine(base, mine.header().height().value(), VALID);
        }
        node.syncSubmitBlock(others.get());
        var sibling = node.chainHead();
        devnet.advance(1);
        node.syncSubmitBlock(wonOn(miner, sibling));
        assertThat(devnet.ledger().consensusFaults()).isEmpty();

        node.syncSubmitBlock(mine);
        node.syncSubmitBlock(wonOn(other, sibling));
        devnet.advance(1);
        node.syncSubmitBlock(wonOn(other, sibling));

        assertThat(devnet.ledger().consensusFaults())
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("parent grinding"),
                        fault -> assertThat(fault).startsWith("time offset"));
    }

    /** A block on parents that may not be the head, for the first epoch that is won from the present one on. */
    private Block wonOn(ScriptedMiner by, TipSet base) {
        var block = by.mine(base, devnet.epoch(), VALID);
        while (block.isEmpty()) {
            devnet.advance(1);
            block = by.mine(base, devnet.epoch(), VALID);
        }
        return block.get();
    }

    @Test
    void aBlockWhoseMessagesSkipANonceIsRefused() {
        devnet.ledger().fund(Provider.key("rich", SignatureType.BLS).address(), TokenAmount.ofFil(1));
        devnet.ledger().fund(Provider.key("rich", SignatureType.BLS).address(), TokenAmount.ofFil(1));
        var template = miner.template(node.chainHead(), awaitWin(), VALID).orElseThrow();
        assertThat(template.messages()).hasSize(2);
        var gap = new BlockTemplate(
                template.miner(),
                template.parents(),
                template.ticket(),
                template.electionProof(),
                template.beaconEntries(),
                List.of(template.messages().getLast()),
                template.epoch(),
                template.timestamp(),
                template.winningPoStProof());

        assertThatThrownBy(() -> node.syncSubmitBlock(miner.signed(node.minerCreateBlock(gap))))
                .hasMessageContaining("wrong nonce (exp: ");
    }
}
