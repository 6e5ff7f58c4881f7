package io.adit.chain.actor;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.type.CborRecord;
import io.adit.core.fil.BitField;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Compares a record's components, by their names, with what another implementation says that the same bytes hold. Reading
 * and writing back cannot tell when two fields of one type are taken for each other; this can.
 */
final class NamedFields {
    /** What the reference calls what we call otherwise. */
    private static final Map<String, String> OTHER_NAMES = Map.of(
            "ControlAddrs", "controlAddresses",
            "NewControlAddrs", "newControlAddresses",
            "Notify", "notifications",
            "BlockHeader1", "header1",
            "BlockHeader2", "header2",
            "BlockHeaderExtra", "headerExtra",
            "PoStProof", "type",
            "ProofBytes", "proof",
            "ProviderOrClientAddress", "providerOrClient",
            "StoragePricePerEpoch", "pricePerEpoch");
    /** A remark on the vector, no field. */
    private static final String NOTE = "note";

    private static final Pattern REPEATED = Pattern.compile("(\\d+) (?:zero bytes|bytes of 0x(..))");

    private final List<String> differences = new ArrayList<>();

    /** What differs, each with the path of the field; empty when all is the same. */
    static List<String> differences(CborRecord value, JsonNode fields) {
        var comparison = new NamedFields();
        comparison.compare(value.getClass().getSimpleName(), value, fields);
        return comparison.differences;
    }

    private void compare(String path, Object value, JsonNode expected) {
        switch (value) {
            case Optional<?> optional -> compareOptional(path, optional, expected);
            case List<?> list -> compareLists(path, list, expected);
            case BitField bits -> compareBits(path, bits, expected);
            case byte[] bytes -> compareBytes(path, HexFormat.of().formatHex(bytes), expected);
            case DealLabel.Text label -> same(path, label.text(), expected);
            case Record record -> compareRecord(path, record, expected);
            default -> same(path, value.toString(), expected);
        }
    }

    private void compareOptional(String path, Optional<?> optional, JsonNode expected) {
        if (optional.isPresent() == expected.isNull()) {
            differ(path, optional, expected);
        } else if (optional.isPresent()) {
            compare(path, optional.get(), expected);
        }
    }

    private void compareBits(String path, BitField bits, JsonNode expected) {
        if (!expected.isArray()) {
            same(path, bits.toString(), expected);
            return;
        }
        var numbers = StreamSupport.stream(expected.spliterator(), false)
                .map(JsonNode::asLong)
                .toList();
        if (!bits.stream(10_000).boxed().toList().equals(numbers)) {
            differ(path, bits, expected);
        }
    }

    private void compareRecord(String path, Record record, JsonNode expected) {
        if (record instanceof BatchReturn batch && expected.has("codes")) {
            compare(path, batch.exitCodes(), expected.get("codes"));
        } else if (record instanceof ClientDealProposal signed && !expected.has("Proposal")) {
            // The vectors give the proposal's fields without the signature, or only the name of a vector that does.
            if (expected.isObject()) {
                compare(path, signed.proposal(), expected);
            }
        } else if (expected.isObject()) {
            compareComponents(path, record, expected);
        } else if (record.getClass().getRecordComponents().length == 1) {
            compare(path, component(record, record.getClass().getRecordComponents()[0]), expected);
        } else {
            same(path, record.toString(), expected);
        }
    }

    private void compareComponents(String path, Record record, JsonNode expected) {
        var components = List.of(record.getClass().getRecordComponents());
        var names = new ArrayList<String>();
        expected.fieldNames().forEachRemaining(names::add);
        if (names.remove(NOTE) && names.isEmpty()) {
            return;
        }
        for (var name : names) {
            components.stream()
                    .filter(component -> isCalled(component, name))
                    .findFirst()
                    .ifPresentOrElse(
                            component -> compare(path + "." + name, component(record, component), expected.get(name)),
                            () -> differences.add(path + " has no " + name + ": " + components));
        }
        if (components.size() != names.size()) {
            differences.add(path + " has " + components.size() + " fields, the reference " + names);
        }
    }

    private void compareLists(String path, List<?> list, JsonNode expected) {
        if (!expected.isArray()) {
            // Long lists are described in words; their bytes are held by the other test.
            return;
        }
        if (list.size() != expected.size()) {
            differ(path, list, expected);
            return;
        }
        for (int i = 0; i < list.size(); i++) {
            compare(path + "[" + i + "]", requireNonNull(list.get(i)), expected.get(i));
        }
    }

    /** The vectors write bytes as hex, also behind a reading of them, and repeated ones in words. */
    private void compareBytes(String path, String hex, JsonNode expected) {
        var text = expected.asText();
        var repeated = REPEATED.matcher(text);
        if (repeated.matches()) {
            text = Objects.requireNonNullElse(repeated.group(2), "00").repeat(Integer.parseInt(repeated.group(1)));
        }
        if (!(text.equals("empty")
                ? hex.isEmpty()
                : List.of(text.split(" = ", -1)).contains(hex))) {
            differ(path, hex, expected);
        }
    }

    private void same(String path, String value, JsonNode expected) {
        if (!value.equals(expected.asText())) {
            differ(path, value, expected);
        }
    }

    private void differ(String path, Object value, JsonNode expected) {
        differences.add(path + " is " + value + ", the reference says " + expected);
    }

    private static Object component(Record record, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return requireNonNull(accessor.invoke(record));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(component.toString(), e);
        }
    }

    private static boolean isCalled(RecordComponent component, String name) {
        return component.getName().equalsIgnoreCase(OTHER_NAMES.getOrDefault(name, name));
    }
}
