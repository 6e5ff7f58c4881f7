package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Cases;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborWriter;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitFieldTest {
    @ParameterizedTest
    @MethodSource("bitfields")
    void rleAndMembersAgree_forVectors(JsonNode vector) {
        var rle = Vectors.hex(vector, "rle_plus");
        var members = members(vector.required("set"));

        assertThat(BitField.parse(rle)).isEqualTo(members);
        assertThat(members.toRle()).isEqualTo(rle);
        assertThat(members.cardinality()).isEqualTo(vector.required("count").asLong());
        assertThat(BitField.ofRuns(members.runs())).isEqualTo(members);
        assertThat(new CborWriter().bytes(rle).toByteArray()).isEqualTo(Vectors.hex(vector, "cbor"));
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void parsingAgreesWithTheReference_forDoubtfulVectors(JsonNode vector) {
        var rle = Vectors.hex(vector, "rle_plus");

        if (vector.required("rust_rejects").asBoolean()) {
            assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> BitField.parse(rle));
        } else {
            assertThat(BitField.parse(rle).isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0022", "f003", "5401", "0402"})
    void parsingRefuses_whenCutShort(String hex) {
        var rle = HexFormat.of().parseHex(hex);

        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> BitField.parse(new byte[] {rle[0], 0}));
    }

    @Test
    void parsingRefuses_whenRunIsNotInItsShortestForm() {
        // 00 version, 1 first, then 01 + 0001: a run of 1 in the short form.
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> BitField.parse(bits("00101" + "1000")));
        // A run of 3 and a run of 15 in the long form.
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> BitField.parse(bits("001" + "00" + "11000000" + "01" + "0100" + "1")));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> BitField.parse(bits("001" + "00" + "11110000")));
    }

    @Test
    void parsingRefuses_whenRunsAddUpBeyond63Bits() {
        var largest = "11111111".repeat(8) + "11111110";

        var half = BitField.parse(bits("001" + "00" + "11111111".repeat(8) + "11111100"));
        assertThat(half.cardinality()).isEqualTo((1L << 62) - 1);
        assertThat(BitField.parse(bits("001" + "00" + largest)).last()).hasValue(Long.MAX_VALUE - 1);
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> BitField.parse(bits("001" + "00" + largest + "1" + "1")));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> BitField.parse(bits("001" + "00" + "11111111".repeat(9) + "10000000")));
    }

    @Test
    void parsingRefuses_whenLongerThanTheChainAllows() {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> BitField.parse(new byte[BitField.MAX_ENCODED + 1]))
                .satisfies(e -> assertThat(e.what()).isEqualTo("bitfield length"));
    }

    @Test
    void streamRefuses_whenMembersExceedTheBound() {
        var huge = BitField.ofRange(5, Long.MAX_VALUE - 6);

        assertThat(huge.cardinality()).isEqualTo(Long.MAX_VALUE - 6);
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> huge.stream(1000));
        assertThat(huge.minus(BitField.ofRange(8, Long.MAX_VALUE - 9)).stream(10))
                .containsExactly(5L, 6L, 7L);
    }

    @Test
    void smallestCutsWithinARange_andTakesAllWhereThereAreFewer() {
        var field = BitField.of(1, 2, 3, 7, 8);

        assertThat(field.smallest(0)).isEqualTo(BitField.EMPTY);
        assertThat(field.smallest(2)).isEqualTo(BitField.of(1, 2));
        assertThat(field.smallest(4)).isEqualTo(BitField.of(1, 2, 3, 7));
        assertThat(field.smallest(6)).isEqualTo(field);
        assertThat(BitField.ofRange(5, 1L << 60).smallest(2)).isEqualTo(BitField.of(5, 6));
    }

    @Test
    void runsAreLotusJson() {
        assertThat(BitField.of(0, 1, 2, 8, 9).runs()).containsExactly(0, 3, 5, 2);
        assertThat(BitField.EMPTY.runs()).containsExactly(0);
        assertThat(BitField.ofRuns(0)).isEqualTo(BitField.EMPTY);
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> BitField.ofRuns(3, 0, 3));
    }

    @Test
    void neighboursAreOneRange_whateverTheirOrder() {
        var set = BitField.of(3, 1, 2, 2, 9);

        assertThat(set.ranges()).containsExactly(new BitField.Range(1, 3), new BitField.Range(9, 1));
        assertThat(set).hasToString("{1-3, 9}").isEqualTo(BitField.ofRange(1, 3).union(BitField.of(9)));
        assertThat(set.first()).hasValue(1);
        assertThat(set.last()).hasValue(9);
    }

    @Test
    void rleRoundTrips() {
        Cases.repeat(1000, given -> {
            var members = members(given);
            var set = BitField.of(members);

            assertThat(BitField.parse(set.toRle())).isEqualTo(set);
            assertThat(set.stream(members.size())).containsExactlyElementsOf(new TreeSet<>(members));
        });
    }

    @Test
    void setOperationsAgreeWithSets() {
        Cases.repeat(1000, given -> agree(members(given), members(given)));
    }

    private static void agree(Set<Long> left, Set<Long> right) {
        var union = new HashSet<>(left);
        union.addAll(right);
        var minus = new HashSet<>(left);
        minus.removeAll(right);
        var both = new HashSet<>(left);
        both.retainAll(right);
        var here = BitField.of(left);
        var there = BitField.of(right);

        assertThat(here.union(there)).isEqualTo(BitField.of(union));
        assertThat(here.minus(there)).isEqualTo(BitField.of(minus));
        assertThat(here.intersect(there)).isEqualTo(BitField.of(both));
        assertThat(union).allMatch(member -> here.contains(member) == left.contains(member));
        assertThat(here.containsAll(there)).isEqualTo(left.containsAll(right));
    }

    @Test
    void parsingNeverFailsUntyped_andAcceptsOnlyTheShortestForm() {
        Cases.repeat(2000, given -> {
            var bytes = given.bytes(40);
            try {
                assertThat(BitField.parse(bytes).toRle()).isEqualTo(bytes);
            } catch (InvalidValueException e) {
                assertThat(e.what()).startsWith("bitfield");
            }
        });
    }

    /** Mostly close together, as sectors are. */
    private static Set<Long> members(Cases given) {
        return new HashSet<>(given.list(
                60,
                () -> given.between(0, 8) > 0
                        ? (long) given.between(0, 60)
                        : Math.min(given.anyLong() & Long.MAX_VALUE, Long.MAX_VALUE - 1)));
    }

    private static BitField members(JsonNode set) {
        return set.isArray()
                ? BitField.of(Stream.iterate(0, i -> i < set.size(), i -> i + 1)
                        .map(i -> set.get(i).asLong())
                        .toList())
                : BitField.ofRange(
                        set.required("from").asLong(), set.required("count").asLong());
    }

    /** Bytes whose bits, least significant first, are the given digits. */
    private static byte[] bits(String digits) {
        var bytes = new byte[(digits.length() + 7) / 8];
        for (int i = 0; i < digits.length(); i++) {
            bytes[i / 8] |= (byte) ((digits.charAt(i) - '0') << (i % 8));
        }
        return bytes;
    }

    static Stream<JsonNode> bitfields() {
        return Vectors.each("filecoin/bitfields.json");
    }

    static Stream<JsonNode> rejected() {
        return Vectors.each("filecoin/bitfields_invalid.json");
    }
}
