package dev.aloft.service.kms;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/**
 * RSA over digests: Java signs messages only, and KMS digests that were made elsewhere too.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8017">RFC 8017</a>
 */
final class Rsa {
    /** What stands before the digest in a signature of PKCS #1 v1.5: the name of the hash. */
    private static final Map<String, byte[]> HASH_NAMES = Map.of(
            "SHA-256", HexFormat.of().parseHex("3031300d060960864801650304020105000420"),
            "SHA-384", HexFormat.of().parseHex("3041300d060960864801650304020205000430"),
            "SHA-512", HexFormat.of().parseHex("3051300d060960864801650304020305000440"));
    private static final byte PSS_END = (byte) 0xbc;
    private static final int PSS_ZEROES = 8;

    private Rsa() {}

    static KeyPair pair(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    static PrivateKey secret(byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    static PublicKey open(byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
    }

    /** The public half of a private key of so many bits. */
    static PublicKey openOf(byte[] secret, int bits) throws GeneralSecurityException {
        if (!(secret(secret) instanceof RSAPrivateCrtKey key) || key.getModulus().bitLength() != bits) {
            throw new InvalidKeyException("of another length");
        }
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
    }

    /** @param hash SHA-1 or SHA-256 */
    static Cipher oaep(int mode, Key key, String hash) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(mode, key, new OAEPParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash),
                PSource.PSpecified.DEFAULT));
        return cipher;
    }

    /** A digest with the name of its hash, as PKCS #1 v1.5 signs it. */
    static byte[] named(String hash, byte[] digest) {
        byte[] name = HASH_NAMES.get(hash);
        byte[] all = Arrays.copyOf(name, name.length + digest.length);
        System.arraycopy(digest, 0, all, name.length, digest.length);
        return all;
    }

    /** A signature of PSS with a salt as long as the digest, as KMS makes them. */
    static byte[] signPss(PrivateKey key, int bits, String hash, byte[] digest) throws GeneralSecurityException {
        byte[] salt = KeySpec.random(digest.length);
        byte[] proof = proof(hash, digest, salt);
        byte[] block = new byte[bits / 8 - proof.length - 1];
        block[block.length - salt.length - 1] = 1;
        System.arraycopy(salt, 0, block, block.length - salt.length, salt.length);
        mask(block, hash, proof);
        // One bit less than the modulus has, so that it is the smaller number.
        block[0] &= 0x7f;
        byte[] message = Arrays.copyOf(block, bits / 8);
        System.arraycopy(proof, 0, message, block.length, proof.length);
        message[message.length - 1] = PSS_END;
        return raw(Cipher.DECRYPT_MODE, key, message);
    }

    static boolean verifyPss(PublicKey key, int bits, String hash, byte[] digest, byte[] signature)
            throws GeneralSecurityException {
        if (signature.length != bits / 8) {
            return false;
        }
        byte[] message = raw(Cipher.ENCRYPT_MODE, key, signature);
        byte[] proof = Arrays.copyOfRange(message, message.length - digest.length - 1, message.length - 1);
        byte[] block = Arrays.copyOf(message, message.length - digest.length - 1);
        if (message[message.length - 1] != PSS_END || block[0] < 0) {
            return false;
        }
        mask(block, hash, proof);
        block[0] &= 0x7f;
        int start = block.length - digest.length;
        for (int i = 0; i < start - 1; i++) {
            if (block[i] != 0) {
                return false;
            }
        }
        byte[] salt = Arrays.copyOfRange(block, start, block.length);
        return block[start - 1] == 1 && MessageDigest.isEqual(proof, proof(hash, digest, salt));
    }

    private static byte[] raw(int mode, Key key, byte[] block) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("RSA/ECB/NoPadding");
        cipher.init(mode, key);
        return cipher.doFinal(block);
    }

    private static byte[] proof(String hash, byte[] digest, byte[] salt) throws GeneralSecurityException {
        var made = MessageDigest.getInstance(hash);
        made.update(new byte[PSS_ZEROES]);
        made.update(digest);
        return made.digest(salt);
    }

    /** XORs a block with a mask that follows from a seed (MGF1). */
    private static void mask(byte[] block, String hash, byte[] seed) throws GeneralSecurityException {
        var made = MessageDigest.getInstance(hash);
        byte[] part = new byte[0];
        for (int i = 0; i < block.length; i++) {
            int at = i % made.getDigestLength();
            if (at == 0) {
                int counter = i / made.getDigestLength();
                made.update(seed);
                part = made.digest(new byte[] {0, 0, (byte) (counter >> 8), (byte) counter});
            }
            block[i] ^= part[at];
        }
    }
}
