package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Kms;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.EnvironmentResponse;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.api.Principal;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Environment variables under a key of KMS that a function names. Whoever sets them must be allowed to encrypt with it
 * and to grant its use; the function's role is granted it, and reads them so; whoever looks at the function sees them
 * if the key lets them decrypt, else why not.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html">
 *     Securing Lambda environment variables</a>
 */
final class EncryptedVariables {
    private static final String LAMBDA = "lambda";
    private static final String SERVICE = "lambda.amazonaws.com";
    /** They are kept in the place of the variables, under a name that no variable can have. */
    private static final String KEPT = "";

    private final Store store;
    private final ExecutionRoles roles;
    private final Kms kms;

    EncryptedVariables(Store store, ExecutionRoles roles, Endpoint endpoint) {
        this.store = store;
        this.roles = roles;
        this.kms = Kms.at(endpoint);
    }

    /** Variables as they are kept: of a function with a key encrypted. */
    EnvironmentResponse kept(Caller caller, FunctionName name, String roleArn, String keyArn,
            Map<String, String> variables) {
        if (keyArn == null || variables.isEmpty()) {
            return EnvironmentResponse.of(e -> e.variables(new TreeMap<>(variables)));
        }
        grant(caller, name, roleArn, keyArn);
        byte[] plain = JsonWriter.string(variables).getBytes(StandardCharsets.UTF_8);
        var encrypted = configuring("Encrypt", () -> kms.encrypt(caller.through(LAMBDA), Kms.EncryptRequest.of(
                r -> r.keyId(keyArn).plaintext(Bytes.of(plain)).encryptionContext(context(name)))));
        var text = Base64.getEncoder().encodeToString(encrypted.ciphertextBlob().array());
        return EnvironmentResponse.of(e -> e.variables(Map.of(KEPT, text)));
    }

    private static Map<String, String> context(FunctionName name) {
        return Map.of("aws:lambda:FunctionArn", name.arn());
    }

    /** Lets the role decrypt what belongs to the function. */
    void grant(Caller caller, FunctionName name, String roleArn, String keyArn) {
        var grantee = new Principal.RoleSession(roleArn, "", name.name(), null).arn();
        var made = configuring("CreateGrant", () -> kms.createGrant(caller.through(LAMBDA), Kms.CreateGrantRequest.of(
                r -> r.keyId(keyArn).granteePrincipal(grantee).retiringPrincipal(SERVICE).name(name.arn())
                .operations(List.of("Decrypt")).constraints(Kms.GrantConstraints.of(
                        c -> c.encryptionContextEquals(context(name)))))));
        store.change(tx -> LambdaData.KEY_GRANTS.put(tx, LambdaData.key(name).and(made.grantId()), made.grantToken()));
    }

    /** Takes back what the roles of a function were granted that is being deleted. */
    void retireGrants(Caller caller, FunctionName name) {
        var tokens = store.<List<String>>read(
                tx -> LambdaData.KEY_GRANTS.range(tx, LambdaData.key(name)).map(Row::value).toList());
        for (var token : tokens) {
            try {
                kms.retireGrant(caller.asService(SERVICE, name.arn()),
                        Kms.RetireGrantRequest.of(r -> r.grantToken(token)));
            } catch (ApiError _) {
                // It is gone, or its key.
            }
        }
    }

    private static boolean isEncrypted(FunctionConfiguration c) {
        return c.environment() != null && c.environment().variables() != null
                && c.environment().variables().containsKey(KEPT);
    }

    /** The configuration as this caller sees it. */
    FunctionConfiguration told(Caller caller, FunctionConfiguration c) {
        if (!isEncrypted(c)) {
            return c;
        }
        return c.toBuilder().environment(seen(caller, c)).build();
    }

    private EnvironmentResponse seen(Caller caller, FunctionConfiguration c) {
        try {
            var variables = decrypted(caller, c);
            return EnvironmentResponse.of(e -> e.variables(variables));
        } catch (ApiError error) {
            var refusal = KeyRefusal.of(error, caller, true);
            return EnvironmentResponse.of(e -> e.error(Lambda.EnvironmentError.of(it -> it.errorCode(refusal.code())
                    .message(KeyErrors.seen("environment variables", refusal)))));
        }
    }

    /** The variables, for whoever may see them; an error for others. */
    Map<String, String> plain(Caller caller, FunctionConfiguration c) {
        if (c.environment() == null || c.environment().variables() == null) {
            return Map.of();
        }
        return isEncrypted(c) ? configuring("Decrypt", () -> decrypted(caller, c)) : c.environment().variables();
    }

    /** The variables, for the function itself. */
    Map<String, String> ofRun(FunctionName name, FunctionConfiguration c) {
        if (!isEncrypted(c)) {
            return c.environment() == null ? Map.of() : c.environment().variables();
        }
        var lambda = new Caller(name.account(), name.region(), new Principal.Service(SERVICE, name.arn()),
                UUID.randomUUID().toString(), null, 0, null, null, null);
        try {
            return decrypted(roles.assume(lambda, c.role(), name.name()).caller(), c);
        } catch (ApiError error) {
            throw KeyErrors.unusable("environment variables", KeyRefusal.of(error, lambda, true));
        }
    }

    private Map<String, String> decrypted(Caller caller, FunctionConfiguration c) {
        var name = FunctionName.of(caller, c.functionArn());
        var blob = Bytes.of(Base64.getDecoder().decode(c.environment().variables().get(KEPT)));
        var plain = kms.decrypt(caller.through(LAMBDA), Kms.DecryptRequest.of(
                r -> r.ciphertextBlob(blob).encryptionContext(context(name)))).plaintext();
        var variables = new TreeMap<String, String>();
        if (JsonReader.tree(plain.array()) instanceof Map<?, ?> read) {
            read.forEach((key, value) -> variables.put(key.toString(), value.toString()));
        }
        return variables;
    }

    /** What cannot be done with the key while a function is set up. */
    private static <R> R configuring(String operation, Supplier<R> call) {
        try {
            return call.get();
        } catch (ApiError error) {
            throw KeyErrors.configuring("environment variables", operation, error.code(), error.getMessage());
        }
    }
}
