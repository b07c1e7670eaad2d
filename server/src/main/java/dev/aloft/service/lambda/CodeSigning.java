package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CodeSigningConfig;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Code signing configurations. Nothing here signs packages: to a configuration every package is an unsigned one.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html">Code signing</a>
 */
final class CodeSigning {
    private static final int ID_DIGITS = 17;

    private final Store store;
    private final Functions functions;
    private final Time time;
    private final SecureRandom random = new SecureRandom();

    CodeSigning(Store store, Functions functions, Time time) {
        this.store = store;
        this.functions = functions;
        this.time = time;
    }

    static Lambda.InvalidParameterValueException notOfImages() {
        return new Lambda.InvalidParameterValueException(
                "Code signing is not supported for functions created with container images.");
    }

    /** Of a configuration's ARN. */
    static Key key(String arn) {
        return account(arn).and(arn.split(":")[6]);
    }

    Lambda.CreateCodeSigningConfigResponse create(Caller caller, Lambda.CreateCodeSigningConfigRequest r) {
        String id = "csc-" + digits();
        Map<String, String> tags = r.tags() == null ? Map.of() : r.tags();
        Settings.tags(tags);
        CodeSigningConfig config = CodeSigningConfig.of(c -> c.codeSigningConfigId(id)
                .codeSigningConfigArn(caller.arn("lambda", "code-signing-config:" + id).toString())
                .description(r.description()).allowedPublishers(r.allowedPublishers())
                .codeSigningPolicies(policies(r.codeSigningPolicies())).lastModified(Settings.moment(time.instant())));
        store.change(tx -> LambdaData.CODE_SIGNING_CONFIGS.put(
                tx, key(config.codeSigningConfigArn()), new LambdaData.SigningConfig(config, tags)));
        return Lambda.CreateCodeSigningConfigResponse.of(a -> a.codeSigningConfig(config));
    }

    private String digits() {
        var digits = new StringBuilder();
        for (int i = 0; i < ID_DIGITS; i++) {
            digits.append(Character.forDigit(random.nextInt(16), 16));
        }
        return digits.toString();
    }

    private static Lambda.CodeSigningPolicies policies(Lambda.CodeSigningPolicies given) {
        return given == null || given.untrustedArtifactOnDeployment() == null
                ? Lambda.CodeSigningPolicies.of(p -> p.untrustedArtifactOnDeployment(Lambda.CodeSigningPolicy.WARN))
                : given;
    }

    static LambdaData.SigningConfig find(ReadTx tx, String arn) {
        // Unlike Lambda's other errors these tell no type.
        return LambdaData.CODE_SIGNING_CONFIGS.get(tx, key(arn))
                .orElseThrow(() -> ApiError.of("ResourceNotFoundException", 404,
                "The Lambda code signing configuration " + arn + " can not be found."));
    }

    Lambda.GetCodeSigningConfigResponse get(Lambda.GetCodeSigningConfigRequest r) {
        CodeSigningConfig config = store.read(tx -> find(tx, r.codeSigningConfigArn())).config();
        return Lambda.GetCodeSigningConfigResponse.of(a -> a.codeSigningConfig(config));
    }

    Lambda.UpdateCodeSigningConfigResponse update(Lambda.UpdateCodeSigningConfigRequest r) {
        String modified = Settings.moment(time.instant());
        CodeSigningConfig config = store.write(tx -> {
            LambdaData.SigningConfig now = find(tx, r.codeSigningConfigArn());
            var changed = now.config().toBuilder().lastModified(modified);
            if (r.description() != null) {
                changed.description(r.description());
            }
            if (r.allowedPublishers() != null) {
                changed.allowedPublishers(r.allowedPublishers());
            }
            if (r.codeSigningPolicies() != null) {
                changed.codeSigningPolicies(policies(r.codeSigningPolicies()));
            }
            CodeSigningConfig built = changed.build();
            LambdaData.CODE_SIGNING_CONFIGS.put(
                    tx, key(r.codeSigningConfigArn()), new LambdaData.SigningConfig(built, now.tags()));
            return built;
        });
        return Lambda.UpdateCodeSigningConfigResponse.of(a -> a.codeSigningConfig(config));
    }

    Lambda.DeleteCodeSigningConfigResponse delete(Lambda.DeleteCodeSigningConfigRequest r) {
        String arn = r.codeSigningConfigArn();
        store.change(tx -> {
            find(tx, arn);
            if (users(tx, arn, Range.of(account(arn))).findAny().isPresent()) {
                throw new Lambda.ResourceConflictException(
                        "Cannot delete the code signing configuration " + arn + " because it is in use.");
            }
            LambdaData.CODE_SIGNING_CONFIGS.delete(tx, key(arn));
        });
        return Lambda.DeleteCodeSigningConfigResponse.of(_ -> {});
    }

    Lambda.ListCodeSigningConfigsResponse list(Caller caller, Lambda.ListCodeSigningConfigsRequest r) {
        Key account = Key.of(caller.account(), caller.region());
        var page = store.read(tx -> Paged.of(
                LambdaData.CODE_SIGNING_CONFIGS.range(tx, Paged.after(account, r.marker()))
                        .map(row -> new Row<>(row.key(), row.value().config())), r.maxItems()));
        return Lambda.ListCodeSigningConfigsResponse.of(
                a -> a.codeSigningConfigs(page.items()).nextMarker(page.next()));
    }

    // ---- of functions

    Lambda.PutFunctionCodeSigningConfigResponse put(Caller caller, Lambda.PutFunctionCodeSigningConfigRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        store.change(tx -> {
            mustExist(tx, r.codeSigningConfigArn());
            zipped(tx, name);
            LambdaData.CODE_SIGNED.put(tx, LambdaData.key(name), r.codeSigningConfigArn());
        });
        return Lambda.PutFunctionCodeSigningConfigResponse.of(
                a -> a.codeSigningConfigArn(r.codeSigningConfigArn()).functionName(name.name()));
    }

    private void zipped(ReadTx tx, FunctionName name) {
        if (functions.find(tx, name).code().image() != null) {
            throw notOfImages();
        }
    }

    static LambdaData.SigningConfig mustExist(ReadTx tx, String arn) {
        return LambdaData.CODE_SIGNING_CONFIGS.get(tx, key(arn))
                .orElseThrow(() -> new Lambda.CodeSigningConfigNotFoundException(
                "The code signing configuration cannot be found. Check that the provided "
                + "configuration is not deleted: " + arn + "."));
    }

    /** Whether it is only counted that a package is not signed: there is nobody here who signs. */
    static boolean check(ReadTx tx, String arn) {
        if (arn == null) {
            return false;
        }
        String policy = mustExist(tx, arn).config().codeSigningPolicies().untrustedArtifactOnDeployment();
        if (Lambda.CodeSigningPolicy.ENFORCE.equals(policy)) {
            throw new Lambda.CodeVerificationFailedException("Lambda cannot deploy the function. The function or "
                    + "layer might be signed using a signature that the client is not configured to accept. Check the "
                    + "provided signature for unsigned.");
        }
        return Lambda.CodeSigningPolicy.WARN.equals(policy);
    }

    Lambda.GetFunctionCodeSigningConfigResponse get(Caller caller, Lambda.GetFunctionCodeSigningConfigRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        Optional<String> arn = store.read(tx -> {
            zipped(tx, name);
            return LambdaData.CODE_SIGNED.get(tx, LambdaData.key(name));
        });
        return Lambda.GetFunctionCodeSigningConfigResponse.of(
                a -> arn.ifPresent(config -> a.codeSigningConfigArn(config).functionName(name.name())));
    }

    Lambda.DeleteFunctionCodeSigningConfigResponse remove(Caller caller,
            Lambda.DeleteFunctionCodeSigningConfigRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        store.change(tx -> {
            functions.find(tx, name);
            LambdaData.CODE_SIGNED.delete(tx, LambdaData.key(name));
        });
        return Lambda.DeleteFunctionCodeSigningConfigResponse.of(_ -> {});
    }

    Lambda.ListFunctionsByCodeSigningConfigResponse functions(Lambda.ListFunctionsByCodeSigningConfigRequest r) {
        String arn = r.codeSigningConfigArn();
        Paged<String> page = store.read(tx -> {
            find(tx, arn);
            return Paged.of(users(tx, arn, Paged.after(account(arn), r.marker())), r.maxItems());
        });
        return Lambda.ListFunctionsByCodeSigningConfigResponse.of(
                a -> a.functionArns(page.items()).nextMarker(page.next()));
    }

    /** The ARNs of the functions that have it. */
    private static Stream<Row<String>> users(ReadTx tx, String arn, Range range) {
        return LambdaData.CODE_SIGNED.range(tx, range).filter(row -> row.value().equals(arn)).map(Row::key)
                .map(key -> new Row<>(key, new FunctionName(key.text(0), key.text(1), key.text(2), null).arn()));
    }

    /** The account and region of a configuration, which are its functions' too. */
    private static Key account(String arn) {
        String[] parts = arn.split(":");
        return Key.of(parts[4], parts[3]);
    }
}
