package io.adit.market.deal;

import io.adit.core.state.MetaTable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The settling message that was last meant to be sent. It is in the store before the message is, so that a crash in between leads
 * to the same message again.
 *
 * @param number of the message
 * @param deals by their numbers on the chain; none once its outcome is known
 */
record Settlement(long number, List<Long> deals) {
    private static final String STORED = "market.settlement";

    Settlement {
        deals = List.copyOf(deals);
    }

    static Settlement read(MetaTable meta) {
        return meta.get(STORED).map(Settlement::parse).orElse(new Settlement(0, List.of()));
    }

    private static Settlement parse(String text) {
        var numbers =
                Arrays.stream(text.split(" ")).map(Long::parseUnsignedLong).toList();
        return new Settlement(numbers.getFirst(), numbers.subList(1, numbers.size()));
    }

    void write(MetaTable meta) {
        var numbers = deals.stream().map(Long::toUnsignedString).collect(Collectors.joining(" "));
        meta.put(STORED, (number + " " + numbers).strip());
    }

    Settlement next(List<Long> others) {
        return new Settlement(number + 1, others);
    }

    Settlement over() {
        return new Settlement(number, List.of());
    }

    boolean underWay() {
        return !deals.isEmpty();
    }

    String messageKey() {
        return "deal-settle/" + number;
    }
}
