package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.Epoch;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.ops.OpsError;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Waits until a provider has fetched what a deal is about. The money is locked and this process alone serves the data, so a
 * provider or a chain that does not answer is asked again until the deal's start: from then on it is too late.
 */
final class TransferWatch {
    private static final String NOT_FETCHED = "Accepted";

    private final Supplier<DealStatusResponse> provider;
    private final Supplier<Epoch> head;
    private final Runnable pause;
    private final Consumer<String> notes;

    /**
     * @param provider asks for the deal's status
     * @param head asks for the chain's epoch
     * @param pause is run between two looks
     * @param notes told of what the user may want to know meanwhile
     */
    TransferWatch(Supplier<DealStatusResponse> provider, Supplier<Epoch> head, Runnable pause, Consumer<String> notes) {
        this.provider = provider;
        this.head = head;
        this.pause = pause;
        this.notes = notes;
    }

    /**
     * Returns once the data was fetched.
     *
     * @throws AditException when the provider says that the deal failed, or the deal's start has come
     */
    void await(Epoch start) {
        boolean silent = false;
        while (true) {
            try {
                var answer = provider.get();
                var now = head.get();
                if (isFetched(answer)) {
                    return;
                }
                if (!now.isBefore(start)) {
                    break;
                }
                silent = false;
            } catch (AditException e) {
                if (e.code() == OpsError.DEAL_FAILED || !isPassing(e.code().kind())) {
                    throw e;
                }
                if (!silent) {
                    notes.accept("asking again until epoch " + start.value() + ": " + e.getMessage());
                }
                silent = true;
            }
            pause.run();
        }
        throw new AditException(
                OpsError.DEAL_FAILED,
                "the provider had not fetched the data when the deal's start came, epoch " + start.value()
                        + "; the chain gives the locked sum back to the escrow");
    }

    private static boolean isPassing(ErrorKind kind) {
        return kind == ErrorKind.NETWORK || kind == ErrorKind.CHAIN;
    }

    private static boolean isFetched(DealStatusResponse answer) {
        if (answer.status().isEmpty()) {
            return false;
        }
        var status = answer.status().get();
        if (!status.error().isEmpty()) {
            throw new AditException(OpsError.DEAL_FAILED, "the deal failed: " + status.error());
        }
        return !status.status().equals(NOT_FETCHED);
    }
}
