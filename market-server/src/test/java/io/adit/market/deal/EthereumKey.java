package io.adit.market.deal;

import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.core.keys.Signer;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.util.BigIntegers;

/** A client with a key of Ethereum's, as Lotus' wallet signs with one: over Keccak-256 of what is signed. */
public record EthereumKey(BigInteger secret) implements Signer {
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");

    public Address address() {
        var key = CURVE.getG().multiply(secret).normalize().getEncoded(false);
        var hash = Hashes.keccak256(Arrays.copyOfRange(key, 1, key.length));
        return Address.ethereum(Arrays.copyOfRange(hash, 12, hash.length));
    }

    @Override
    public Set<Address> addresses() {
        return Set.of(address());
    }

    @Override
    public Signature sign(Address address, byte[] message) {
        var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(
                true,
                new ECPrivateKeyParameters(
                        secret, new ECDomainParameters(CURVE.getCurve(), CURVE.getG(), CURVE.getN(), CURVE.getH())));
        var pair = signer.generateSignature(Hashes.keccak256(message));
        var data = new byte[65];
        BigIntegers.asUnsignedByteArray(pair[0], data, 0, 32);
        BigIntegers.asUnsignedByteArray(pair[1], data, 32, 32);
        for (byte id = 0; id < 4; id++) {
            data[64] = id;
            var signature = new Signature(SignatureType.DELEGATED, data);
            if (Signatures.verify(address(), message, signature)) {
                return signature;
            }
        }
        throw new IllegalStateException("no such key");
    }
}
