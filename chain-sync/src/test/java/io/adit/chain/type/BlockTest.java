package io.adit.chain.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BlockTest {
    static Stream<Named<JsonNode>> headers() {
        return Stream.concat(
                Vectors.entries("filecoin/block_headers_real.json"),
                Vectors.entries("filecoin/block_headers_synthetic.json"));
    }

    static Stream<Named<JsonNode>> lotusHeaders() {
        return Vectors.entries("lotus/objects/block-headers.json");
    }

    static Stream<Named<JsonNode>> tipSetKeys() {
        return Vectors.entries("filecoin/tipset_keys.json");
    }

    static Stream<Named<JsonNode>> lotusTipSetKeys() {
        return Vectors.entries("lotus/objects/tipset-keys.json");
    }

    static Stream<Named<JsonNode>> receipts() {
        return Vectors.entries("filecoin/receipts.json");
    }

    static Stream<Named<JsonNode>> messageMetas() {
        return Vectors.entries("lotus/objects/message-metas.json");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void blockHeader_whenGolden_hasItsBytesSigningBytesAndCid(JsonNode entry) {
        var header = BlockHeader.fromCbor(Vectors.hex(entry, "cbor"));
        var json = entry.get("lotus_json");

        assertThat(header.toCbor()).isEqualTo(Vectors.hex(entry, "cbor"));
        assertThat(header.signingBytes()).isEqualTo(Vectors.hex(entry, "signing_cbor"));
        assertThat(header.cid()).hasToString(entry.get("cid").asText());
        assertThat(header.height().value()).isEqualTo(json.get("Height").asLong());
        assertThat(header.parentWeight()).hasToString(json.get("ParentWeight").asText());
        assertThat(header.timestamp()).isEqualTo(json.get("Timestamp").asLong());
        assertThat(header.parentBaseFee().attoText())
                .isEqualTo(json.get("ParentBaseFee").asText());
        assertThat(header.messages()).hasToString(json.get("Messages").get("/").asText());
        assertThat(header.parents().stream().map(Cid::toString))
                .containsExactlyElementsOf(Vectors.elements(json.get("Parents"))
                        .map(link -> link.get("/").asText())
                        .toList());
        header.blockSignature()
                .ifPresent(signature -> assertThat(header.signed(signature)).isEqualTo(header));
    }

    @ParameterizedTest
    @MethodSource("lotusHeaders")
    void blockHeader_whenRecordedFromLotus_hasItsCid(JsonNode entry) {
        var header = BlockHeader.fromCbor(Vectors.hex(entry, "cbor_hex"));

        assertThat(header.toCbor()).isEqualTo(Vectors.hex(entry, "cbor_hex"));
        assertThat(header.cid()).hasToString(entry.get("cid").asText());
        assertThat(header.height().value()).isEqualTo(entry.get("height").asLong());
    }

    @ParameterizedTest
    @MethodSource("tipSetKeys")
    void tipSetKey_whenGolden_hasItsBytesAndCid(JsonNode entry) {
        var key = key(entry);

        assertThat(key.keyBytes()).isEqualTo(Vectors.hex(entry, "key_bytes"));
        assertThat(key.toCbor()).isEqualTo(Vectors.hex(entry, "cbor"));
        assertThat(key.cid()).hasToString(entry.get("key_cid").asText());
        assertThat(TipSetKey.fromCbor(Vectors.hex(entry, "cbor"))).isEqualTo(key);
    }

    @ParameterizedTest
    @MethodSource("lotusTipSetKeys")
    void tipSetKey_whenRecordedFromLotus_hasItsBytesAndCid(JsonNode entry) {
        var key = key(entry);

        assertThat(key.keyBytes()).isEqualTo(Vectors.hex(entry, "key_bytes_hex"));
        assertThat(key.cid())
                .hasToString(entry.get("tipset_key_cid_blake2b_dagcbor_of_cbor_bytes")
                        .asText());
    }

    private static TipSetKey key(JsonNode entry) {
        return new TipSetKey(cids(entry.get("cids")));
    }

    @Test
    void tipSetKey_whenTheLastCidIsCut_refuses() {
        var bytes = key(Vectors.load("filecoin/tipset_keys.json").get(1)).keyBytes();

        assertThatThrownBy(() -> TipSetKey.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)))
                .isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @MethodSource("receipts")
    void receipt_whenGolden_hasItsFieldsAndBytes(JsonNode entry) {
        var receipt = MessageReceipt.fromCbor(Vectors.hex(entry, "cbor"));
        var fields = entry.get("fields");

        assertThat(receipt.toCbor()).isEqualTo(Vectors.hex(entry, "cbor"));
        assertThat(receipt.exitCode()).isEqualTo(fields.get("ExitCode").asLong());
        assertThat(receipt.gasUsed()).isEqualTo(fields.get("GasUsed").asLong());
        assertThat(receipt.eventsRoot().map(Cid::toString))
                .isEqualTo(Optional.ofNullable(fields.get("EventsRoot").textValue()));
    }

    @Test
    void messageMeta_whenGolden_hasItsBytesAndCid() {
        var entry = Vectors.load("filecoin/msg_meta.json").get(0);
        var meta = MessageMeta.fromCbor(Vectors.hex(entry, "cbor"));

        assertThat(meta.toCbor()).isEqualTo(Vectors.hex(entry, "cbor"));
        assertThat(meta.cid()).hasToString(entry.get("cid").asText());
        assertThat(meta.blsMessages()).hasToString(entry.get("BlsMessages").asText());
    }

    @ParameterizedTest
    @MethodSource("messageMetas")
    void messageMeta_whenBuiltFromABlocksMessages_isWhatLotusMade(JsonNode entry) {
        var bls = cids(entry.get("bls"));
        var secp = cids(entry.get("secpk"));
        var meta = MessageMeta.of(bls, secp);

        assertThat(meta.cid()).hasToString(entry.get("messages_root").asText());
        Amt.ofCids(bls)
                .blocks()
                .forEach((cid, data) -> assertThat(Vectors.hex(data))
                        .isEqualTo(entry.get("blocks").get(cid.toString()).asText()));
    }

    private static List<Cid> cids(JsonNode array) {
        return Vectors.elements(array).map(cid -> Cid.parse(cid.asText())).toList();
    }

    @Test
    void amt_whenMoreThanOneNode_linksEveryItemInOrder() {
        var items = new ArrayList<Cid>();
        for (int i = 0; i < 73; i++) {
            items.add(Cid.dagCbor(new byte[] {(byte) i}));
        }
        var amt = Amt.ofCids(items);

        assertThat(AmtReader.cids(amt)).isEqualTo(items);
        assertThat(amt.blocks()).hasSize(13);
    }

    @Test
    void tipSet_whenBlocksComeInAnyOrder_isTheSame() {
        var siblings = realBlocks().stream()
                .collect(Collectors.groupingBy(block -> List.of(block.height(), block.parents())))
                .values()
                .stream()
                .filter(blocks -> blocks.size() > 1)
                .findFirst()
                .orElseThrow();
        var reversed = new ArrayList<>(siblings);
        Collections.reverse(reversed);

        assertThat(TipSet.of(siblings)).isEqualTo(TipSet.of(reversed));
    }

    @Test
    void tipSet_whenAChildNamesItsParents_isInTheSameOrder() {
        var byCid = new HashMap<Cid, BlockHeader>();
        realBlocks().forEach(block -> byCid.put(block.cid(), block));
        var known = byCid.values().stream()
                .filter(block -> block.parents().size() > 1 && byCid.keySet().containsAll(block.parents()))
                .toList();

        assertThat(known).isNotEmpty();
        for (var block : known) {
            var parents = block.parents().stream()
                    .map(cid -> Objects.requireNonNull(byCid.get(cid)))
                    .toList();
            assertThat(TipSet.of(parents).key().cids()).isEqualTo(block.parents());
        }
    }

    @Test
    void tipSet_whenHeightsDiffer_refuses() {
        var blocks = realBlocks().subList(0, 2);

        assertThatThrownBy(() -> TipSet.of(blocks)).isInstanceOf(InvalidValueException.class);
    }

    private static List<BlockHeader> realBlocks() {
        return Vectors.elements(Vectors.load("filecoin/block_headers_real.json"))
                .map(entry -> BlockHeader.fromCbor(Vectors.hex(entry, "cbor")))
                .toList();
    }
}
