package io.adit.market.policy;

import io.adit.core.config.ByteSize;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A price for some deals, written {@code client=f1abc size>=1GiB size<=32GiB epochs>=518400 epochs<=1555200: 0.01 FIL}; a
 * condition that is not written always holds.
 *
 * @param client any address of the client that it is for; empty for everybody
 * @param minSize least padded piece, in bytes
 * @param maxSize largest padded piece, in bytes
 * @param minEpochs shortest duration
 * @param maxEpochs longest duration
 * @param pricePerGibEpoch what is asked then
 */
@RecordBuilder
public record PriceRule(
        Optional<Address> client,
        long minSize,
        long maxSize,
        long minEpochs,
        long maxEpochs,
        TokenAmount pricePerGibEpoch)
        implements PriceRuleBuilder.With {
    private static final String KEY = "market.price-rules";
    private static final String FORM = "CONDITIONS: PRICE, such as 'size>=1GiB epochs>=1555200: 0.00000003 FIL', with"
            + " client=ADDRESS, size>=, size<=, epochs>=, epochs<= as conditions";
    private static final Pattern CONDITION = Pattern.compile("(client=|size[<>]=|epochs[<>]=)(\\S+)");
    private static final PriceRule ALWAYS =
            new PriceRule(Optional.empty(), 0, Long.MAX_VALUE, 0, Long.MAX_VALUE, TokenAmount.ZERO);

    /** @throws InvalidValueException naming {@code market.price-rules} */
    public static PriceRule parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new InvalidValueException(KEY, text, FORM);
        }
        try {
            var rule = ALWAYS.withPricePerGibEpoch(
                    TokenAmount.ofFil(text.substring(colon + 1).strip()));
            for (var condition : text.substring(0, colon).strip().split("\\s+")) {
                rule = rule.and(condition);
            }
            if (rule.pricePerGibEpoch.isNegative() || rule.minSize > rule.maxSize || rule.minEpochs > rule.maxEpochs) {
                throw new InvalidValueException(KEY, text, "a rule that some deal can fit, at 0 FIL or more");
            }
            return rule;
        } catch (AditException | NumberFormatException e) {
            throw new InvalidValueException(KEY, text + " (" + e.getMessage() + ")", FORM);
        }
    }

    private PriceRule and(String condition) {
        var parts = CONDITION.matcher(condition);
        if (!parts.matches()) {
            throw new InvalidValueException("condition", condition, "one that is known");
        }
        var value = parts.group(2);
        return switch (parts.group(1)) {
            case "client=" -> withClient(Optional.of(Address.parse(value)));
            case "size>=" -> withMinSize(ByteSize.parse(value).bytes());
            case "size<=" -> withMaxSize(ByteSize.parse(value).bytes());
            case "epochs>=" -> withMinEpochs(Long.parseUnsignedLong(value));
            default -> withMaxEpochs(Long.parseUnsignedLong(value));
        };
    }

    boolean fits(Set<Address> clientNames, long size, long epochs) {
        return client.filter(named -> !clientNames.contains(named)).isEmpty()
                && size >= minSize
                && size <= maxSize
                && epochs >= minEpochs
                && epochs <= maxEpochs;
    }
}
