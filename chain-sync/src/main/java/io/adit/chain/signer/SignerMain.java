package io.adit.chain.signer;

import io.adit.core.keys.Keystore;
import io.adit.core.keys.Passphrase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A signer process: keystore folder and policy file as arguments, the passphrase from the environment. */
public final class SignerMain {
    private SignerMain() {}

    /** Runs until the process is ended. Prints one line when it listens. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: SignerMain KEYSTORE POLICY");
            System.exit(2);
        }
        run(Path.of(args[0]), Path.of(args[1]), System.getenv());
    }

    private static void run(Path keystore, Path policyFile, Map<String, String> environment)
            throws InterruptedException {
        var policy = SignerPolicy.load(policyFile);
        var keys = Keystore.open(keystore, Passphrase.read(environment, Optional.empty()));
        var ended = new CountDownLatch(1);
        try (var server = SignerServer.start(keys, policy, InstantSource.system(), new SimpleMeterRegistry())) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "signer-shutdown"));
            System.out.println("signing at " + policy.socket().path());
            System.out.flush();
            ended.await();
        }
    }
}
