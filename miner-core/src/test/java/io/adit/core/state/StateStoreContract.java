package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every state store must do; run against SQLite and PostgreSQL. */
abstract class StateStoreContract {
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<StateStore> opened = new ArrayList<>();
    private StateStore store = closedStore();

    /** Opens the same database each time it is called within one test. */
    abstract SqlStateStore open();

    private static StateStore closedStore() {
        return new UnopenedStateStore();
    }

    @BeforeEach
    void openStore() {
        store = reopen();
    }

    @AfterEach
    void closeStores() {
        opened.forEach(StateStore::close);
    }

    private StateStore reopen() {
        opened.forEach(StateStore::close);
        opened.clear();
        StateStore next = open();
        opened.add(next);
        return next;
    }

    static void assertCode(StateErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private List<SectorRecord> sectors() {
        return store.read(tx -> tx.sectors().list());
    }

    @Test
    void sectorRoundTrips_withEveryFieldAndWithNone() {
        SectorRecord full = StateFixtures.provenSector(3, random);
        SectorRecord empty =
                SectorRecord.created(new SectorNumber(1), RegisteredSealProof.fromNumber(5), StateFixtures.NOW);

        store.transactVoid(tx -> {
            tx.sectors().insert(full);
            tx.sectors().insert(empty);
        });
        store = reopen();

        assertThat(sectors()).containsExactly(empty, full);
        Optional<SectorRecord> found = store.read(tx -> tx.sectors().find(full.number()));
        assertThat(found).contains(full);
        Optional<SectorRecord> missing = store.read(tx -> tx.sectors().find(new SectorNumber(2)));
        assertThat(missing).isEmpty();
        List<SectorRecord> proving = store.read(tx -> tx.sectors().listInState(SectorState.Proving));
        Map<SectorState, Integer> counts =
                store.read(tx -> tx.sectors().count(EnumSet.of(SectorState.Proving, SectorState.Faulty)));
        assertThat(counts).isEqualTo(Map.of(SectorState.Proving, proving.size()));
        assertThat(proving).containsExactly(full);
    }

    @Test
    void sectorUpdateReplacesEverything_includingPieces() {
        SectorRecord before = StateFixtures.provenSector(3, random);
        SectorRecord other = StateFixtures.provenSector(3, random);
        store.transactVoid(tx -> tx.sectors().insert(before));

        SectorRecord after = store.transact(tx -> tx.sectors()
                .update(before.withState(SectorState.Faulty)
                        .withPieces(other.pieces())
                        .withError(Optional.empty())
                        .withExpiration(Optional.of(new Epoch(5)))
                        .withUpdatedAt(StateFixtures.NOW.plusNanos(1))));

        assertThat(after.version()).isEqualTo(1);
        assertThat(after.pieces()).isEqualTo(other.pieces());
        assertThat(sectors()).containsExactly(after);
    }

    @Test
    void staleUpdateIsRefused_andChangesNothing() {
        SectorRecord first = StateFixtures.provenSector(3, random);
        store.transactVoid(tx -> tx.sectors().insert(first));
        SectorRecord second = store.transact(tx -> tx.sectors().update(first.withState(SectorState.Faulty)));

        assertCode(
                StateErrorCode.STATE_STALE_RECORD,
                () -> store.transact(tx -> tx.sectors().update(first.withState(SectorState.Removed))));
        assertThat(sectors()).containsExactly(second);
    }

    @Test
    void sectorNumbersAreNeverReused() {
        List<Long> numbers = new ArrayList<>();
        for (long lowest : new long[] {0, 0, 10, 0, 5}) {
            numbers.add(allocate(lowest));
        }
        store = reopen();
        numbers.add(allocate(0));

        assertThat(numbers).containsExactly(0L, 1L, 10L, 11L, 12L, 13L);
        assertThatThrownBy(() -> store.transact(tx -> {
                    tx.sectors().allocateNumber(new SectorNumber(0));
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        assertThat(allocate(0)).isEqualTo(14);
        assertCode(StateErrorCode.STATE_NO_SECTOR_NUMBER, () -> allocate(Long.MAX_VALUE));
        assertThat(allocate(0)).isEqualTo(15);
    }

    private long allocate(long lowest) {
        return store.transact(
                tx -> tx.sectors().allocateNumber(new SectorNumber(lowest)).value());
    }

    @Test
    void sectorNumbersAreDistinct_whenManyAllocateAtOnce() throws Exception {
        var numbers = new HashSet<Long>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<Future<Long>>();
            for (int i = 0; i < 50; i++) {
                results.add(executor.submit(() -> allocate(3)));
            }
            for (Future<Long> result : results) {
                numbers.add(result.get());
            }
        }

        assertThat(numbers).hasSize(50).allMatch(number -> number >= 3 && number < 53);
    }

    @Test
    void pieceIsFoundInSectors_atItsOffset() {
        SectorRecord one = StateFixtures.provenSector(1, random);
        SectorRecord two = StateFixtures.provenSector(2, random);
        SectorPiece shared = one.pieces().get(2);
        SectorRecord both = two.withPieces(List.of(shared, two.pieces().get(0)));
        store.transactVoid(tx -> {
            tx.sectors().insert(one);
            tx.sectors().insert(both);
        });

        List<PieceLocation> locations =
                store.read(tx -> tx.sectors().locations(shared.piece().commP()));

        assertThat(locations)
                .containsExactly(
                        new PieceLocation(
                                one.number(),
                                SectorState.Proving,
                                2L << 20,
                                shared.piece().size()),
                        new PieceLocation(
                                both.number(),
                                SectorState.Proving,
                                0,
                                shared.piece().size()));
    }

    @Test
    void dealRoundTrips_andIsFoundByEveryName() {
        DealRecord published = StateFixtures.deal(random);
        DealRecord accepted = withoutChainFacts(StateFixtures.deal(random));
        store.transactVoid(tx -> {
            tx.deals().insert(published);
            tx.deals().insert(accepted);
        });

        List<DealRecord> all = store.read(tx -> tx.deals().list());
        assertThat(all).containsExactlyInAnyOrder(published, accepted);
        Optional<DealRecord> byUuid = store.read(tx -> tx.deals().find(published.uuid()));
        assertThat(byUuid).contains(published);
        Optional<DealRecord> byProposal =
                store.read(tx -> tx.deals().findBySignedProposal(accepted.signedProposalCid()));
        assertThat(byProposal).contains(accepted);
        Optional<DealRecord> byChain = store.read(
                tx -> tx.deals().findByChainId(published.chainDealId().orElseThrow()));
        assertThat(byChain).contains(published);
        Optional<DealRecord> unknown = store.read(tx -> tx.deals().find(new UUID(0, 0)));
        assertThat(unknown).isEmpty();
    }

    private static DealRecord withoutChainFacts(DealRecord deal) {
        return new DealRecord(
                deal.uuid(),
                DealProtocol.MK20,
                deal.signedProposalCid(),
                deal.clientDealProposal(),
                deal.piece(),
                deal.client(),
                deal.start(),
                deal.end(),
                deal.pricePerEpoch(),
                deal.dataRoot(),
                true,
                "",
                new Bytes(new byte[0]),
                0,
                false,
                true,
                DealCheckpoint.Accepted,
                0,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                deal.createdAt(),
                deal.updatedAt(),
                0);
    }

    @Test
    void failedDealIsNotListedAtItsCheckpoint() {
        DealRecord deal = StateFixtures.deal(random);
        DealRecord failed = StateFixtures.deal(random).withError(Optional.of("wrong CommP"));
        store.transactVoid(tx -> {
            tx.deals().insert(deal);
            tx.deals().insert(failed);
        });

        List<DealRecord> published = store.read(tx -> tx.deals().listAt(DealCheckpoint.Published));
        assertThat(published).containsExactly(deal);
        List<UUID> names = store.read(tx -> tx.deals().namesAt(DealCheckpoint.Published, deal.protocol()));
        assertThat(names).containsExactly(deal.uuid());
        var other = deal.protocol() == DealProtocol.MK12 ? DealProtocol.MK20 : DealProtocol.MK12;
        names = store.read(tx -> tx.deals().namesAt(DealCheckpoint.Published, other));
        assertThat(names).isEmpty();
        DealRecord next = store.transact(tx -> tx.deals().update(deal.withCheckpoint(DealCheckpoint.AddedPiece)));
        published = store.read(tx -> tx.deals().listAt(DealCheckpoint.Published));
        assertThat(published).isEmpty();
        assertThat(next.version()).isEqualTo(1);
        assertCode(
                StateErrorCode.STATE_STALE_RECORD,
                () -> store.transact(tx -> tx.deals().update(deal.withBytesReceived(1))));
    }

    @Test
    void dealsAreSummedByCheckpoint_withoutFailedOnes() {
        var accepted = StateFixtures.deal(random)
                .withCheckpoint(DealCheckpoint.Accepted)
                .withTransferSize(300)
                .withSector(Optional.empty());
        var placed = StateFixtures.deal(random)
                .withCheckpoint(DealCheckpoint.AddedPiece)
                .withTransferSize(5)
                .withSector(Optional.of(new SectorNumber(3)));
        var failed = StateFixtures.deal(random)
                .withCheckpoint(DealCheckpoint.Accepted)
                .withError(Optional.of("late"));
        store.transactVoid(tx -> List.of(accepted, placed, failed).forEach(tx.deals()::insert));

        DealTotals both =
                store.read(tx -> tx.deals().totals(EnumSet.of(DealCheckpoint.Accepted, DealCheckpoint.AddedPiece)));
        assertThat(both)
                .isEqualTo(new DealTotals(2, 305, accepted.piece().size().bytes()));
        DealTotals none = store.read(tx -> tx.deals().totals(EnumSet.of(DealCheckpoint.Complete)));
        assertThat(none).isEqualTo(new DealTotals(0, 0, 0));
    }

    @Test
    void pieceIsNeeded_byDealsThatHaveNeitherFailedNorEnded() {
        var deal = StateFixtures.deal(random).withError(Optional.empty());
        var ended = StateFixtures.deal(random).withPiece(deal.piece()).withError(Optional.empty());
        var failed = StateFixtures.deal(random).withPiece(deal.piece()).withError(Optional.of("late"));
        var other = StateFixtures.deal(random).withError(Optional.empty());
        store.transactVoid(tx -> {
            List.of(deal, ended, failed, other).forEach(tx.deals()::insert);
            tx.deals().end(ended.uuid(), new DealEnd(DealEnd.Ending.EXPIRED, new Epoch(3)));
        });

        List<DealRecord> needing =
                store.read(tx -> tx.deals().needing(deal.piece().commP()));
        assertThat(needing).containsExactly(deal);
    }

    @Test
    void pieceInAggregatesIsFound_whereThereIsAnUnsealedCopy() {
        var piece = StateFixtures.piece(random);
        var parents =
                Stream.generate(() -> StateFixtures.piece(random)).limit(3).toList();
        var part = new PieceInfo(piece.commP(), piece.size());
        store.transactVoid(tx -> {
            for (int i = 0; i < parents.size(); i++) {
                var parent = parents.get(i);
                tx.pieces().insertIfAbsent(parent.withFile(i == 1 ? Optional.of(Path.of("/a")) : Optional.empty()));
                tx.subPieces().insertIfAbsent(List.of(new SubPieceRecord(parent.commP(), 0, part, 100, 127, true)));
            }
        });

        List<SubPieceRecord> all = store.read(tx -> tx.subPieces().find(piece.commP(), 9));
        assertThat(all).hasSize(3);
        List<SubPieceRecord> some = store.read(tx -> tx.subPieces().find(piece.commP(), 2));
        assertThat(some).isEqualTo(all.subList(0, 2));
        Optional<SubPieceRecord> stored = store.read(tx -> tx.subPieces().findStored(piece.commP()));
        assertThat(stored.orElseThrow().parent()).isEqualTo(parents.get(1).commP());
        boolean beside = store.read(tx ->
                tx.subPieces().isStoredBeside(piece.commP(), parents.get(0).commP()));
        assertThat(beside).isTrue();
        beside = store.read(tx ->
                tx.subPieces().isStoredBeside(piece.commP(), parents.get(1).commP()));
        assertThat(beside).isFalse();
    }

    @Test
    void advertisementsAreAChain_andContextsAreWhatItSaysNow() {
        var first = new AdRecord(1, cid("first"), new Bytes(new byte[] {1}), StateFixtures.NOW);
        var second = new AdRecord(2, cid("second"), new Bytes(new byte[] {2}), StateFixtures.NOW);
        var piece = StateFixtures.commitment(random);
        var blocks = new AdContext(new Bytes(new byte[] {1, 9}), piece, AdKind.BLOCKS, new Bytes(new byte[] {7}));
        var whole = new AdContext(new Bytes(new byte[] {0, 9}), piece, AdKind.PIECE, new Bytes(new byte[] {8}));
        var last = new AdChunk(cid("last"), piece, AdKind.BLOCKS, 59, 16_384, Optional.empty());
        var newest = new AdChunk(cid("newest"), piece, AdKind.BLOCKS, 1L << 35, 3, Optional.of(last.cid()));
        store.transactVoid(tx -> {
            tx.ads().append("me", first);
            tx.ads().put("me", blocks);
            tx.ads().put("me", whole);
            tx.ads().putChunks(List.of(last, newest));
        });
        assertThatThrownBy(() -> store.transactVoid(tx -> tx.ads().append("me", first)))
                .isInstanceOf(AditException.class);
        store.transactVoid(tx -> tx.ads().append("me", second));
        store.transactVoid(tx -> tx.ads().putChunks(List.of(last, newest)));
        store = reopen();

        store.<Boolean>read(tx -> {
            assertThat(tx.ads().head("me")).contains(second);
            assertThat(tx.ads().head("another")).isEmpty();
            assertThat(tx.ads().find("me", first.cid())).contains(first);
            assertThat(tx.ads().find("another", first.cid())).isEmpty();
            assertThat(tx.ads().contexts("me")).containsExactly(whole, blocks);
            assertThat(tx.ads().chunks(newest.cid())).containsExactly(newest);
            return true;
        });
        var otherwise = new AdContext(blocks.contextId(), piece, AdKind.BLOCKS, new Bytes(new byte[] {9}));
        store.transactVoid(tx -> {
            tx.ads().put("me", otherwise);
            tx.ads().remove("me", whole);
        });
        List<AdContext> now = store.read(tx -> tx.ads().contexts("me"));
        assertThat(now).containsExactly(otherwise);
        List<AdChunk> kept = store.read(tx -> tx.ads().chunks(last.cid()));
        assertThat(kept).containsExactly(last);
        store.transactVoid(tx -> tx.ads().remove("me", otherwise));
        List<AdChunk> gone = store.read(tx -> tx.ads().chunks(last.cid()));
        assertThat(gone).isEmpty();
    }

    private static Cid cid(String of) {
        return Cid.dagCbor(of.getBytes(StandardCharsets.UTF_8));
    }

    private DealRecord dealOn(PieceInfo piece, boolean skip, DealProtocol protocol, DealCheckpoint at) {
        return StateFixtures.deal(random)
                .withPiece(piece)
                .withSkipIpni(skip)
                .withProtocol(protocol)
                .withCheckpoint(at)
                .withError(Optional.empty());
    }

    private PieceInfo anyPiece() {
        return StateFixtures.deal(random).piece();
    }

    @Test
    void aPieceStaysOutOfPublicIndexes_unlessALiveDealOnTheChainSaysOtherwise() {
        var hidden = anyPiece();
        var proposedOnly = anyPiece();
        var ended = anyPiece();
        var open = anyPiece();
        var direct = anyPiece();
        var over = dealOn(ended, false, DealProtocol.MK12, DealCheckpoint.Complete);
        store.transactVoid(tx -> {
            tx.deals().insert(dealOn(hidden, true, DealProtocol.MK12, DealCheckpoint.Complete));
            tx.deals().insert(dealOn(proposedOnly, true, DealProtocol.MK12, DealCheckpoint.Complete));
            tx.deals().insert(dealOn(proposedOnly, false, DealProtocol.MK12, DealCheckpoint.Transferred));
            tx.deals().insert(dealOn(ended, true, DealProtocol.MK12, DealCheckpoint.Complete));
            tx.deals().insert(over);
            tx.deals().end(over.uuid(), new DealEnd(DealEnd.Ending.EXPIRED, new Epoch(7)));
            tx.deals().insert(dealOn(open, true, DealProtocol.MK12, DealCheckpoint.Complete));
            tx.deals().insert(dealOn(open, false, DealProtocol.MK12, DealCheckpoint.Complete));
            tx.deals().insert(dealOn(direct, false, DealProtocol.MK20, DealCheckpoint.Complete));
        });

        Set<Commitment> blocks = store.read(tx -> tx.ads().unwanted(AdKind.BLOCKS));
        assertThat(blocks).containsExactlyInAnyOrder(hidden.commP(), proposedOnly.commP(), ended.commP());
        Set<Commitment> pieces = store.read(tx -> tx.ads().unwanted(AdKind.PIECE));
        assertThat(pieces)
                .containsExactlyInAnyOrder(hidden.commP(), proposedOnly.commP(), ended.commP(), direct.commP());
    }

    @Test
    void partsOfAnAggregateStayOutWithIt_unlessTheyAreElsewhereToo() {
        var secret = StateFixtures.piece(random).withFile(Optional.of(Path.of("secret")));
        var open = StateFixtures.piece(random).withFile(Optional.of(Path.of("open")));
        var only = anyPiece();
        var shared = anyPiece();
        store.transactVoid(tx -> {
            tx.pieces().insertIfAbsent(secret);
            tx.pieces().insertIfAbsent(open);
            tx.deals()
                    .insert(dealOn(
                            new PieceInfo(secret.commP(), secret.size()),
                            true,
                            DealProtocol.MK20,
                            DealCheckpoint.Complete));
            tx.subPieces()
                    .insertIfAbsent(List.of(
                            new SubPieceRecord(secret.commP(), 0, only, 100, 0, true),
                            new SubPieceRecord(secret.commP(), 1, shared, 100, 127, true),
                            new SubPieceRecord(open.commP(), 0, shared, 100, 0, true)));
        });

        Set<Commitment> blocks = store.read(tx -> tx.ads().unwanted(AdKind.BLOCKS));
        assertThat(blocks).containsExactlyInAnyOrder(secret.commP(), only.commP());
    }

    @Test
    void promisesAddUpByClient_untilTheyAreReleased() {
        var client = StateFixtures.deal(random).client();
        var deals = Stream.generate(() -> StateFixtures.deal(random)
                        .withClient(client)
                        .withCheckpoint(DealCheckpoint.Accepted)
                        .withError(Optional.empty()))
                .limit(3)
                .toList();
        store.transactVoid(tx -> deals.forEach(tx.deals()::insert));
        var amount = TokenAmount.ofFil("1000000.000000000999999999");
        store.transactVoid(tx -> deals.subList(0, 2).forEach(deal -> {
            tx.deals().promise(deal.uuid(), client, amount);
            tx.deals().promise(deal.uuid(), client, TokenAmount.ofFil(1));
        }));

        TokenAmount promised = store.read(tx -> tx.deals().promised(client));
        assertThat(promised).isEqualTo(amount.times(2));
        List<DealRecord> unpromised = store.read(tx -> tx.deals().unpromised(EnumSet.of(DealCheckpoint.Accepted)));
        assertThat(unpromised).containsExactly(deals.get(2));
        store.transactVoid(tx -> tx.deals().release(deals.getFirst().uuid()));
        promised = store.read(tx -> tx.deals().promised(client));
        assertThat(promised).isEqualTo(amount);
        promised =
                store.read(tx -> tx.deals().promised(StateFixtures.deal(random).client()));
        assertThat(promised).isEqualTo(TokenAmount.ZERO);
    }

    @Test
    void sameProposalTwiceIsRefused() {
        DealRecord deal = StateFixtures.deal(random);
        store.transactVoid(tx -> tx.deals().insert(deal));

        assertCode(
                StateErrorCode.STATE_DUPLICATE,
                () -> store.transactVoid(tx -> tx.deals().insert(deal)));
    }

    @Test
    void pieceIsInsertedOnce() {
        PieceRecord piece = StateFixtures.piece(random);

        boolean first = store.transact(tx -> tx.pieces().insertIfAbsent(piece));
        boolean second = store.transact(tx -> tx.pieces().insertIfAbsent(piece.withIndexed(false)));
        PieceRecord updated = store.transact(
                tx -> tx.pieces().update(piece.withIndexed(false).withFile(Optional.of(Path.of("/other")))));

        assertThat(first).isTrue();
        assertThat(second).isFalse();
        List<PieceRecord> byRoot =
                store.read(tx -> tx.pieces().findByDataRoot(piece.dataRoot().orElseThrow()));
        assertThat(byRoot).containsExactly(updated);
        Optional<PieceRecord> found = store.read(tx -> tx.pieces().find(piece.commP()));
        assertThat(found).contains(updated);
        List<PieceRecord> all = store.read(tx -> tx.pieces().list());
        assertThat(all).containsExactly(updated);
    }

    @Test
    void messageGoesFromIntentToReceipt() {
        Address from = Address.actor(new byte[] {1});
        MessageRecord intent = StateFixtures.intent("precommit/17", from, random);
        boolean isNew = store.transact(tx -> tx.messages().insertIfAbsent(intent));
        boolean again =
                store.transact(tx -> tx.messages().insertIfAbsent(StateFixtures.intent("precommit/17", from, random)));

        MessageRecord signed = store.transact(tx -> tx.messages()
                .update(intent.withState(MessageState.SIGNED)
                        .withNonce(OptionalLong.of(41))
                        .withSignedMessage(Optional.of(new Bytes(new byte[] {1, 2, 3})))
                        .withCid(Optional.of(StateFixtures.cid(random)))));
        MessageRecord done = store.transact(tx -> tx.messages()
                .update(signed.withState(MessageState.DONE)
                        .withMinedHeight(Optional.of(new Epoch(99)))
                        .withExitCode(OptionalLong.of(0))
                        .withReturnValue(Optional.of(new Bytes(new byte[0])))));

        assertThat(isNew).isTrue();
        assertThat(again).isFalse();
        assertThat(done.version()).isEqualTo(2);
        store = reopen();
        Optional<MessageRecord> found = store.read(tx -> tx.messages().find("precommit/17"));
        assertThat(found).contains(done);
        found = store.read(tx -> tx.messages().findByCid(done.cid().orElseThrow()));
        assertThat(found).contains(done);
        List<MessageRecord> recent = store.read(tx -> tx.messages().recent(10));
        assertThat(recent).containsExactly(done);
        OptionalLong nonce = store.read(tx -> tx.messages().highestNonce(from));
        assertThat(nonce).hasValue(41);
        nonce = store.read(tx -> tx.messages().highestNonce(Address.ofId(5)));
        assertThat(nonce).isEmpty();
    }

    @Test
    void oneNonceIsNeverSignedTwice() {
        Address from = Address.actor(new byte[] {1});
        MessageRecord one = StateFixtures.intent("one", from, random);
        MessageRecord two = StateFixtures.intent("two", from, random);
        MessageRecord elsewhere = StateFixtures.intent("three", Address.actor(new byte[] {2}), random);
        store.transactVoid(tx -> {
            tx.messages().insertIfAbsent(one);
            tx.messages().insertIfAbsent(two);
            tx.messages().insertIfAbsent(elsewhere);
            tx.messages().update(one.withNonce(OptionalLong.of(7)));
            tx.messages().update(elsewhere.withNonce(OptionalLong.of(7)));
        });

        assertCode(
                StateErrorCode.STATE_DUPLICATE,
                () -> store.transact(tx -> tx.messages().update(two.withNonce(OptionalLong.of(7)))));
        List<MessageRecord> intents = store.read(tx -> tx.messages().listInState(MessageState.INTENT));
        assertThat(intents).hasSize(3).contains(two);
    }

    @Test
    void metaRoundTrips() {
        store.transactVoid(tx -> {
            tx.meta().put("miner", "t01000");
            tx.meta().put("miner", "t01001");
            tx.meta().put("gone", "x");
            tx.meta().remove("gone");
        });

        Optional<String> miner = store.read(tx -> tx.meta().get("miner"));
        assertThat(miner).contains("t01001");
        Optional<String> gone = store.read(tx -> tx.meta().get("gone"));
        assertThat(gone).isEmpty();
    }

    @Test
    void metaIsReplaced_onlyWhenItIsTheExpectedOne() {
        assertThat(replace(Optional.empty(), "one")).isTrue();
        assertThat(replace(Optional.empty(), "other")).isFalse();
        assertThat(replace(Optional.of("other"), "two")).isFalse();
        assertThat(replace(Optional.of("one"), "two")).isTrue();
        Optional<String> now = store.read(tx -> tx.meta().get("name"));
        assertThat(now).contains("two");
    }

    private boolean replace(Optional<String> expected, String value) {
        return store.transact(tx -> tx.meta().replace("name", expected, value));
    }

    @Test
    void nothingStays_whenTheWorkThrows() {
        assertThatThrownBy(() -> store.transactVoid(tx -> {
                    tx.meta().put("a", "1");
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");

        Optional<String> value = store.read(tx -> tx.meta().get("a"));
        assertThat(value).isEmpty();
    }

    @Test
    void writingInsideReadIsRefused() {
        assertCode(
                StateErrorCode.STATE_UNAVAILABLE,
                () -> store.read(tx -> {
                    tx.meta().put("a", "1");
                    return true;
                }));

        Optional<String> value = store.read(tx -> tx.meta().get("a"));
        assertThat(value).isEmpty();
    }

    @Test
    void nestedTransactionIsRefused() {
        assertCode(
                StateErrorCode.STATE_NESTED_TRANSACTION,
                () -> store.transact(
                        outer -> store.transact(inner -> inner.meta().get("a"))));
        assertCode(
                StateErrorCode.STATE_NESTED_TRANSACTION,
                () -> store.transact(outer -> store.read(inner -> inner.meta().get("a"))));

        boolean usable = store.transact(tx -> tx.meta().get("a").isEmpty());
        assertThat(usable).isTrue();
    }

    @Test
    void readersSeeNoHalfDoneWork() throws Exception {
        store.transactVoid(tx -> {
            tx.meta().put("a", "0");
            tx.meta().put("b", "0");
        });
        var torn = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = executor.submit(() -> {
                for (int i = 1; i <= 100; i++) {
                    String value = Integer.toString(i);
                    store.transactVoid(tx -> {
                        tx.meta().put("a", value);
                        tx.meta().put("b", value);
                    });
                }
            });
            while (!writer.isDone()) {
                store.read(tx -> {
                    Optional<String> a = tx.meta().get("a");
                    if (!a.equals(tx.meta().get("b"))) {
                        torn.incrementAndGet();
                    }
                    return true;
                });
            }
            writer.get();
        }

        assertThat(torn).hasValue(0);
    }

    @Test
    void migrationsRunOnce_howeverOftenTheStoreIsOpened() {
        store.transactVoid(tx -> tx.meta().put("kept", "yes"));

        for (int i = 0; i < 3; i++) {
            store = reopen();
        }

        Optional<String> kept = store.read(tx -> tx.meta().get("kept"));
        assertThat(kept).contains("yes");
    }
}
