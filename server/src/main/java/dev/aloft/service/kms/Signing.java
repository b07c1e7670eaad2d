package dev.aloft.service.kms;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.KMSInvalidMacException;
import dev.aloft.api.Kms.KMSInvalidSignatureException;
import dev.aloft.api.Kms.KeyUsageType;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.kms.KmsData.StoredKey;
import dev.aloft.service.kms.UsableKeys.Usable;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures of asymmetric keys, and codes of HMAC keys, of messages or of digests that the caller made. */
final class Signing {
    private final UsableKeys usable;
    private final Store store;

    Signing(UsableKeys usable, Store store) {
        this.usable = usable;
        this.store = store;
    }

    Kms.SignResponse sign(Caller caller, Kms.SignRequest input) {
        Refusals.tokens(input.grantTokens());
        var algorithm = input.signingAlgorithm();
        var with = usable.of(caller, input.keyId(), "Sign", KeyUsageType.SIGN_VERIFY, algorithm);
        var signed = Signed.of(input.message(), input.messageType(), algorithm);
        Refusals.dry(input.dryRun());
        try {
            byte[] signature = signature(with, algorithm, signed);
            return Kms.SignResponse.of(
                    r -> r.keyId(with.key().arn()).signature(Bytes.of(signature)).signingAlgorithm(algorithm));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signature(Usable with, String algorithm, Signed signed) throws GeneralSecurityException {
        var spec = with.key().kind();
        if (spec.family == KeySpec.Family.WHOLE) {
            return WholeSignature.make(spec, with.secret(), algorithm, signed);
        }
        var hash = Signed.hash(algorithm);
        byte[] digest = signed.bytes();
        if (algorithm.startsWith("RSASSA_PSS")) {
            return Rsa.signPss(Rsa.secret(with.secret()), spec.bits, hash, digest);
        }
        boolean isRsa = spec.family == KeySpec.Family.RSA;
        var signer = isRsa ? Signature.getInstance("NONEwithRSA") : Curve.signature(spec);
        signer.initSign(isRsa ? Rsa.secret(with.secret()) : Curve.secret(spec, with.secret()));
        signer.update(isRsa ? Rsa.named(hash, digest) : digest);
        return signer.sign();
    }

    Kms.VerifyResponse verify(Caller caller, Kms.VerifyRequest input) {
        Refusals.tokens(input.grantTokens());
        var algorithm = input.signingAlgorithm();
        var with = usable.of(caller, input.keyId(), "Verify", KeyUsageType.SIGN_VERIFY, algorithm);
        var signed = Signed.of(input.message(), input.messageType(), algorithm);
        Refusals.dry(input.dryRun());
        if (!isValid(with.key(), algorithm, signed, input.signature().array())) {
            throw new KMSInvalidSignatureException("");
        }
        return Kms.VerifyResponse.of(
                r -> r.keyId(with.key().arn()).signatureValid(true).signingAlgorithm(algorithm));
    }

    private static boolean isValid(StoredKey key, String algorithm, Signed signed, byte[] signature) {
        var spec = key.kind();
        var hash = Signed.hash(algorithm);
        byte[] digest = signed.bytes();
        try {
            if (spec.family == KeySpec.Family.WHOLE) {
                return WholeSignature.holds(spec, key.open(), algorithm, signed, signature);
            }
            if (algorithm.startsWith("RSASSA_PSS")) {
                return Rsa.verifyPss(Rsa.open(key.open()), spec.bits, hash, digest, signature);
            }
            boolean isRsa = spec.family == KeySpec.Family.RSA;
            var verifier = isRsa ? Signature.getInstance("NONEwithRSA") : Curve.signature(spec);
            verifier.initVerify(isRsa ? Rsa.open(key.open()) : Curve.open(spec, key.open()));
            verifier.update(isRsa ? Rsa.named(hash, digest) : digest);
            return verifier.verify(signature);
        } catch (GeneralSecurityException _) {
            // Of no form that a signature has.
            return false;
        }
    }

    Kms.GetPublicKeyResponse open(Caller caller, Kms.GetPublicKeyRequest input) {
        Refusals.tokens(input.grantTokens());
        var key = store.<StoredKey>read(tx -> usable.enabled(tx, caller, input.keyId()));
        if (!key.kind().isAsymmetric()) {
            throw Refusals.unsupported();
        }
        var algorithms = key.kind().algorithms(key.usage());
        return Kms.GetPublicKeyResponse.of(r -> {
            r.keyId(key.arn()).publicKey(Bytes.of(key.open())).customerMasterKeySpec(key.spec()).keySpec(key.spec())
                    .keyUsage(key.usage());
            switch (key.usage()) {
                case KeyUsageType.SIGN_VERIFY -> r.signingAlgorithms(algorithms);
                case KeyUsageType.KEY_AGREEMENT -> r.keyAgreementAlgorithms(algorithms);
                default -> r.encryptionAlgorithms(algorithms);
            }
        });
    }

    /** What both sides of an exchange of public keys have in common and nobody else. */
    Kms.DeriveSharedSecretResponse derive(Caller caller, Kms.DeriveSharedSecretRequest input) {
        Refusals.unbuilt("DeriveSharedSecret's Recipient", input.recipient());
        Refusals.tokens(input.grantTokens());
        var with = usable.of(caller, input.keyId(), "DeriveSharedSecret", KeyUsageType.KEY_AGREEMENT,
                input.keyAgreementAlgorithm());
        var spec = with.key().kind();
        try {
            var agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(Curve.secret(spec, with.secret()));
            agreement.doPhase(Curve.open(spec, input.publicKey().array()), true);
            Refusals.dry(input.dryRun());
            return Kms.DeriveSharedSecretResponse.of(r -> r.keyId(with.key().arn())
                    .sharedSecret(Bytes.of(agreement.generateSecret())).keyOrigin(with.key().origin())
                    .keyAgreementAlgorithm(input.keyAgreementAlgorithm()));
        } catch (GeneralSecurityException _) {
            throw Refusals.invalid("PublicKey is not a valid public key of the curve of " + with.key().spec() + ".");
        }
    }

    Kms.GenerateMacResponse mac(Caller caller, Kms.GenerateMacRequest input) {
        Refusals.tokens(input.grantTokens());
        var with = usable.of(caller, input.keyId(), "GenerateMac", KeyUsageType.GENERATE_VERIFY_MAC,
                input.macAlgorithm());
        Refusals.dry(input.dryRun());
        return Kms.GenerateMacResponse.of(r -> r.mac(Bytes.of(mac(with, input.message())))
                .macAlgorithm(input.macAlgorithm()).keyId(with.key().arn()));
    }

    Kms.VerifyMacResponse verify(Caller caller, Kms.VerifyMacRequest input) {
        Refusals.tokens(input.grantTokens());
        var with = usable.of(caller, input.keyId(), "VerifyMac", KeyUsageType.GENERATE_VERIFY_MAC,
                input.macAlgorithm());
        Refusals.dry(input.dryRun());
        if (!MessageDigest.isEqual(mac(with, input.message()), input.mac().array())) {
            throw new KMSInvalidMacException("");
        }
        return Kms.VerifyMacResponse.of(
                r -> r.keyId(with.key().arn()).macValid(true).macAlgorithm(input.macAlgorithm()));
    }

    private static byte[] mac(Usable with, Bytes message) {
        var name = with.key().kind().javaName;
        try {
            var mac = Mac.getInstance(name);
            mac.init(new SecretKeySpec(with.secret(), name));
            return mac.doFinal(message.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
