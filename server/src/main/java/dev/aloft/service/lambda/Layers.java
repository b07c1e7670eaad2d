package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Layers: published, told, deleted, and used by functions.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html">Managing Lambda dependencies with
 *     layers</a>
 */
final class Layers {
    static final int MOST_LAYERS = 5;
    private static final Set<String> ARCHITECTURES = Set.of("x86_64", "arm64");
    /** Those that layers named once and functions can not any more. */
    private static final Set<String> OLD_RUNTIMES =
            Set.of("java8", "go1.x", "provided", "ruby2.5", "ruby2.7", "nodejs14.x",
            "nodejs12.x", "nodejs10.x", "nodejs8.10", "nodejs6.10", "nodejs4.3", "nodejs4.3-edge", "nodejs",
            "python3.7", "python3.6", "python2.7", "dotnetcore3.1", "dotnetcore2.1", "dotnetcore2.0", "dotnetcore1.0");

    private final Store store;
    private final CodeStore codes;
    private final Uploads uploads;
    private final Functions functions;
    private final CodeStorage storage;
    private final Time time;

    Layers(Store store, CodeStore codes, Uploads uploads, Functions functions, CodeStorage storage, Time time) {
        this.storage = storage;
        this.store = store;
        this.codes = codes;
        this.uploads = uploads;
        this.functions = functions;
        this.time = time;
    }

    // ---- operations

    Lambda.PublishLayerVersionResponse publish(Caller caller, Lambda.PublishLayerVersionRequest r) {
        LayerName name = LayerName.of(caller, r.layerName());
        checkCompatibility(r);
        Lambda.LayerVersionContentInput content = r.content();
        CodeStore.Code code = uploads.keep(caller,
                new Uploads.Source(content.zipFile(), content.s3Bucket(), content.s3Key(), content.s3ObjectVersion()));
        storage.require(name.account(), name.region(), code.size(),
                () -> functions.forgetUnusedLayers(List.of(code)));
        String created = Settings.moment(time.instant());
        LambdaData.LayerVersion published = store.write(tx -> {
            long number = LambdaData.LAYERS.get(tx, name.key()).orElse(0L) + 1;
            LayerName version = name.with(number);
            var layer = new LambdaData.LayerVersion(Lambda.GetLayerVersionResponse.of(l -> l.layerArn(version.arn())
                    .layerVersionArn(version.versionArn()).version(number).createdDate(created)
                    .description(r.description() == null ? "" : r.description()).licenseInfo(r.licenseInfo())
                    .compatibleRuntimes(r.compatibleRuntimes())
                    .compatibleArchitectures(r.compatibleArchitectures())), code);
            LambdaData.LAYERS.put(tx, name.key(), number);
            LambdaData.LAYER_VERSIONS.put(tx, version.versionKey(), layer);
            return layer;
        });
        Lambda.GetLayerVersionResponse l = told(caller, published);
        return Lambda.PublishLayerVersionResponse.of(a -> a.content(l.content()).layerArn(l.layerArn())
                .layerVersionArn(l.layerVersionArn()).version(l.version()).createdDate(l.createdDate())
                .description(l.description()).licenseInfo(l.licenseInfo()).compatibleRuntimes(l.compatibleRuntimes())
                .compatibleArchitectures(l.compatibleArchitectures()));
    }

    /** Both are told together, in words that the model's other constraints do not have. */
    private static void checkCompatibility(Lambda.PublishLayerVersionRequest r) {
        var failures = new ArrayList<String>();
        List<String> runtimes = r.compatibleRuntimes() == null ? List.of() : r.compatibleRuntimes();
        if (!runtimes.stream().allMatch(each -> Settings.isOffered(each) || OLD_RUNTIMES.contains(each))) {
            failures.add("Value '" + runtimes
                    + "' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value"
                    + " set: " + Settings.RUNTIMES);
        }
        List<String> architectures = r.compatibleArchitectures() == null ? List.of() : r.compatibleArchitectures();
        if (!ARCHITECTURES.containsAll(architectures)) {
            failures.add("Value '" + architectures
                    + "' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy"
                    + " constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]");
        }
        if (!failures.isEmpty()) {
            throw ApiError.of("ValidationException", 400,
                    failures.size() + " validation error" + (failures.size() == 1 ? "" : "s")
                    + " detected: " + String.join("; ", failures));
        }
    }

    private Lambda.GetLayerVersionResponse told(Caller caller, LambdaData.LayerVersion layer) {
        return layer.description().toBuilder()
                .content(Lambda.LayerVersionContentOutput.of(c -> c.codeSha256(layer.code().told())
                .codeSize(layer.code().size()).location(CodeDownloads.url(caller, layer.code())))).build();
    }

    Lambda.GetLayerVersionResponse get(Caller caller, LayerName name) {
        if (name.version() < 1) {
            throw new Lambda.InvalidParameterValueException("Layer Version Cannot be less than 1");
        }
        return told(caller, store.read(tx -> find(tx, name)).orElseThrow(Layers::missing));
    }

    boolean exists(LayerName name) {
        return store.read(tx -> find(tx, name)).isPresent();
    }

    static Lambda.ResourceNotFoundException missing() {
        return new Lambda.ResourceNotFoundException("The resource you requested does not exist.");
    }

    static Optional<LambdaData.LayerVersion> find(ReadTx tx, LayerName name) {
        return LambdaData.LAYER_VERSIONS.get(tx, name.versionKey());
    }

    /** Versions of which a layer's functions are made stay for them. Deleting what is not there is no error. */
    Lambda.DeleteLayerVersionResponse delete(Caller caller, Lambda.DeleteLayerVersionRequest r) {
        LayerName name = LayerName.of(caller, r.layerName()).with(r.versionNumber());
        if (name.version() < 1) {
            throw new Lambda.InvalidParameterValueException("Layer Version Cannot be less than 1");
        }
        List<CodeStore.Code> had = store.write(tx -> {
            var layer = find(tx, name);
            LambdaData.LAYER_VERSIONS.delete(tx, name.versionKey());
            LambdaData.LAYER_POLICIES.delete(tx, name.versionKey());
            return layer.map(LambdaData.LayerVersion::code).stream().toList();
        });
        functions.forgetUnusedLayers(had);
        return Lambda.DeleteLayerVersionResponse.of(_ -> {});
    }

    /** The newest first. */
    Lambda.ListLayerVersionsResponse versions(Caller caller, Lambda.ListLayerVersionsRequest r) {
        Key layer = LayerName.of(caller, r.layerName()).key();
        Range range = Paged.after(Range.of(layer).reversed(), layer, r.marker());
        var page = store.read(tx -> Paged.of(LambdaData.LAYER_VERSIONS.range(tx, range)
                .filter(row -> compatible(row.value().description(), r.compatibleRuntime(),
                        r.compatibleArchitecture()))
                .map(row -> new Row<>(row.key(), item(row.value().description()))), r.maxItems()));
        return Lambda.ListLayerVersionsResponse.of(a -> a.layerVersions(page.items()).nextMarker(page.next()));
    }

    private static boolean compatible(Lambda.GetLayerVersionResponse layer, String runtime, String architecture) {
        return (runtime == null || layer.compatibleRuntimes() != null && layer.compatibleRuntimes().contains(runtime))
                && (architecture == null
                        || layer.compatibleArchitectures() != null
                        && layer.compatibleArchitectures().contains(architecture));
    }

    /** An empty description is told by the operations that are about one version, and left out of lists. */
    private static Lambda.LayerVersionsListItem item(Lambda.GetLayerVersionResponse l) {
        return Lambda.LayerVersionsListItem.of(i -> i.layerVersionArn(l.layerVersionArn()).version(l.version())
                .description(l.description().isEmpty() ? null : l.description()).createdDate(l.createdDate())
                .compatibleRuntimes(l.compatibleRuntimes()).licenseInfo(l.licenseInfo())
                .compatibleArchitectures(l.compatibleArchitectures()));
    }

    /** Each with its newest version that matches; without one a layer is not told. */
    Lambda.ListLayersResponse list(Caller caller, Lambda.ListLayersRequest r) {
        Key account = Key.of(caller.account(), caller.region());
        var page = store.read(tx -> Paged.of(LambdaData.LAYERS.range(tx, Paged.after(account, r.marker()))
                .flatMap(row -> newest(tx, new LayerName(caller.account(), caller.region(), row.key().text(2), 0), r)
                        .map(layer -> new Row<>(row.key(), layer)).stream()), r.maxItems()));
        return Lambda.ListLayersResponse.of(a -> a.layers(page.items()).nextMarker(page.next()));
    }

    private static Optional<Lambda.LayersListItem> newest(ReadTx tx, LayerName name, Lambda.ListLayersRequest r) {
        return LambdaData.LAYER_VERSIONS.range(tx, Range.of(name.key()).reversed())
                .map(row -> row.value().description())
                .filter(layer -> compatible(layer, r.compatibleRuntime(), r.compatibleArchitecture()))
                .findFirst()
                .map(layer -> Lambda.LayersListItem.of(i -> i.layerName(name.name()).layerArn(name.arn())
                        .latestMatchingVersion(item(layer))));
    }

    // ---- used by functions

    /**
     * A layer that a function names.
     *
     * @param code null of one that the platform has in itself
     */
    record Used(String arn, CodeStore.Code code) {}

    /** Of those whose content is here. */
    static List<CodeStore.Code> codes(List<Used> layers) {
        return layers.stream().map(Used::code).filter(Objects::nonNull).toList();
    }

    /** As a function's configuration tells them; nothing where there are none. */
    static List<Lambda.Layer> told(List<Used> layers) {
        return layers.isEmpty() ? null
                : layers.stream().map(used -> Lambda.Layer.of(l -> l.arn(used.arn())
                .codeSize(used.code() == null ? 0 : used.code().size()))).toList();
    }

    /** The layers of a function of a region. That the caller may use them is IAM's to say, before. */
    List<Used> resolve(Caller caller, String region, List<String> arns) {
        if (arns == null) {
            return List.of();
        }
        if (arns.size() > MOST_LAYERS) {
            throw new Lambda.InvalidParameterValueException("Cannot reference more than 5 layers.");
        }
        var seen = new HashMap<String, String>();
        var used = new ArrayList<Used>();
        for (String arn : arns) {
            LayerName name = LayerName.of(caller, arn);
            if (!name.region().equals(region)) {
                throw new Lambda.InvalidParameterValueException("Layers are not in the same region as the function. "
                        + "Layers are expected to be in region " + region + ".");
            }
            CodeStore.Code code = ParametersLayer.is(name) ? null
                    : store.read(tx -> find(tx, name)).orElseThrow(() -> unknown(caller, name)).code();
            String other = seen.put(name.arn(), arn);
            if (other != null) {
                throw new Lambda.InvalidParameterValueException("Two different versions of the same layer "
                        + "are not allowed to be referenced in the same function. " + other + " and " + arn
                        + " are versions of the same layer.");
            }
            used.add(new Used(arn, code));
        }
        return used;
    }

    /** Layers that AWS or others offer to all lie in accounts that are not here, and nothing here can fetch them. */
    private static ApiError unknown(Caller caller, LayerName name) {
        if (name.account().equals(caller.account())) {
            return new Lambda.InvalidParameterValueException("Layer version " + name.versionArn() + " does not exist.");
        }
        return ApiError.of("AccessDeniedException", 403,
                "User: " + caller.principal().arn() + " is not authorized to perform:"
                + " lambda:GetLayerVersion on resource: " + name.versionArn()
                + " because no resource-based policy allows the"
                + " lambda:GetLayerVersion action. (Aloft holds no layer of account " + name.account()
                + ": publish its content as a"
                + " layer of your own, and name that.)");
    }

    /** Whether a package fits together with layers. */
    void fit(CodeStore.Code code, List<CodeStore.Code> layers) {
        if (layers == null || layers.isEmpty()) {
            return;
        }
        long ofLayers = layers.stream().mapToLong(codes::unzippedBytes).sum();
        if (ofLayers > CodeStore.MOST_UNZIPPED_BYTES) {
            throw new Lambda.InvalidParameterValueException("Layers consume more than the available size "
                    + "of 262144000 bytes");
        }
        long total = ofLayers + codes.unzippedBytes(code);
        if (total > CodeStore.MOST_UNZIPPED_BYTES) {
            throw new Lambda.InvalidParameterValueException("Function code combined with layers exceeds the "
                    + "maximum allowed size of 262144000 bytes. The actual size is " + total + " bytes.");
        }
    }
}
