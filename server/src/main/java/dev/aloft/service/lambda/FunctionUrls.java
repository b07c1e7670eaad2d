package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionUrlConfig;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * URLs of functions and aliases.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html">Creating and managing function
 *     URLs</a>
 */
final class FunctionUrls {
    private static final int ID_LENGTH = 32;
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private final Store store;
    private final Time time;
    private final SecureRandom random = new SecureRandom();

    FunctionUrls(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    /** A URL and whose it is. */
    record Found(FunctionName name, LambdaData.Url url) {}

    Optional<Found> find(String id) {
        return store.read((ReadTx tx) -> LambdaData.URL_IDS.first(tx, Key.of(id)))
                .map(row -> new Found(name(row.key()), row.value()));
    }

    /** $LATEST's is the function's own. */
    private static FunctionName name(Caller caller, String function, String qualifier) {
        FunctionName name = FunctionName.of(caller, function, qualifier);
        return name.isLatest() ? name.unqualified() : name;
    }

    private static FunctionName name(Key key) {
        return new FunctionName(key.text(0), key.text(1), key.text(2), key.text(3).isEmpty() ? null : key.text(3));
    }

    Lambda.CreateFunctionUrlConfigResponse create(Caller caller, Lambda.CreateFunctionUrlConfigRequest r) {
        FunctionName name = name(caller, r.functionName(), r.qualifier());
        var url = new LambdaData.Url(id(), r.authType(), r.cors(), r.invokeMode(), now(), now());
        store.change(tx -> {
            exists(tx, name);
            LambdaData.FUNCTIONS.get(tx, LambdaData.key(name))
                    .ifPresent(function -> Tenancy.checkWithout(function.latest(), "Function URL"));
            if (!LambdaData.URLS.putIfAbsent(tx, LambdaData.qualified(name), url)) {
                throw new Lambda.ResourceConflictException("Failed to create function url config for [functionArn = "
                        + name.qualifiedArn() + "]. Error message:  FunctionUrlConfig exists for this Lambda function");
            }
        });
        FunctionUrlConfig c = told(caller, name, url);
        return Lambda.CreateFunctionUrlConfigResponse.of(a -> a
                .functionUrl(c.functionUrl()).functionArn(c.functionArn())
                .authType(c.authType()).cors(c.cors()).invokeMode(c.invokeMode()).creationTime(c.creationTime()));
    }

    private String id() {
        var id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    private String now() {
        return Settings.moment(time.instant());
    }

    private static void exists(ReadTx tx, FunctionName name) {
        if (!LambdaData.FUNCTIONS.has(tx, LambdaData.key(name))
                || !name.isLatest() && Functions.alias(tx, name).isEmpty()) {
            throw new Lambda.ResourceNotFoundException("Function does not exist");
        }
    }

    Lambda.GetFunctionUrlConfigResponse get(Caller caller, Lambda.GetFunctionUrlConfigRequest r) {
        FunctionName name = name(caller, r.functionName(), r.qualifier());
        LambdaData.Url url = store.read(tx -> LambdaData.URLS.get(tx, LambdaData.qualified(name)))
                .orElseThrow(Layers::missing);
        FunctionUrlConfig c = read(caller, name, url);
        return Lambda.GetFunctionUrlConfigResponse.of(a -> a
                .functionUrl(c.functionUrl()).functionArn(c.functionArn())
                .authType(c.authType()).cors(c.cors()).invokeMode(c.invokeMode()).creationTime(c.creationTime())
                .lastModifiedTime(c.lastModifiedTime()));
    }

    Lambda.UpdateFunctionUrlConfigResponse update(Caller caller, Lambda.UpdateFunctionUrlConfigRequest r) {
        FunctionName name = name(caller, r.functionName(), r.qualifier());
        LambdaData.Url url = store.write(tx -> {
            exists(tx, name);
            LambdaData.Url old = LambdaData.URLS.get(tx, LambdaData.qualified(name)).orElseThrow(Layers::missing);
            var changed = new LambdaData.Url(old.id(), r.authType() == null ? old.authType() : r.authType(),
                    r.cors() == null ? old.cors() : r.cors(),
                    r.invokeMode() == null ? old.invokeMode() : r.invokeMode(),
                    old.created(), now());
            LambdaData.URLS.put(tx, LambdaData.qualified(name), changed);
            return changed;
        });
        FunctionUrlConfig c = told(caller, name, url);
        return Lambda.UpdateFunctionUrlConfigResponse.of(a -> a
                .functionUrl(c.functionUrl()).functionArn(c.functionArn())
                .authType(c.authType()).cors(c.cors()).invokeMode(c.invokeMode()).creationTime(c.creationTime())
                .lastModifiedTime(c.lastModifiedTime()));
    }

    Lambda.DeleteFunctionUrlConfigResponse delete(Caller caller, Lambda.DeleteFunctionUrlConfigRequest r) {
        FunctionName name = name(caller, r.functionName(), r.qualifier());
        store.change(tx -> {
            if (!LambdaData.URLS.delete(tx, LambdaData.qualified(name))) {
                throw Layers.missing();
            }
        });
        return Lambda.DeleteFunctionUrlConfigResponse.of(_ -> {});
    }

    Lambda.ListFunctionUrlConfigsResponse list(Caller caller, Lambda.ListFunctionUrlConfigsRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).unqualified();
        Paged<FunctionUrlConfig> page = store.read(tx -> {
            exists(tx, name);
            return Paged.of(LambdaData.URLS.range(tx, Paged.after(LambdaData.key(name), r.marker()))
                    .map(row -> new Row<>(row.key(), read(caller, name(row.key()), row.value()))), r.maxItems());
        });
        return Lambda.ListFunctionUrlConfigsResponse.of(
                a -> a.functionUrlConfigs(page.items()).nextMarker(page.next()));
    }

    /** As it was said: a mode that was not is not told. */
    private static FunctionUrlConfig told(Caller caller, FunctionName name, LambdaData.Url url) {
        return FunctionUrlConfig.of(c -> c.functionUrl(address(caller, name, url)).functionArn(name.qualifiedArn())
                .authType(url.authType()).cors(url.cors()).invokeMode(url.invokeMode())
                .creationTime(url.created()).lastModifiedTime(url.modified()));
    }

    private static FunctionUrlConfig read(Caller caller, FunctionName name, LambdaData.Url url) {
        return told(caller, name, url).toBuilder()
                .invokeMode(url.streams() ? Lambda.InvokeMode.RESPONSE_STREAM : Lambda.InvokeMode.BUFFERED).build();
    }

    /**
     * On AWS {@code https://ID.lambda-url.REGION.on.aws/}; here below the name by which the caller reached the
     * platform.
     */
    private static String address(Caller caller, FunctionName name, LambdaData.Url url) {
        URI platform = URI.create(caller.endpoint());
        String host = platform.getHost();
        boolean number = host == null || host.matches("[0-9.]+") || host.startsWith("[");
        String port = platform.getPort() < 0 ? "" : ":" + platform.getPort();
        return platform.getScheme() + "://" + url.id() + ".lambda-url." + name.region() + "."
                + (number ? "localhost" : host) + port + "/";
    }
}
