package io.adit.chain.signer;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MinerMethod;
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
 * value and fee in attoFIL, {@code proof} for a window proof, checksum. Of several messages with one sender and nonce only one
 * can be executed, so the dearest counts. Window proofs have an account of their own with the same limits: nothing else that
 * is signed can use up what they need. The day never goes back, whatever the clock does.
 */
final class SpendLedger implements AutoCloseable {
    private static final long MAX_FILE = 256L << 20;
    private static final String PROOF = "proof";

    private record Lane(Address from, long nonce) {}

    private record Spent(TokenAmount value, TokenAmount fee) {
        static final Spent NOTHING = new Spent(TokenAmount.ZERO, TokenAmount.ZERO);

        Spent atLeast(TokenAmount otherValue, TokenAmount otherFee) {
            return new Spent(value.max(otherValue), fee.max(otherFee));
        }
    }

    /** What one kind of messages has used of the day. */
    private static final class Account {
        private final Map<Lane, Spent> today = new HashMap<>();
        private TokenAmount value = TokenAmount.ZERO;
        private TokenAmount fee = TokenAmount.ZERO;

        void add(Lane lane, TokenAmount moreValue, TokenAmount moreFee) {
            var before = today.getOrDefault(lane, Spent.NOTHING);
            var after = before.atLeast(moreValue, moreFee);
            today.put(lane, after);
            value = value.plus(after.value().minus(before.value()));
            fee = fee.plus(after.fee().minus(before.fee()));
        }

        void clear() {
            today.clear();
            value = TokenAmount.ZERO;
            fee = TokenAmount.ZERO;
        }
    }

    private final Path file;
    private final SignerPolicy.Messages limits;
    private final InstantSource clock;
    private final Account proofs = new Account();
    private final Account others = new Account();
    private final FileChannel channel;
    private LocalDate day = LocalDate.EPOCH;
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
        boolean isProof = words.length == 7 && words[5].equals(PROOF);
        if ((words.length != 6 && !isProof) || !words[words.length - 1].equals(checksum(line.substring(0, mark)))) {
            throw new IOException("a line does not match its checksum: " + line);
        }
        turnTo(LocalDate.parse(words[0]));
        var lane = new Lane(Address.parse(words[1]), Long.parseLong(words[2]));
        (isProof ? proofs : others).add(lane, TokenAmount.ofAtto(words[3]), TokenAmount.ofAtto(words[4]));
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
            var account = isProof(message) ? proofs : others;
            boolean isKnown = account.today.containsKey(lane);
            var before = account.today.getOrDefault(lane, Spent.NOTHING);
            var after = before.atLeast(message.value(), message.maxFee());
            if (after.equals(before) && isKnown) {
                return;
            }
            limit("messages.max-per-day", account.today.size() + (isKnown ? 0 : 1));
            limit(
                    "messages.max-value-per-day",
                    account.value.plus(after.value().minus(before.value())),
                    limits.maxValuePerDay());
            limit("messages.max-fee-per-day", account.fee.plus(after.fee().minus(before.fee())), limits.maxFeePerDay());
            append(lane, message);
            account.add(lane, message.value(), message.maxFee());
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
        line = isProof(message) ? line + " " + PROOF : line;
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
        proofs.clear();
        others.clear();
        if (!first && channel.position() > 0) {
            channel.truncate(0);
            channel.position(0);
        }
    }

    /** The policy has seen that nothing but a miner, the market or the power actor is called; and a proof needs no value. */
    private static boolean isProof(Message message) {
        return message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()
                && !message.to().equals(Actor.MARKET)
                && !message.to().equals(Actor.POWER)
                && message.value().isZero();
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
