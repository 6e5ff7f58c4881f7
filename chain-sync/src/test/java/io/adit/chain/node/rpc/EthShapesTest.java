package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.node.eth.EthAddress;
import io.adit.chain.node.eth.EthBlockParam;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.json.EthJson;
import io.adit.chain.node.json.JsonType;
import io.adit.chain.node.json.LotusJsonException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shapes that the recordings have no example of: those of Lotus's API documentation and of the EIPs. */
class EthShapesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HASH = "0x37690cfec6c1bf4c3b9288c7a5d783e98731e90b0a4c177c2a374c7a9427355e";
    private static final String ADDRESS = "0x5cbeecf99d3fdb3f25e309cc264f240bb0664031";

    private static final String LOG = """
            {"address":"%2$s","data":"0x07","topics":["%1$s"],"removed":true,"logIndex":"0x5","transactionIndex":"0x5",
             "transactionHash":"%1$s","blockHash":"%1$s","blockNumber":"0x5"}""".formatted(HASH, ADDRESS);

    private static final String LEGACY = """
            {"chainId":"0x5","nonce":"0x5","hash":"%1$s","blockHash":null,"blockNumber":null,"transactionIndex":null,
             "from":"%2$s","to":null,"value":"0x0","type":"0x0","input":"0x07","gas":"0x5","gasPrice":"0x64",
             "accessList":["%1$s"],"v":"0x1b","r":"0x0","s":"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}
            """.formatted(HASH, ADDRESS);

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T assertBothWays(JsonType<T> type, String json) {
        var value = type.decode(parse(json));
        assertThat(parse(type.encode(value, Network.TESTNET).toString())).isEqualTo(parse(json));
        return value;
    }

    @Test
    void documentedShapesAreTheSame_bothWays() {
        assertBothWays(EthJson.LOG, LOG);
        var legacy = assertBothWays(EthJson.TRANSACTION, LEGACY);
        assertThat(legacy.gasPrice()).isPresent();
        assertThat(legacy.maxFeePerGas()).isEmpty();
        assertThat(legacy.blockNumber()).isEmpty();
    }

    @Test
    void aFilterNamesPlacesThatMatchAnything_withNull() {
        var filter = assertBothWays(EthJson.LOG_FILTER, """
                {"fromBlock":"0x231d24","toBlock":"latest","address":["%2$s"],"topics":[["%1$s"],null,["%1$s","%1$s"]]}
                """.formatted(HASH, ADDRESS));
        assertThat(filter.topics()).hasSize(3);
        assertThat(filter.topics().get(1)).isEmpty();
        assertThat(filter.fromBlock()).contains(new EthBlockParam.AtEpoch(new Epoch(0x231d24)));

        assertThat(EthJson.LOG_FILTER
                        .decode(parse("{\"address\":\"" + ADDRESS + "\",\"topics\":[\"" + HASH + "\"]}"))
                        .addresses())
                .containsExactly(new EthAddress(ADDRESS));
    }

    @Test
    void aBlockIsNamedByHash_asEip1898Says() {
        assertBothWays(EthJson.BLOCK_PARAM, "{\"blockHash\":\"" + HASH + "\",\"requireCanonical\":true}");
        assertBothWays(EthJson.BLOCK_PARAM, "\"finalized\"");
        assertThat(EthJson.BLOCK_PARAM.decode(parse("{\"blockNumber\":\"0x7\"}")))
                .isEqualTo(new EthBlockParam.AtEpoch(new Epoch(7)));
        assertThatThrownBy(() ->
                        EthJson.BLOCK_PARAM.decode(parse("{\"blockNumber\":\"0x7\",\"blockHash\":\"" + HASH + "\"}")))
                .isInstanceOf(LotusJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"0x10000000000000000\"", "\"7\"", "7", "null", "\"0x\"", "\"0x-1\"", "\"0xg\""})
    void whatIsNoNumberOf64BitsIsRefused(String json) {
        assertThatThrownBy(() -> EthJson.QUANTITY.decode(parse(json))).isInstanceOf(LotusJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"0x37\"",
                "\"\"",
                "null",
                "\"0xzz690cfec6c1bf4c3b9288c7a5d783e98731e90b0a4c177c2a374c7a9427355e\""
            })
    void whatIsNoHashIsRefused(String json) {
        assertThatThrownBy(() -> EthJson.HASH.decode(parse(json))).isInstanceOf(LotusJsonException.class);
    }

    @Test
    void bytesBeyondTheBoundAreRefused_beforeTheyAreRead() {
        var tooMany = "\"0x" + "00".repeat((2 << 20) + 1) + "\"";
        assertThatThrownBy(() -> EthJson.DATA.decode(parse(tooMany))).isInstanceOf(LotusJsonException.class);
    }

    @Test
    void anAddressIsTheSameActor_bothWays() {
        // Recorded: Filecoin.EthAddressToFilecoinAddress.
        var masked = new EthAddress("0xff00000000000000000000000000000000000064");
        assertThat(masked.toFilecoin()).isEqualTo(Address.ofId(100));
        assertThat(EthAddress.of(Address.ofId(100))).contains(masked);

        // Recorded: Filecoin.FilecoinAddressToEthAddress.
        assertThat(EthAddress.of(Address.parse("t410f5enzt4u6ndddk2lp3pbd4ofdqvrbvpwwpt5xb5i")))
                .contains(new EthAddress("0xe91b99f29e68c635696fdbc23e38a385621abed6"));
        var contract = new EthAddress(ADDRESS);
        assertThat(EthAddress.of(contract.toFilecoin())).contains(contract);
        assertThat(contract.toFilecoin())
                .isEqualTo(Address.delegated(10, HexFormat.of().parseHex(ADDRESS.substring(2))));
        assertThat(EthAddress.of(Address.actor(new byte[] {1}))).isEmpty();
        assertThatThrownBy(() -> new EthAddress("0x12")).isInstanceOf(InvalidValueException.class);
    }

    /** The signed transaction of EIP-155's example. */
    @Test
    void aTransactionsHashIsThatOfItsBytes() {
        var raw = HexFormat.of()
                .parseHex(
                        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef6134"
                                + "0bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3"
                                + "dc64214b297fb1966a3b6d83");

        assertThat(EthHash.ofTransaction(raw))
                .isEqualTo(new EthHash("0x33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788"));
    }
}
