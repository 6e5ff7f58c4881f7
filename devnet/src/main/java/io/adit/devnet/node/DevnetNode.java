package io.adit.devnet.node;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.NodeVersion;
import java.util.Optional;

/** The devnet's own full node, in process. */
public final class DevnetNode
        implements FullNode,
                ChainAnswers,
                StateAnswers,
                ReadStateAnswers,
                CallAnswers,
                MinerAnswers,
                MarketAnswers,
                RegistryAnswers,
                MessageAnswers,
                WalletAnswers,
                BlockAnswers,
                F3Answers,
                EthAnswers,
                MultisigAnswers {
    /** The API version of Lotus 1.36, whose shapes the answers have: 2.3.0. */
    private static final long API_VERSION = 131_840;

    private final Ledger ledger;
    private final F3Answers.Leases leases = new F3Answers.Leases();
    private final Wallet wallet = new Wallet();

    public DevnetNode(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public F3Answers.Leases leases() {
        return leases;
    }

    @Override
    public Wallet wallet() {
        return wallet;
    }

    @Override
    public NodeVersion version() {
        return new NodeVersion(
                "0.1.0+adit-devnet",
                API_VERSION,
                ledger.chain().settings().blockDelaySeconds(),
                Optional.of("adit-devnet"));
    }

    @Override
    public void close() {
        // The chain belongs to the Devnet, not to those who ask it.
    }
}
