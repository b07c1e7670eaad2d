package dev.aloft.service.kms;

import dev.aloft.api.Kms.SigningAlgorithmSpec;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.jcajce.interfaces.EdDSAPrivateKey;
import org.bouncycastle.jcajce.interfaces.MLDSAPrivateKey;

/** Signatures of messages themselves: Ed25519 by Java, ML-DSA by Bouncy Castle, which signs representatives too. */
final class WholeSignature {
    private WholeSignature() {}

    private static Provider provider(KeySpec spec) {
        return isEdwards(spec) ? Security.getProvider("SunEC") : Curve.OTHER;
    }

    private static boolean isEdwards(KeySpec spec) {
        return spec == KeySpec.ECC_NIST_EDWARDS25519;
    }

    static KeyPair pair(KeySpec spec) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(spec.javaName, provider(spec)).generateKeyPair();
    }

    static byte[] make(KeySpec spec, byte[] secret, String algorithm, Signed signed) throws GeneralSecurityException {
        var signer = signature(spec, algorithm, signed);
        signer.initSign(KeyFactory.getInstance(spec.javaName, provider(spec))
                .generatePrivate(new PKCS8EncodedKeySpec(secret)));
        signer.update(signed.bytes());
        return signer.sign();
    }

    static boolean holds(KeySpec spec, byte[] open, String algorithm, Signed signed, byte[] signature)
            throws GeneralSecurityException {
        var verifier = signature(spec, algorithm, signed);
        verifier.initVerify(KeyFactory.getInstance(spec.javaName, provider(spec))
                .generatePublic(new X509EncodedKeySpec(open)));
        verifier.update(signed.bytes());
        return verifier.verify(signature);
    }

    private static Signature signature(KeySpec spec, String algorithm, Signed signed) throws GeneralSecurityException {
        if (!isEdwards(spec)) {
            return Signature.getInstance(signed.isMu() ? "ML-DSA-EXTERNAL-MU" : "ML-DSA", provider(spec));
        }
        var signature = Signature.getInstance("Ed25519", provider(spec));
        if (algorithm.equals(SigningAlgorithmSpec.ED25519_PH_SHA_512)) {
            // The caller's digest is digested again, as AWS does.
            signature.setParameter(new EdDSAParameterSpec(true));
        }
        return signature;
    }

    /** The public half of a private key of this kind. */
    static PublicKey openOf(KeySpec spec, byte[] secret) throws GeneralSecurityException {
        var key = KeyFactory.getInstance(isEdwards(spec) ? "Ed25519" : "ML-DSA", Curve.OTHER)
                .generatePrivate(new PKCS8EncodedKeySpec(secret));
        if (!key.getAlgorithm().equals(spec.javaName)) {
            throw new InvalidKeyException("of another kind");
        }
        return key instanceof EdDSAPrivateKey edwards ? edwards.getPublicKey() : ((MLDSAPrivateKey) key).getPublicKey();
    }
}
