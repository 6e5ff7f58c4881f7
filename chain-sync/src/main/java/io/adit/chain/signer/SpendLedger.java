package io.adit.chain.signer;

import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.task.CrashPoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What was signed away today (UTC), on disk before the signature is given. One line for each message: day, sender, nonce,
 * value and fee in attoFIL, checksum. Of several messages with one sender and nonce only one can be executed, so the dearest
 * counts. The day never goes back, whatever the clock does.
 */
final class SpendLedger implements AutoCloseable {
    private static final long MAX_FILE = 256L << 20;

    private record Lane(Address from, long nonce) {}

    private record Spent(TokenAmount value, TokenAmount fee) {
        static final Spent NOTHING = new Spent(TokenAmount.ZERO, TokenAmount.ZERO);

        Spent atLeast(TokenAmount otherValue, TokenAmount otherFee) {
            return new Spent(value.max(otherValue), fee.max(otherFee));
        }
    }

    private final Path file;
    private final SignerPolicy.Messages limits;
    private final InstantSource clock;
    private final Map<Lane, Spent> today = new HashMap<>();
    private final FileChannel channel;
    private LocalDate day = LocalDate.EPOCH;
    private TokenAmount value = TokenAmount.ZERO;
    private TokenAmount fee = TokenAmount.ZERO;
    private boolean failed;

    SpendLedger(Path file, SignerPolicy.Messages limits, InstantSource clock) {
        this.file = file;
        this.limits = limits;
        this.clock = clock;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            load();
        } catch (IOException e) {
            throw unusable("opening", e);
        }
    }

    private void load() throws IOException {
        if (channel.size() > MAX_FILE) {
            throw new IOException("it is longer than " + MAX_FILE + " bytes");
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        // A line without its end was not acknowledged.
        int end = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, end).split("\n")) {
            if (!line.isEmpty()) {
                take(line);
            }
        }
        channel.truncate(end);
        channel.position(end);
    }

    private void take(String line) throws IOException {
        var words = line.split(" ");
        int mark = line.lastIndexOf(' ');
        if (words.length != 6 || !words[5].equals(checksum(line.substring(0, mark)))) {
            throw new IOException("a line does not match its checksum: " + line);
        }
        turnTo(LocalDate.parse(words[0]));
        var lane = new Lane(Address.parse(words[1]), Long.parseLong(words[2]));
        add(lane, TokenAmount.ofAtto(words[3]), TokenAmount.ofAtto(words[4]));
    }

    /**
     * Counts a message, or refuses it.
     *
     * @throws SignerRefusedException if the day's limits do not allow it
     */
    synchronized void spend(Message message) {
        if (failed) {
            throw unusable("using", new IOException("an earlier write failed; restart"));
        }
        var lane = new Lane(message.from(), message.nonce());
        try {
            turnTo(LocalDate.ofInstant(Instant.ofEpochMilli(clock.millis()), ZoneOffset.UTC));
            var before = today.getOrDefault(lane, Spent.NOTHING);
            var after = before.atLeast(message.value(), message.maxFee());
            if (after.equals(before) && today.containsKey(lane)) {
                return;
            }
            limit("messages.max-per-day", today.size() + (today.containsKey(lane) ? 0 : 1));
            limit(
                    "messages.max-value-per-day",
                    value.plus(after.value().minus(before.value())),
                    limits.maxValuePerDay());
            limit("messages.max-fee-per-day", fee.plus(after.fee().minus(before.fee())), limits.maxFeePerDay());
            append(lane, message);
            add(lane, message.value(), message.maxFee());
        } catch (IOException e) {
            failed = true;
            throw unusable("writing", e);
        }
        CrashPoints.reach("signer.spent");
    }

    private void limit(String rule, int count) {
        PolicyCheck.require(
                count <= limits.maxPerDay(), rule, limits.maxPerDay() + " in a day", count + " with this one");
    }

    private static void limit(String rule, TokenAmount sum, TokenAmount most) {
        PolicyCheck.require(sum.compareTo(most) <= 0, rule, most + " in a day", sum + " with this one");
    }

    private void append(Lane lane, Message message) throws IOException {
        String line = "%s %s %d %s %s"
                .formatted(
                        day,
                        lane.from(),
                        lane.nonce(),
                        message.value().attoText(),
                        message.maxFee().attoText());
        var bytes = ByteBuffer.wrap((line + " " + checksum(line) + "\n").getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    private void turnTo(LocalDate next) throws IOException {
        if (!next.isAfter(day)) {
            return;
        }
        boolean first = day.equals(LocalDate.EPOCH);
        day = next;
        today.clear();
        value = TokenAmount.ZERO;
        fee = TokenAmount.ZERO;
        if (!first && channel.position() > 0) {
            channel.truncate(0);
            channel.position(0);
        }
    }

    private void add(Lane lane, TokenAmount moreValue, TokenAmount moreFee) {
        var before = today.getOrDefault(lane, Spent.NOTHING);
        var after = before.atLeast(moreValue, moreFee);
        today.put(lane, after);
        value = value.plus(after.value().minus(before.value()));
        fee = fee.plus(after.fee().minus(before.fee()));
    }

    private static String checksum(String line) {
        var crc = new CRC32C();
        crc.update(line.getBytes(StandardCharsets.US_ASCII));
        return Long.toHexString(crc.getValue());
    }

    private AditException unusable(String doing, IOException cause) {
        return new AditException(
                SignerErrorCode.SIGNER_LEDGER_UNUSABLE,
                doing + " the day's account " + file + ": " + cause.getMessage(),
                cause);
    }

    @Override
    public synchronized void close() {
        failed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw unusable("closing", e);
        }
    }
}
