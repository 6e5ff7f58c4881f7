package io.adit.chain.type;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.chain.actor.MinerStateInfo;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state blocks of a real Lotus devnet: what real actors wrote, under the strict reader and this writer. */
class RecordedStateTest {
    private static final int MAX_BLOCK = 1 << 20;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "account-worker",
                "cron",
                "datacap",
                "eam",
                "init",
                "market",
                "miner-t01000",
                "power",
                "reward",
                "state-root",
                "system",
                "verifreg"
            })
    void everyBlock_hasItsCid_isReadStrictly_andWrittenTheSame(String file) {
        var recorded = Vectors.load("lotus/state/" + file + ".json");
        var blocks = recorded.required("blocks");
        assertThat(blocks).isNotEmpty();
        assertThat(blocks.has(recorded.required("state_root").asText()))
                .as("the root is there")
                .isTrue();
        blocks.properties().forEach(block -> {
            var cbor = Vectors.hex(block.getValue().asText());
            var cid = Cid.parse(block.getKey());
            assertThat(Cid.of(cid.codec(), Cid.dagCbor(cbor).multihash())).isEqualTo(cid);
            if (cid.codec() == Cid.DAG_CBOR) {
                var reader = new CborReader(cbor);
                var writer = new CborWriter();
                copy(reader, writer);
                reader.end();
                assertThat(writer.toByteArray()).as(block.getKey()).isEqualTo(cbor);
            }
        });
    }

    /** Every item through its own reader and writer. */
    private static void copy(CborReader reader, CborWriter writer) {
        switch (reader.peek()) {
            case UINT, NEGATIVE -> writer.integer(reader.integer());
            case BYTES -> writer.bytes(reader.bytes(MAX_BLOCK));
            case TEXT -> writer.text(reader.text(MAX_BLOCK));
            case ARRAY -> {
                int items = reader.array();
                writer.array(items);
                for (int i = 0; i < items; i++) {
                    copy(reader, writer);
                }
            }
            case MAP -> {
                int entries = reader.map();
                writer.map(entries);
                for (int i = 0; i < entries; i++) {
                    copy(reader, writer);
                    copy(reader, writer);
                }
            }
            case TAG -> writer.cid(reader.cid());
            case SIMPLE -> {
                if (reader.tryNull()) {
                    writer.nul();
                } else {
                    writer.bool(reader.bool());
                }
            }
        }
    }

    @Test
    void minerInfo_saysWhatTheNodesAnswerSays() {
        var miner = Vectors.load("lotus/state/miner-t01000.json");
        var link = miner.required("read_state")
                .required("State")
                .required("Info")
                .required("/")
                .asText();
        var cbor = Vectors.hex(miner.required("blocks").required(link).asText());

        var info = MinerStateInfo.fromCbor(cbor);

        var answer = answered("t01000");
        assertThat(info.toCbor()).isEqualTo(cbor);
        assertThat(info.owner()).hasToString(answer.required("Owner").asText());
        assertThat(info.worker()).hasToString(answer.required("Worker").asText());
        assertThat(info.windowPoStProofType())
                .isEqualTo(answer.required("WindowPoStProofType").asLong());
        assertThat(info.sectorSize()).isEqualTo(answer.required("SectorSize").asLong());
        assertThat(info.beneficiary())
                .hasToString(answer.required("Beneficiary").asText());
    }

    private static JsonNode answered(String miner) {
        var found = new TreeSet<String>();
        for (var pair : Vectors.load("lotus/rpc/miner-run/StateMinerInfo.json")) {
            found.add(pair.required("request").required("params").required(0).asText());
            if (found.contains(miner) && pair.path("response").has("result")) {
                return pair.required("response").required("result");
            }
        }
        throw new AssertionError("no answer about " + miner + ", only about " + found);
    }
}
