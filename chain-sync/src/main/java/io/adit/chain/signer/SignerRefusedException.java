package io.adit.chain.signer;

import io.adit.core.error.AditException;

/** The policy said no. */
public final class SignerRefusedException extends AditException {
    private final String rule;
    private final String limit;
    private final String value;

    /**
     * Says what was refused.
     *
     * @param rule the key of the policy, for example {@code messages.max-fee}
     * @param limit what the policy allows
     * @param value what was asked for
     */
    public SignerRefusedException(String rule, String limit, String value) {
        super(
                SignerErrorCode.SIGNER_POLICY_REFUSED,
                "signing: the policy's %s allows %s, asked was %s".formatted(rule, limit, value));
        this.rule = rule;
        this.limit = limit;
        this.value = value;
    }

    public String rule() {
        return rule;
    }

    public String limit() {
        return limit;
    }

    public String value() {
        return value;
    }
}
