package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceHasher;
import io.adit.core.fil.PieceHashers;
import io.adit.core.fil.PieceInfo;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativePieceHasherTest {
    private final Random random = new Random(11);

    @Test
    void largePieces_areHashedNatively_whereTheLibraryIs() {
        var found = ServiceLoader.load(PieceHashers.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();

        assertThat(found).singleElement().isInstanceOf(NativePieceHashers.class);
        assertThat(found.getFirst().begin()).get().isInstanceOf(NativePieceHasher.class);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1, 127, 128, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_000_000, 4_161_536, 4_161_537})
    void commitment_isJavas_inAnyPortions(int length) {
        var payload = payload(length);
        var expected = inJava(payload);

        assertThat(CommP.of(payload)).isEqualTo(expected);
        for (int round = 0; round < 4; round++) {
            int most = 1 << (4 + random.nextInt(18));
            var commP = new CommP();
            for (int at = 0; at < length; ) {
                int n = Math.min(length - at, 1 + random.nextInt(most));
                commP.update(payload, at, n);
                at += n;
            }
            assertThat(commP.rawSize()).isEqualTo(length);
            assertThat(commP.finish()).as("portions of up to %s", most).isEqualTo(expected);
        }
    }

    @Test
    void piecesLargerThanTheirPayload_areJavas() {
        var payload = payload(300_000);
        for (var size : List.of(new PaddedSize(1 << 19), new PaddedSize(1 << 22), new PaddedSize(1L << 36))) {
            var ours = new CommP();
            ours.update(payload, 0, payload.length);
            var java = CommP.inJava();
            java.update(payload, 0, payload.length);
            assertThat(ours.finish(size)).isEqualTo(java.finish(size));
        }
    }

    @Test
    void everyKernelOfThisCpu_givesJavasCommitment() {
        var payload = payload(700_001);
        var expected = inJava(payload);
        var available = NativePieceHashers.kernel("available").split(",");

        assertThat(available).contains("scalar", NativePieceHashers.kernel("best"));
        for (var name : available) {
            var hasher = NativePieceHashers.withKernel(name);
            hasher.update(payload, 0, payload.length);
            assertThat(hasher.finish(expected.size())).as(name).isEqualTo(expected.commP());
        }
    }

    @Test
    void kernelThatIsNoneAndUseAfterTheEnd_areRefused() {
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> NativePieceHashers.withKernel("abacus"))
                .withMessageContaining("scalar");
        var hasher = NativePieceHashers.withKernel("");
        hasher.update(payload(1000), 0, 1000);
        hasher.finish(new PaddedSize(2048));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> hasher.finish(new PaddedSize(2048)))
                .withMessageContaining("no open piece commitment");
    }

    @Test
    void hasherThatTheLibraryRefuses_isNoneAndNoError() {
        assertThat(NativePieceHashers.begin("abacus")).isEmpty();
        assertThat(NativePieceHashers.begin(NativePieceHashers.kernel("best"))).isPresent();
    }

    @Test
    void hasherThatIsAbandoned_givesItsStreamBackAtOnce() {
        var abandoned = new ArrayList<PieceHasher>();
        for (int i = 0; i < 300; i++) {
            abandoned.add(NativePieceHashers.withKernel(""));
            abandoned.getLast().update(new byte[1000], 0, 1000);
            abandoned.getLast().abandon();
        }
        assertThat(abandoned)
                .allSatisfy(hasher -> assertThatExceptionOfType(ProofsException.class)
                        .isThrownBy(() -> hasher.finish(new PaddedSize(2048)))
                        .withMessageContaining("no open piece commitment"));
    }

    @Test
    void wrongCommitment_isSeenBeforeAnyPieceIsHashed() {
        for (var name : NativePieceHashers.kernel("available").split(",")) {
            assertThat(NativePieceHashers.isRight(NativePieceHashers.withKernel(name)))
                    .as(name)
                    .isTrue();
        }
        var faulty = NativePieceHashers.withKernel("");
        faulty.update(new byte[1], 0, 1);
        assertThat(NativePieceHashers.isRight(faulty)).isFalse();
    }

    @Test
    void scalarKernel_isLeftToJavaUnlessItIsAskedFor() {
        assertThat(NativePieceHashers.isWorthwhile("scalar", "")).isFalse();
        assertThat(NativePieceHashers.isWorthwhile("scalar", "abacus")).isFalse();
        assertThat(NativePieceHashers.isWorthwhile("scalar", "scalar")).isTrue();
        assertThat(NativePieceHashers.isWorthwhile("sha-ni", "")).isTrue();
    }

    @Test
    void anotherAbi_isRefusedAsIfTheLibraryWereMissing() {
        var library = NativeLibrary.locate();
        AditKernels.bind(library);
        NativeProofs.requireAbi(library, AditKernels.adit_abi());
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> NativeProofs.requireAbi(library, AditKernels.adit_abi() + 1))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(ProofsError.LIBRARY_MISSING));
    }

    @Test
    void measuring_namesEveryKernelAndTheLibrary() {
        var measured = MeasuredKernel.measure(NativeLibrary.locate(), new PaddedSize(1 << 20), 3);

        assertThat(measured).extracting(MeasuredKernel::name).contains("scalar").endsWith(MeasuredKernel.LIBRARY);
        assertThat(MeasuredKernel.libraryVersion()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(measured)
                .hasSize(NativePieceHashers.kernel("available").split(",").length + 1)
                .allSatisfy(way -> {
                    assertThat(way.seconds()).hasSize(3).isSorted();
                    assertThat(way.least()).isPositive().isLessThanOrEqualTo(way.median());
                    assertThat(way.median()).isLessThanOrEqualTo(way.most());
                });
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> MeasuredKernel.measure(NativeLibrary.locate(), new PaddedSize(1 << 20), 0));
    }

    @Test
    void hasherThatIsForgotten_givesItsStreamBack() {
        // More than may be open at a time: without the cleaner the last ones would be refused.
        for (int round = 0; round < 12; round++) {
            var last = new WeakReference<>(forgetSome());
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                System.gc();
                return last.get() == null;
            });
        }
    }

    private Object forgetSome() {
        var last = NativePieceHashers.withKernel("");
        for (int i = 0; i < 400; i++) {
            last = NativePieceHashers.withKernel("");
        }
        return last;
    }

    private static PieceInfo inJava(byte[] payload) {
        var commP = CommP.inJava();
        commP.update(payload, 0, payload.length);
        return commP.finish();
    }

    private byte[] payload(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
