package io.adit.chain.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.chain.type.CborRecord;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded and every made parameter, return and state record is read and written back byte for byte. */
final class ActorVectorsTest {
    private static final Map<String, Function<byte[], CborRecord>> BY_TYPE = Map.ofEntries(
            Map.entry("miner.PreCommitSectorBatchParams2", PreCommitSectorBatch2Params::fromCbor),
            Map.entry("miner.ProveCommitSectors3Params", ProveCommitSectors3Params::fromCbor),
            Map.entry("miner.ProveReplicaUpdates3Params", ProveReplicaUpdates3Params::fromCbor),
            Map.entry("miner.ProveCommitSectorsNIParams", ProveCommitSectorsNIParams::fromCbor),
            Map.entry("miner.SubmitWindowedPoStParams", SubmitWindowedPoStParams::fromCbor),
            Map.entry("miner.DeclareFaultsParams", DeclareFaultsParams::fromCbor),
            Map.entry("miner.DeclareFaultsRecoveredParams", DeclareFaultsRecoveredParams::fromCbor),
            Map.entry("miner.TerminateSectorsParams", TerminateSectorsParams::fromCbor),
            Map.entry("miner.TerminateSectorsReturn", TerminateSectorsReturn::fromCbor),
            Map.entry("miner.ExtendSectorExpiration2Params", ExtendSectorExpiration2Params::fromCbor),
            Map.entry("miner.UpgradeSectorQualityParams", UpgradeSectorQualityParams::fromCbor),
            Map.entry("miner.ChangeWorkerAddressParams", ChangeWorkerAddressParams::fromCbor),
            Map.entry("miner.ChangeOwnerAddressParams", ChangeOwnerAddressParams::fromCbor),
            Map.entry("miner.ChangePeerIDParams", ChangePeerIdParams::fromCbor),
            Map.entry("miner.ChangeMultiaddrsParams", ChangeMultiaddrsParams::fromCbor),
            Map.entry("miner.WithdrawBalanceParams", WithdrawBalanceParams::fromCbor),
            Map.entry("miner.WithdrawBalanceReturn", WithdrawBalanceReturn::fromCbor),
            Map.entry("miner.CompactPartitionsParams", CompactPartitionsParams::fromCbor),
            Map.entry("miner.CompactSectorNumbersParams", CompactSectorNumbersParams::fromCbor),
            Map.entry("miner.DisputeWindowedPoStParams", DisputeWindowedPoStParams::fromCbor),
            Map.entry("miner.ReportConsensusFaultParams", ReportConsensusFaultParams::fromCbor),
            Map.entry("miner.CheckSectorProvenParams", CheckSectorProvenParams::fromCbor),
            Map.entry("miner.ChangeBeneficiaryParams", ChangeBeneficiaryParams::fromCbor),
            Map.entry("miner.MinerConstructorParams", MinerConstructorParams::fromCbor),
            Map.entry("miner.SectorPreCommitOnChainInfo", SectorPreCommitOnChainInfo::fromCbor),
            Map.entry("miner.SectorOnChainInfo", SectorOnChainInfo::fromCbor),
            Map.entry("miner.MinerInfo", MinerStateInfo::fromCbor),
            Map.entry("BatchReturn", BatchReturn::fromCbor),
            Map.entry("power.CreateMinerParams", CreateMinerParams::fromCbor),
            Map.entry("power.CreateMinerReturn", CreateMinerReturn::fromCbor),
            Map.entry("market.DealProposal", ClientDealProposal::fromCbor),
            Map.entry("market.PublishStorageDealsParams", PublishStorageDealsParams::fromCbor),
            Map.entry("market.PublishStorageDealsReturn", PublishStorageDealsReturn::fromCbor),
            Map.entry("market.AddBalance", AddBalanceParams::fromCbor),
            Map.entry("market.WithdrawBalanceParams", MarketWithdrawBalanceParams::fromCbor),
            Map.entry("market.SettleDealPaymentsParams:", SettleDealPaymentsParams::fromCbor),
            Map.entry("market.SettleDealPaymentsReturn", SettleDealPaymentsReturn::fromCbor),
            Map.entry("market.DealState", DealState::fromCbor),
            Map.entry("market.GetBalanceReturn", GetBalanceReturn::fromCbor),
            Map.entry("SectorContentChangedParams", SectorContentChangedParams::fromCbor),
            Map.entry("SectorContentChangedReturn", SectorContentChangedReturn::fromCbor));

    /** Mistakes whose parameters are not CBOR that the method takes: exit code 21 (16 where they are empty). */
    private static final Set<String> NOT_THE_METHODS_CBOR = Set.of(
            "garbage params PreCommit",
            "empty params PreCommit",
            "DisputeWindowedPoSt (24) with empty params",
            "miner method 36 (ProveCommitSectorsNI), params = empty array");

    static Stream<Named<JsonNode>> records() {
        return Stream.of("miner_params", "miner_state", "batch_return", "power_params", "market_params")
                .flatMap(file -> Vectors.entries("filecoin/" + file + ".json"));
    }

    /** Those that say by name what they hold. */
    static Stream<Named<JsonNode>> named() {
        return records().filter(named -> named.getPayload().has("fields"));
    }

    static Stream<Named<JsonNode>> calls() {
        return Stream.of("lotus", "lotus2").flatMap(run -> Vectors.entries(run + "/objects/actor-call-params.json"));
    }

    static Stream<Named<JsonNode>> stateCalls() {
        return Stream.of("exit-codes", "frc42-queries")
                .flatMap(file -> Vectors.entries("lotus2/objects/" + file + ".json"))
                .filter(named -> readable(named.getPayload()));
    }

    /** Removed methods, plain transfers and getters without parameters have nothing to read. */
    private static boolean readable(JsonNode entry) {
        return Codecs.method(entry.get("to").asText(), entry.get("method").asLong())
                .flatMap(Codecs::params)
                .isPresent();
    }

    static Stream<Named<JsonNode>> traces() {
        return Vectors.entries("filecoin/fvm_v18_trace.json");
    }

    @ParameterizedTest
    @MethodSource("records")
    void record_whenGolden_isReadAndWrittenBack(JsonNode entry) {
        var type = entry.get("type").asText().split(" ")[0];
        var codec = Objects.requireNonNull(BY_TYPE.get(type), type);
        var cbor = Vectors.hex(entry, "cbor");

        var value = codec.apply(cbor);

        assertThat(value.toCbor()).isEqualTo(cbor);
        assertThat(value).isEqualTo(codec.apply(cbor)).hasSameHashCodeAs(codec.apply(cbor));
    }

    @ParameterizedTest
    @MethodSource("named")
    void record_whenGolden_takesEachFieldForWhatTheReferenceDoes(JsonNode entry) {
        var codec =
                Objects.requireNonNull(BY_TYPE.get(entry.get("type").asText().split(" ")[0]));

        assertThat(NamedFields.differences(codec.apply(Vectors.hex(entry, "cbor")), entry.get("fields")))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void call_whenExecutedByRealActors_isReadAndWrittenBack(JsonNode entry) {
        var method = method(entry);
        var params = Vectors.hex(entry, "params_cbor_hex");
        var returned = Vectors.hex(entry.get("receipt"), "return_cbor_hex");

        assertThat(Codecs.params(method).orElseThrow().apply(params).toCbor()).isEqualTo(params);
        if (returned.length > 0) {
            assertThat(Codecs.returns(method).orElseThrow().apply(returned).toCbor())
                    .isEqualTo(returned);
        }
    }

    @ParameterizedTest
    @MethodSource("traces")
    void call_whenRunByTheReferenceMachine_isReadAndWrittenBack(JsonNode entry) {
        if (entry.get("method").asLong() == Actor.METHOD_SEND) {
            assertThat(Vectors.hex(entry, "params")).isEmpty();
            return;
        }
        var method = method(entry);
        var params = Vectors.hex(entry, "params");

        assertThat(Codecs.params(method).orElseThrow().apply(params).toCbor()).isEqualTo(params);
    }

    private static ActorMethod method(JsonNode entry) {
        return Codecs.method(entry.get("to").asText(), entry.get("method").asLong())
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("stateCalls")
    void mistake_whenAnActorRefusedIt_isStillReadUnlessItsBytesWereTheMistake(JsonNode entry) {
        var name = entry.get("case").asText();
        var params = Vectors.hex(entry, "params_cbor_hex");
        var method = method(entry);
        var codec = Codecs.params(method).orElseThrow();
        long exit = entry.get("exit").asLong();
        if (name.contains("sector number 2^63")) {
            assertThat(exit).isEqualTo(16);
            assertThatThrownBy(() -> codec.apply(params)).isInstanceOf(InvalidValueException.class);
        } else if (exit == 21 || NOT_THE_METHODS_CBOR.contains(name)) {
            assertThatThrownBy(() -> codec.apply(params)).isInstanceOfAny(notCbor());
        } else {
            assertThat(codec.apply(params).toCbor()).isEqualTo(params);
        }
        assertReturn(method, entry);
    }

    /** A bit field with a trailing zero byte is well-formed CBOR; core refuses its value. */
    private static Class<?>[] notCbor() {
        return List.of(CborException.class, InvalidValueException.class).toArray(Class<?>[]::new);
    }

    private static void assertReturn(ActorMethod method, JsonNode entry) {
        var returned = Vectors.hex(entry, "return_cbor_hex");
        if (returned.length > 0 && entry.get("exit").asLong() == 0) {
            assertThat(Codecs.returns(method).orElseThrow().apply(returned).toCbor())
                    .isEqualTo(returned);
        }
    }
}
