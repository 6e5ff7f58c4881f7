package io.adit.market.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import io.adit.core.error.AditException;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.DagPb;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.UnixFsDirectories;
import io.adit.core.ipld.UnixFsReader;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Blocks that clients have stored, as a walk for somebody else reads them. */
class DagFuzzTest {
    private static final List<Long> CODECS = List.of(Cid.DAG_PB, Cid.DAG_CBOR);
    /** An entry of eight bytes makes a link of some hundred; see {@link DagPb}. */
    private static final long CAP = 8 << 20;

    @Test
    void anyBlock_isFollowedOrATypedFailure() {
        Fuzzer.of("dag", CAP).run(10_000, (input, random) -> {
            for (long codec : CODECS) {
                var cid = Cid.of(codec, Multihash.sha256Of(input));
                for (var scope : ResponseFormat.Scope.values()) {
                    try {
                        assertThat(DagLinks.within(scope, cid, input)).hasSizeLessThanOrEqualTo(input.length);
                    } catch (AditException refused) {
                        // as it should be
                    }
                }
            }
        });
    }

    @Test
    void anyBlock_hasPartsWithinIt_orATypedFailure() {
        Fuzzer.of("dag", CAP).run(10_000, (input, random) -> {
            var cid = Cid.dagPbSha256(input);
            long first = random.nextLong(1L << 40);
            var whole = new DagLinks.Part(cid, first, first + random.nextLong(1L << 40));
            var range = new ByteRange(random.nextLong(1L << 41), 1 + random.nextLong(1L << 40));
            try {
                long at = whole.first();
                for (var part : DagLinks.within(range, whole, input)) {
                    assertThat(part.first()).isGreaterThanOrEqualTo(at);
                    assertThat(part.end()).isGreaterThan(part.first()).isLessThanOrEqualTo(whole.end());
                    assertThat(part.touches(range)).isTrue();
                    at = part.end();
                }
            } catch (AditException refused) {
                // as it should be
            }
            var directories = new UnixFsDirectories(asked -> asked.equals(cid) ? Optional.of(input) : Optional.empty());
            try {
                assertThat(directories.list(cid, 10)).hasSizeLessThanOrEqualTo(10);
                directories.find(cid, "name");
            } catch (AditException refused) {
                // as it should be
            }
        });
    }

    @Test
    void anyBlock_isAFileOrADirectory_orATypedFailure() {
        Fuzzer.of("dag", CAP).run(10_000, (input, random) -> {
            var cid = Cid.dagPbSha256(input);
            var reader = new UnixFsReader(asked -> asked.equals(cid) ? Optional.of(input) : Optional.empty());
            try {
                reader.list(cid);
            } catch (AditException refused) {
                // as it should be
            }
            try (var file = reader.open(cid)) {
                assertThat(file.readAllBytes()).hasSizeLessThanOrEqualTo(input.length);
            } catch (AditException refused) {
                // as it should be
            }
        });
    }
}
