package dev.aloft.service.sns;

import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.SigningKey;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Signs what is sent, with a key that this installation keeps, and shows the certificate that checks it.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html">Verifying the
 *     signatures</a>
 */
final class Signer {
    private static final String PURPOSE = "sns signing key";
    private static final Key ONLY = Key.of("signer");
    private static final Duration LIFE = Duration.ofDays(3650);
    private static final int REMEMBERED = 2_000;

    private final SnsData data;
    private final Store store;
    private final KeyFile keys;
    private final Time time;
    private volatile Pair pair;
    /** A message that goes to many is signed once. */
    private final Map<String, String> signatures = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    });

    private record Pair(PrivateKey key, X509Certificate certificate, String path) {
    }

    Signer(SnsData data, Store store, KeyFile keys, Time time) {
        this.data = data;
        this.store = store;
        this.keys = keys;
        this.time = time;
    }

    /** Of a string to sign, in base64. */
    String sign(String text, String version) {
        return signatures.computeIfAbsent(version + Endpoints.identity(text), _ -> signed(text, version));
    }

    private String signed(String text, String version) {
        try {
            var signature = Signature.getInstance(version.equals("2") ? "SHA256withRSA" : "SHA1withRSA");
            signature.initSign(pair().key());
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where the certificate is, such as {@code /SimpleNotificationService-0123….pem}. */
    String path() {
        return pair().path();
    }

    byte[] certificate() {
        try {
            var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair().certificate().getEncoded());
            return ("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Pair pair() {
        var known = pair;
        if (known == null) {
            synchronized (this) {
                if (pair == null) {
                    pair = open();
                }
                known = pair;
            }
        }
        return known;
    }

    private Pair open() {
        try {
            var kept = store.read(tx -> data.signingKeys.get(tx, ONLY)).orElseGet(this::make);
            var plain = keys.unseal(PURPOSE, "", kept.sealed())
                    .orElseThrow(() ->
                            new IllegalStateException("the signing key of SNS was sealed by another key file"));
            var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(plain));
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(kept.certificate()));
            var name = HexFormat.of()
                    .formatHex(java.security.MessageDigest.getInstance("MD5").digest(kept.certificate()));
            return new Pair(key, certificate, "/SimpleNotificationService-" + name + ".pem");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Two who make one at once keep the first. */
    private SigningKey make() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            var made = generator.generateKeyPair();
            var name = new X500Name("CN=sns.amazonaws.com,O=Aloft");
            var now = time.instant();
            var builder = new JcaX509v3CertificateBuilder(name, new BigInteger(64, new java.security.SecureRandom()),
                    Date.from(now.minus(Duration.ofDays(1))), Date.from(now.plus(LIFE)), name, made.getPublic());
            var certificate = new JcaX509CertificateConverter().getCertificate(
                    builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(made.getPrivate())));
            var key = new SigningKey(keys.seal(PURPOSE, "", made.getPrivate().getEncoded()), certificate.getEncoded());
            return store.write(tx -> data.signingKeys.get(tx, ONLY).orElseGet(() -> {
                data.signingKeys.put(tx, ONLY, key);
                return key;
            }));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
