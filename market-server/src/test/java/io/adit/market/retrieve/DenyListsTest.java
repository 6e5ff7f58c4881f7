package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.task.SteppedClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deny lists in the compact denylist format; the double hashes are those of the format's published test list. */
class DenyListsTest {
    private static final Cid CONTENT = Cid.parse("bafybeihvvulpp4evxj7x7armbqcyg6uezzuig6jp3lktpbovlqfkuqeuoq");
    private static final Cid OTHER = Cid.rawSha256(new byte[] {1});

    @TempDir
    private Path folder;

    private static DenyList list(String text) throws IOException {
        return DenyList.read(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void aCid_isDeniedUnderEachCodecAndVersion_withoutItsPaths() throws IOException {
        var list = list("version: 1\nname: a list\nhints:\n  x: y\n---\n# why\n/ipfs/" + CONTENT + " reason=x\n");

        assertThat(list.isBlocked(CONTENT, "")).isTrue();
        assertThat(list.isBlocked(Cid.parse("QmesfgDQ3q6prBy2Kg2gKbW4MAGuWiRP2DVuGA5MZSERLo"), ""))
                .isTrue();
        assertThat(list.isBlocked(Cid.of(Cid.RAW, CONTENT.multihash()), "")).isTrue();
        assertThat(list.isBlocked(CONTENT, "path")).isFalse();
        assertThat(list.isBlocked(OTHER, "")).isFalse();
        assertThat(list.rules()).isEqualTo(1);
        assertThat(list.unused()).isZero();
    }

    @Test
    void paths_wholeAndByTheirBeginning_andTheLastRuleThatFitsCounts() throws IOException {
        var list = list("/ipfs/" + CONTENT + "/blocked*\n!/ipfs/" + CONTENT + "/blocked/not\n+/ipfs/" + CONTENT
                + "/blocked/fine*\n/ipfs/" + CONTENT + "/blocked/fine/but%20not/\n/ipfs/" + OTHER + "/*\n");

        assertThat(list.isBlocked(CONTENT, "")).isFalse();
        assertThat(list.isBlocked(CONTENT, "blocked/and/more")).isTrue();
        assertThat(list.isBlocked(CONTENT, "blocked/not")).isFalse();
        assertThat(list.isBlocked(CONTENT, "blocked/not/this")).isTrue();
        assertThat(list.isBlocked(CONTENT, "blocked/fine/x")).isFalse();
        assertThat(list.isBlocked(CONTENT, "blocked/fine/but not")).isTrue();
        assertThat(list.isBlocked(OTHER, "")).isTrue();
        assertThat(list.isBlocked(OTHER, "any/thing")).isTrue();
    }

    @Test
    void doubleHashes_ofBothKinds() throws IOException {
        var legacy = Cid.parse("bafybeiefwqslmf6zyyrxodaxx4vwqircuxpza5ri45ws3y5a62ypxti42e");
        var list = list("""
                //d9d295bde21f422d471a90f2a37ec53049fdf3e5fa3ee2e8f20e10003da429e7
                //3f8b9febd851873b3774b937cce126910699ceac56e72e64b866f8e258d09572
                //QmX9dhRcQcKUw3Ws8485T5a9dtjrSCQaUAHnG4iK9i4ceM
                """);

        assertThat(list.isBlocked(legacy, "")).isTrue();
        assertThat(list.isBlocked(legacy, "path")).isTrue();
        assertThat(list.isBlocked(legacy, "other")).isFalse();
        assertThat(list.isBlocked(Cid.parse("QmVTF1yEejXd9iMgoRTFDxBv7HAz9kuZcQNBzHrceuK9HR"), ""))
                .isTrue();
        assertThat(list.isBlocked(Cid.parse("bafybeidjwik6im54nrpfg7osdvmx7zojl5oaxqel5cmsz46iuelwf5acja"), ""))
                .isTrue();
        assertThat(list.isBlocked(OTHER, "")).isFalse();
    }

    @Test
    void manyDoubleHashes_areAllKept() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            text.append("//").append(HexFormat.of().formatHex(digestFor(i))).append('\n');
        }
        var list = list(text + "!//" + HexFormat.of().formatHex(digestFor(7)) + "\n");

        for (int i = 0; i < 5000; i++) {
            assertThat(list.isBlocked(numbered(i), "")).as("number %d", i).isEqualTo(i != 7);
            assertThat(list.isBlocked(numbered(i + 5000), "")).isFalse();
        }
    }

    private static Cid numbered(int i) {
        return Cid.rawSha256(new byte[] {(byte) i, (byte) (i >> 8), 9});
    }

    private static byte[] digestFor(int i) {
        return Multihash.sha256Of((numbered(i) + "/").getBytes(UTF_8)).digest();
    }

    @Test
    void aPieceCidOfVersion2_standsForThePiece() throws IOException {
        var v2 = PieceCid.v2(Commitment.of(new byte[32]), 1000);

        assertThat(list("/ipfs/" + v2 + "\n").isBlocked(PieceCid.parse(v2).v1(), ""))
                .isTrue();
    }

    @Test
    void whatDoesNothingHere_isCounted_andOtherVersionsAreRefused() throws IOException {
        var list = list("/ipns/domain.example\n/ipfs/nonsense\n//abc\n/path*\n\n#\n---broken\n");

        assertThat(list.rules()).isZero();
        assertThat(list.unused()).isEqualTo(5);
        assertThatThrownBy(() -> list("version: 2\n---\n")).hasMessageContaining("version 2");
        assertThatThrownBy(() -> list("/".repeat((2 << 20) + 1))).hasMessageContaining("a line of more than");
    }

    @Test
    void deniedContent_isAnswered451_andACarThatComesToItIsBrokenOff() throws Exception {
        var file = Files.writeString(folder.resolve("a.deny"), "# none yet\n");
        var clock = new SteppedClock(Instant.parse("2026-11-23T12:00:00Z"));
        var lists = DenyLists.open(List.of(file), clock);
        try (var provider = new StoredFixture(folder, RetrievalLimits.DEFAULTS, GatewayOptions.NONE, lists)) {
            var stored = provider.store(3000, 1, new UnixFsOptions(1000, 10, Optional.empty()));
            var curl = new Curl(folder);
            var leaf = Cid.rawSha256(Arrays.copyOf(stored.content(), 1000));
            var car = provider.base() + "/ipfs/" + stored.root() + "?format=car";
            assertThat(curl.run(car).exit()).isZero();
            Files.writeString(
                    file, "/ipfs/" + leaf + "\n/ipfs/" + stored.piece().pieceCidV1() + "\n");
            clock.step(Duration.ofSeconds(10));

            var raw = curl.run(provider.base() + "/ipfs/" + leaf + "?format=raw");
            assertThat(raw.status()).isEqualTo(451);
            assertThat(raw.text()).contains("\"code\":\"BLOCKED\"");
            assertThat(curl.run(provider.base() + "/piece/" + stored.piece().pieceCidV1())
                            .status())
                    .isEqualTo(451);
            assertThat(curl.run(car).exit()).isNotZero();
            assertThat(curl.run(provider.base() + "/ipfs/" + stored.root() + "?format=raw")
                            .status())
                    .isEqualTo(200);
            Files.writeString(file, "/ipfs/" + stored.root() + "/denied*\n");
            clock.step(Duration.ofSeconds(10));
            assertThat(curl.run(provider.base() + "/ipfs/" + stored.root() + "/denied/x?format=raw")
                            .status())
                    .isEqualTo(451);
            assertThat(curl.run(car).exit()).isZero();
        }
    }

    @Test
    void aFileThatChanges_isReadAgain_andOneThatGoesCountsAsBefore() throws IOException {
        var clock = new SteppedClock(Instant.parse("2026-11-23T12:00:00Z"));
        var file = Files.writeString(folder.resolve("a.deny"), "/ipfs/" + CONTENT + "\n");
        var lists = DenyLists.open(List.of(file), clock);
        assertThat(lists.isBlocked(CONTENT)).isTrue();
        Files.writeString(file, "/ipfs/" + OTHER + "\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-23T12:00:05Z")));

        assertThat(lists.isBlocked(OTHER)).isFalse();
        clock.step(Duration.ofSeconds(10));
        assertThat(lists.isBlocked(OTHER)).isTrue();
        assertThat(lists.isBlocked(CONTENT)).isFalse();
        Files.delete(file);
        clock.step(Duration.ofSeconds(10));
        assertThat(lists.isBlocked(OTHER)).isTrue();
        assertThatThrownBy(() -> DenyLists.open(List.of(file), clock))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.deny");
    }
}
