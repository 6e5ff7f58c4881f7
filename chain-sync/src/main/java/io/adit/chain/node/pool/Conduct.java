package io.adit.chain.node.pool;

import io.adit.chain.node.rpc.Permission;
import io.adit.chain.node.rpc.RpcMethod;

/** What a pool does with a call that its primary does not answer. */
public enum Conduct {
    /** Asks the next node: asking twice changes nothing. */
    READ,
    /** Gives the identical bytes to the next node: they are known by their hash, twice is once. */
    PUSH,
    /** Asks every good node and takes the highest answer: pools of messages differ, and a nonce must not be used twice. */
    HIGHEST,
    /** Fails: only the node that was asked may go on with it. */
    ONCE;

    /**
     * The conduct of a method of the catalogue. {@code MinerCreateBlock} and the {@code Wallet} methods sign with the
     * node's own keys but send nothing, so asking another node is harmless. {@code MpoolPushMessage} chooses a nonce, so
     * twice would be two messages; a ticket for F3 belongs to the node that gave it (lotus, ErrF3ParticipationIssuerMismatch).
     */
    public static Conduct of(RpcMethod<?> method) {
        return switch (method.name()) {
            case "MpoolPush", "SyncSubmitBlock", "EthSendRawTransaction" -> PUSH;
            case "MpoolGetNonce" -> HIGHEST;
            case "MpoolPushMessage", "F3GetOrRenewParticipationTicket", "F3Participate" -> ONCE;
            case "MinerCreateBlock", "WalletHas", "WalletList", "WalletSign", "WalletSignMessage" -> READ;
            default -> method.permission() == Permission.READ ? READ : ONCE;
        };
    }
}
