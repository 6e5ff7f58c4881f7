package io.adit.ops;

import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.signer.SignerErrorCode;
import io.adit.core.config.ConfigErrorCode;
import io.adit.core.error.CoreErrorCode;
import io.adit.core.error.ErrorCode;
import io.adit.core.keys.KeyErrorCode;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.state.StateErrorCode;
import io.adit.core.task.TaskErrorCode;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.client.RetrievalErrorCode;
import io.adit.market.deal.DealErrorCode;
import io.adit.market.fetch.FetchErrorCode;
import io.adit.market.index.IndexErrorCode;
import io.adit.market.policy.RejectionCode;
import io.adit.market.retrieve.RefusalCode;
import io.adit.proofs.ProofsError;
import io.adit.sealing.SealingError;
import io.adit.sealing.mining.MiningError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Every error code of every room, so that {@code adit explain} can tell what it means. */
public final class ErrorCatalogue {
    private static final List<ErrorCode> CODES = Stream.<ErrorCode[]>of(
                    CoreErrorCode.values(),
                    KeyErrorCode.values(),
                    SlashErrorCode.values(),
                    StateErrorCode.values(),
                    TaskErrorCode.values(),
                    ConfigErrorCode.values(),
                    RpcErrorCode.values(),
                    MessageErrorCode.values(),
                    SignerErrorCode.values(),
                    ProofsError.values(),
                    SealingError.values(),
                    MiningError.values(),
                    DealErrorCode.values(),
                    RejectionCode.values(),
                    FetchErrorCode.values(),
                    IndexErrorCode.values(),
                    RefusalCode.values(),
                    ClientErrorCode.values(),
                    RetrievalErrorCode.values(),
                    OpsError.values())
            .flatMap(Arrays::stream)
            .toList();

    private ErrorCatalogue() {}

    /** All codes, room by room. */
    public static List<ErrorCode> all() {
        return CODES;
    }
}
