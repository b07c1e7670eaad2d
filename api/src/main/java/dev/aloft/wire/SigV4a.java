package dev.aloft.wire;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;

/**
 * AWS Signature Version 4a: as version 4, but signed with a key of the curve P-256 that follows from the secret, and
 * good in several regions. SDKs sign so for the global endpoints of EventBridge.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html">Signature versions</a>
 */
final class SigV4a {
    private static final ECParameterSpec CURVE = curve();
    private static final BigInteger ORDER = CURVE.getOrder();

    private SigV4a() {}

    private static ECParameterSpec curve() {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isRight(String text, Authorization.V4 signed, String secret) {
        try {
            var numbers = numbers(HexFormat.of().parseHex(signed.signature()));
            return numbers != null && isRight(text, numbers, privateKey(secret, signed.accessKeyId()));
        } catch (IllegalArgumentException | GeneralSecurityException _) {
            return false;
        }
    }

    /**
     * Who knows the private key can undo the signing: the point that was drawn for it must have the coordinate that the
     * signature tells. A key agreement with the curve's own generator gives that coordinate.
     */
    private static boolean isRight(String text, BigInteger[] signature, BigInteger privateKey)
            throws GeneralSecurityException {
        var r = signature[0];
        var hash = new BigInteger(1, SigV4.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
        var drawn = signature[1].modInverse(ORDER).multiply(hash.add(r.multiply(privateKey))).mod(ORDER);
        if (drawn.signum() == 0) {
            return false;
        }
        var keys = KeyFactory.getInstance("EC");
        var agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(keys.generatePrivate(new ECPrivateKeySpec(drawn, CURVE)));
        agreement.doPhase(keys.generatePublic(new ECPublicKeySpec(CURVE.getGenerator(), CURVE)), true);
        return new BigInteger(1, agreement.generateSecret()).mod(ORDER).equals(r);
    }

    /** The two numbers of a signature in DER, or null where they are none of this curve. */
    private static BigInteger[] numbers(byte[] der) {
        if (der.length < 8 || der[0] != 0x30 || der[1] != der.length - 2) {
            return null;
        }
        var numbers = new BigInteger[2];
        int at = 2;
        for (int i = 0; i < 2; i++) {
            if (at + 2 > der.length || der[at] != 0x02 || der[at + 1] < 1 || at + 2 + der[at + 1] > der.length) {
                return null;
            }
            numbers[i] = new BigInteger(der, at + 2, der[at + 1]);
            if (numbers[i].signum() <= 0 || numbers[i].compareTo(ORDER) >= 0) {
                return null;
            }
            at += 2 + der[at + 1];
        }
        return at == der.length ? numbers : null;
    }

    /** AWS's derivation: the first candidate of a counted HMAC that is small enough, plus one. */
    private static BigInteger privateKey(String secret, String accessKeyId) {
        var key = ("AWS4A" + secret).getBytes(StandardCharsets.UTF_8);
        var most = ORDER.subtract(BigInteger.TWO);
        for (int counter = 1; counter < 255; counter++) {
            var input = new ByteArrayOutputStream();
            input.writeBytes(new byte[] {0, 0, 0, 1});
            input.writeBytes(Authorization.ASYMMETRIC.getBytes(StandardCharsets.US_ASCII));
            input.write(0);
            input.writeBytes(accessKeyId.getBytes(StandardCharsets.UTF_8));
            input.write(counter);
            input.writeBytes(new byte[] {0, 0, 1, 0});
            var candidate = new BigInteger(1, SigV4.hmac(key, input.toByteArray()));
            if (candidate.compareTo(most) <= 0) {
                return candidate.add(BigInteger.ONE);
            }
        }
        throw new IllegalStateException("No key follows from this secret");
    }
}
