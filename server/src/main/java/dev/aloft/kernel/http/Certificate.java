package dev.aloft.kernel.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate authority of this installation, kept in the data folder so that a client can be told to trust
 * {@code ca.pem}, and what it signs: a certificate for each of our host names that a client asks for. Some clients
 * refuse {@code *.localhost} (Node.js wants two labels after the star), so names are certified one by one.
 */
final class Certificate {
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_LIFE = Duration.ofDays(800);
    private static final Duration SLACK = Duration.ofDays(30);
    private static final int CACHED_NAMES = 500;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63}){0,10}");
    private static final List<String> NAMES = List.of(
            "localhost",
            "*.localhost",
            "*.execute-api.localhost",
            "*.lambda-url.localhost",
            "*.lambda-url.us-east-1.localhost",
            "*.s3.localhost",
            "*.s3-website.localhost",
            "localhost.localstack.cloud",
            "*.localhost.localstack.cloud",
            "*.execute-api.localhost.localstack.cloud",
            "*.s3.localhost.localstack.cloud");
    private static final List<String> ADDRESSES = List.of("127.0.0.1", "::1");

    private final InstantSource clock;
    private final X509Certificate authority;
    private final PrivateKey authorityKey;
    private final KeyPair leafKey;
    private final X509Certificate standard;
    private final Map<String, X509Certificate> byName =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, X509Certificate> eldest) {
                    return size() > CACHED_NAMES;
                }
            });

    /** Reads the authority kept in the folder, or makes one there. */
    static Certificate in(Path folder, InstantSource clock) {
        try {
            Files.createDirectories(folder);
            var certificateFile = folder.resolve("ca.pem");
            var keyFile = folder.resolve("ca-key.pem");
            var now = clock.instant();
            if (Files.exists(certificateFile) && Files.exists(keyFile)) {
                var authority = readCertificate(certificateFile);
                if (authority.getNotAfter().toInstant().isAfter(now.plus(SLACK))) {
                    return new Certificate(clock, authority, readKey(keyFile));
                }
            }
            var keys = newKeys();
            var name = new X500Name("CN=Aloft local certificate authority,O=Aloft");
            var builder = builder(name, name, keys, now, AUTHORITY_LIFE)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            var authority = sign(builder, keys.getPrivate());
            writeOwnerOnly(keyFile, pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
            writeOwnerOnly(certificateFile, pem("CERTIFICATE", authority.getEncoded()));
            return new Certificate(clock, authority, keys.getPrivate());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read or write the TLS certificate in " + folder + ": "
                    + e.getMessage() + ". Make the folder writable, or delete it to have a new certificate made.", e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("The TLS certificate in " + folder
                    + " cannot be used. Delete the folder to have a new one made.", e);
        }
    }

    private Certificate(InstantSource clock, X509Certificate authority, PrivateKey authorityKey)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        this.clock = clock;
        this.authority = authority;
        this.authorityKey = authorityKey;
        this.leafKey = newKeys();
        this.standard = certify("localhost", NAMES, ADDRESSES);
    }

    SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Keys()}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate for the name a client asks for; the one for localhost and its addresses if that is not ours. */
    X509Certificate forName(String name) {
        if (name == null || !ours(name)) {
            return standard;
        }
        return byName.computeIfAbsent(name, asked -> {
            try {
                return certify(asked, List.of(asked), List.of());
            } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Names that resolve to this machine by their form, or have a single label (a container's alias). */
    private static boolean ours(String name) {
        return !name.equals("localhost")
                && NAME.matcher(name).matches()
                && (name.endsWith(".localhost")
                        || name.endsWith(".localhost.localstack.cloud")
                        || !name.contains("."));
    }

    private X509Certificate certify(String subject, List<String> names, List<String> addresses)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        var alternatives = new ArrayList<GeneralName>();
        names.forEach(name -> alternatives.add(new GeneralName(GeneralName.dNSName, name)));
        addresses.forEach(address -> alternatives.add(new GeneralName(GeneralName.iPAddress, address)));
        var commonName = subject.length() > 64 ? "localhost" : subject;
        var builder = builder(
                        X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()),
                        new X500Name("CN=" + commonName),
                        leafKey,
                        clock.instant(),
                        LEAF_LIFE)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(alternatives.toArray(GeneralName[]::new)))
                .addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority));
        return sign(builder, authorityKey);
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair keys, Instant now, Duration life) {
        var serial = new BigInteger(127, new SecureRandom()).setBit(126);
        return new JcaX509v3CertificateBuilder(
                issuer,
                serial,
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(life)),
                subject,
                keys.getPublic());
    }

    private static X509Certificate sign(
            X509v3CertificateBuilder builder, PrivateKey by)
            throws OperatorCreationException, GeneralSecurityException, CertIOException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate readCertificate(Path file) throws IOException, GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(unpem(file)));
    }

    private static PrivateKey readKey(Path file) throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(unpem(file)));
    }

    private static byte[] unpem(Path file) throws IOException, GeneralSecurityException {
        var text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(file + " is not a PEM file", e);
        }
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content)
                + "\n-----END " + kind + "-----\n";
    }

    private static void writeOwnerOnly(Path file, String text) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Picks the certificate by the name in the handshake; the alias is that name. */
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return "EC".equals(keyType) ? askedName(engine).orElse("localhost") : null;
        }

        private Optional<String> askedName(SSLEngine engine) {
            if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
                for (var name : session.getRequestedServerNames()) {
                    if (name instanceof SNIHostName host) {
                        return Optional.of(host.getAsciiName().toLowerCase(Locale.ROOT));
                    }
                }
            }
            return Optional.empty();
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {forName(alias), authority};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return leafKey.getPrivate();
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {"localhost"};
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return "EC".equals(keyType) ? "localhost" : null;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
