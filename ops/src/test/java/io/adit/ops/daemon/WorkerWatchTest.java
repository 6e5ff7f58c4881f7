package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.ConfigLoader;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerWatchTest {
    private static final Address MINER = Address.ofId(1000);
    private static final PrivateKey HERE = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    private static final Address ELSEWHERE = Address.actor(new byte[] {1});

    @TempDir
    private Path folder;

    private final Chain chain = new Chain();

    /** A chain whose miner has a worker, by ID, and perhaps another one proposed. */
    private static final class Chain extends PartialFullNode {
        private Address worker = Address.ofId(101);
        private Optional<Address> proposed = Optional.empty();

        @Override
        public MinerInfo stateMinerInfo(Address miner, TipSetKey key) {
            return new MinerInfo(
                    Address.ofId(100),
                    worker,
                    proposed,
                    List.of(),
                    proposed.map(any -> new Epoch(900)),
                    Optional.empty(),
                    List.of(),
                    RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1,
                    SectorSize.KIB_2,
                    2,
                    new Epoch(0),
                    Optional.empty(),
                    Address.ofId(100),
                    new BeneficiaryTerm(TokenAmount.ZERO, TokenAmount.ZERO, new Epoch(0)),
                    Optional.empty());
        }

        /** 102 is the key that is here. */
        @Override
        public Address stateAccountKey(Address address, TipSetKey key) {
            return address.equals(Address.ofId(102)) ? HERE.address() : ELSEWHERE;
        }
    }

    private WorkerWatch watch(Address worker) {
        var config = ConfigLoader.parse("", folder, Map.of("HOME", folder.toString()));
        return new WorkerWatch(chain, new NodeSettings(config, Facts.of(MINER, worker)), Signer.of(HERE));
    }

    private static TipSet head(long epoch) {
        var cid = Cid.dagCbor(new byte[0]);
        return TipSet.of(List.of(new BlockHeader(
                MINER,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(cid),
                BigInteger.valueOf(epoch),
                new Epoch(epoch),
                cid,
                cid,
                cid,
                Optional.empty(),
                epoch,
                Optional.empty(),
                0,
                TokenAmount.ZERO)));
    }

    @Test
    void onHead_whenTheWorkerBecomesOneWhoseKeyIsHere_goesOnWithItAndHasNoProblem() {
        var watch = watch(ELSEWHERE);
        chain.worker = Address.ofId(102);

        watch.onHead(head(10));

        assertThat(watch.problem()).isEmpty();
        assertThat(watch.worker()).isEqualTo(HERE.address());
    }

    @Test
    void onHead_whenTheWorkerBecomesOneWhoseKeyIsNotHere_saysWhatToDoUntilItIsHere() {
        var watch = watch(HERE.address());
        watch.onHead(head(10));

        assertThat(watch.problem().orElse("")).contains("the miner's worker has become", "imported");
        assertThat(watch.worker()).isEqualTo(HERE.address());
        chain.worker = Address.ofId(102);
        watch.onHead(head(15));
        assertThat(watch.problem()).as("looks at some heads only").isPresent();
        watch.onHead(head(20));
        assertThat(watch.problem()).isEmpty();
    }

    @Test
    void onHead_whenAWorkerIsProposedWhoseKeyIsNotHere_saysFromWhenItIsNeeded() {
        chain.worker = Address.ofId(102);
        chain.proposed = Optional.of(Address.ofId(103));
        var watch = watch(HERE.address());

        watch.onHead(head(10));

        assertThat(watch.problem().orElse("")).contains("at epoch 900", "import it before");
    }
}
