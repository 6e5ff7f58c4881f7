package io.adit.core.slash;

import static io.adit.core.slash.TestBlock.GENESIS;
import static io.adit.core.slash.TestBlock.other;
import static io.adit.core.slash.TestBlock.own;

import io.adit.core.fil.Epoch;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that asks for a block at every epoch, to be killed in the middle. It prints {@code permitted EPOCH SALT},
 * {@code again EPOCH SALT} or {@code refused EPOCH SALT} for each: what it prints as permitted counts as published.
 */
final class SigningProcess {
    private SigningProcess() {}

    static TestBlock block(int epoch, int salt) {
        return own(epoch, salt, other(epoch - 1, 0, GENESIS));
    }

    /** Arguments: folder, first epoch, last epoch, salt. */
    public static void main(String[] args) {
        var fixture = new GuardFixture(Path.of(args[0]));
        int last = Integer.parseInt(args[2]);
        int salt = Integer.parseInt(args[3]);
        try (var guard = fixture.open()) {
            if (guard.status().doubt().equals(java.util.Optional.of(Doubt.LOG_MISSING))) {
                guard.begin();
            }
            guard.resume(Epoch.GENESIS, List.of());
            for (int epoch = Integer.parseInt(args[1]); epoch <= last; epoch++) {
                String outcome;
                try {
                    outcome = guard.permit(block(epoch, salt).intent()).again() ? "again" : "permitted";
                } catch (BlockRefusedException e) {
                    outcome = "refused";
                }
                System.out.println(outcome + " " + epoch + " " + salt);
                System.out.flush();
            }
        }
    }
}
