package io.adit.market.podsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Aggregates that another implementation made (vectors/filecoin/podsi). */
class AggregateVectorsTest {
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path folder;

    static Stream<JsonNode> aggregates() throws IOException {
        try (var in = AggregateVectorsTest.class.getResourceAsStream("/vectors/filecoin/podsi.json")) {
            return new ObjectMapper().readTree(in).valueStream().toList().stream();
        }
    }

    private static PaddedSize size(JsonNode vector) {
        return new PaddedSize(vector.path("deal_size").asLong());
    }

    private static PieceInfo aggregate(JsonNode vector) {
        return new PieceInfo(Commitment.fromHex(vector.path("aggregate_commp").asText()), size(vector));
    }

    private static List<DataSegment> segments(JsonNode vector) {
        return vector.path("segments")
                .valueStream()
                .map(node -> new DataSegment(
                        new PieceInfo(
                                Commitment.fromHex(node.path("comm").asText()),
                                new PaddedSize(node.path("size").asLong())),
                        node.path("offset").asLong()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void hasTheirIndexTheirRootAndTheirProofs(JsonNode vector) {
        assertThat(SegmentIndex.entries(size(vector)))
                .isEqualTo(vector.path("max_index_entries").asInt());
        assertThat(SegmentIndex.start(size(vector)))
                .isEqualTo(vector.path("index_start").asLong());
        var segments = segments(vector);
        for (int i = 0; i < segments.size(); i++) {
            assertThat(HEX.formatHex(segments.get(i).bytes()))
                    .endsWith(vector.path("segments").path(i).path("checksum").asText());
        }
        assertThat(AggregateLayout.of(
                                size(vector),
                                segments.stream().map(DataSegment::piece).toList())
                        .segments())
                .isEqualTo(segments);
        var tree = new Aggregate(size(vector), segments);
        assertThat(tree.root()).isEqualTo(aggregate(vector));
        assertThat(vector.path("proofs")).isNotEmpty();
        for (var theirs : vector.path("proofs")) {
            var commP = Commitment.fromHex(theirs.path("comm").asText());
            int segment =
                    segments.stream().map(one -> one.piece().commP()).toList().indexOf(commP);
            var proof = tree.prove(segment);
            var cbor = theirs.path("inclusion_proof_dag_cbor").asText();
            assertThat(HEX.formatHex(proof.toCbor())).isEqualTo(cbor);
            assertThat(InclusionProof.fromCbor(HEX.parseHex(cbor))
                            .aggregateOf(segments.get(segment).piece()))
                    .isEqualTo(aggregate(vector));
        }
    }

    /** Only where the vector tells how the payload is made. */
    @ParameterizedTest
    @MethodSource("aggregates")
    void readsTheirIndexFromTheData(JsonNode vector) throws IOException {
        var segments = segments(vector);
        var pieces = new ArrayList<byte[]>();
        for (int k = 0; k < segments.size(); k++) {
            var proof = vector.path("proofs").path(k);
            var data = new byte[proof.path("payload_len").asInt()];
            for (int i = 0; i < data.length; i++) {
                data[i] = (byte) ((13 * i + 31 * k + data.length) % 253);
            }
            if (data.length == 0 || !CommP.of(data).equals(segments.get(k).piece())) {
                return;
            }
            pieces.add(data);
        }
        var payload = TestAggregates.payload(size(vector), pieces, segments);
        assertThat(CommP.of(payload)).isEqualTo(aggregate(vector));

        var file = Files.write(folder.resolve("aggregate"), payload);

        assertThat(SegmentIndex.read(file, size(vector), segments.size() + 1)).isEqualTo(segments);
        assertThat(PieceCid.v2(aggregate(vector), payload.length).toString())
                .isEqualTo(vector.path("aggregate_cid_v2").asText());
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void believesNoProofThatWasChanged(JsonNode vector) {
        var segments = segments(vector);
        var proof = new Aggregate(size(vector), segments).prove(0);
        var path = new ArrayList<>(proof.subtree().path());
        path.set(0, Commitment.of(new byte[32]));
        var changed =
                new InclusionProof(new InclusionProof.Branch(proof.subtree().number(), path), proof.index());
        var elsewhere = new InclusionProof(
                new InclusionProof.Branch(
                        proof.subtree().number() ^ 1, proof.subtree().path()),
                proof.index());

        for (var bad : List.of(changed, elsewhere)) {
            assertThatThrownBy(() -> bad.aggregateOf(segments.getFirst().piece()))
                    .isInstanceOf(InvalidValueException.class);
        }
        var other = CommP.of(new byte[] {1, 2, 3});
        assertThatThrownBy(() -> proof.aggregateOf(
                        new PieceInfo(other.commP(), segments.getFirst().piece().size())))
                .isInstanceOf(InvalidValueException.class);
    }
}
