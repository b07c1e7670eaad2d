package dev.aloft.service.kms;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.interfaces.ECPrivateKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECPublicKeySpec;

/** Keys of elliptic curves: Java's own, and Bouncy Castle where Java has no such curve any more (secp256k1). */
final class Curve {
    static final Provider OTHER = new BouncyCastleProvider();

    private Curve() {}

    private static Provider provider(KeySpec spec) {
        return spec == KeySpec.ECC_SECG_P256K1 ? OTHER : Security.getProvider("SunEC");
    }

    static KeyPair pair(KeySpec spec) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC", provider(spec));
        generator.initialize(new ECGenParameterSpec(spec.javaName));
        return generator.generateKeyPair();
    }

    /** Signs and verifies digests. */
    static Signature signature(KeySpec spec) throws GeneralSecurityException {
        return Signature.getInstance("NONEwithECDSA", provider(spec));
    }

    static PrivateKey secret(KeySpec spec, byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC", provider(spec)).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    static PublicKey open(KeySpec spec, byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC", provider(spec)).generatePublic(new X509EncodedKeySpec(encoded));
    }

    /** The public half of a private key of this curve. */
    static PublicKey openOf(KeySpec spec, byte[] secret) throws GeneralSecurityException {
        var factory = KeyFactory.getInstance("EC", OTHER);
        var key = (ECPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(secret));
        var curve = ECNamedCurveTable.getParameterSpec(spec.javaName);
        if (!key.getParameters().getG().equals(curve.getG())) {
            throw new InvalidKeyException("of another curve");
        }
        var open = factory.generatePublic(new ECPublicKeySpec(curve.getG().multiply(key.getD()), curve));
        return open(spec, ((ECPublicKey) open).getEncoded());
    }
}
