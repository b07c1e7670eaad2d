package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Store;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Tags of functions.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html">Using tags</a>
 */
final class Tags {
    private final Store store;
    private final Functions functions;
    private final EventSourceMappings mappings;

    Tags(Store store, Functions functions, EventSourceMappings mappings) {
        this.store = store;
        this.functions = functions;
        this.mappings = mappings;
    }

    Lambda.ListTagsResponse list(Caller caller, Lambda.ListTagsRequest r) {
        if (isMapping(r.resource())) {
            return Lambda.ListTagsResponse.of(a -> a.tags(mappings.tags(r.resource())));
        }
        if (isSigning(r.resource())) {
            return Lambda.ListTagsResponse.of(a -> a.tags(store.read(tx -> CodeSigning.find(tx, r.resource())).tags()));
        }
        FunctionName name = tagged(caller, r.resource());
        return Lambda.ListTagsResponse.of(a -> a.tags(store.read(tx -> functions.find(tx, name)).tags()));
    }

    Lambda.TagResourceResponse tag(Caller caller, Lambda.TagResourceRequest r) {
        if (r.tags().isEmpty()) {
            throw new Lambda.InvalidParameterValueException("An error occurred and the request cannot be processed.");
        }
        change(caller, r.resource(), tags -> tags.putAll(r.tags()));
        return Lambda.TagResourceResponse.of(_ -> {});
    }

    Lambda.UntagResourceResponse untag(Caller caller, Lambda.UntagResourceRequest r) {
        change(caller, r.resource(), tags -> r.tagKeys().forEach(tags::remove));
        return Lambda.UntagResourceResponse.of(_ -> {});
    }

    private interface Change {
        void on(TreeMap<String, String> tags);
    }

    private static boolean isMapping(String arn) {
        return arn.contains(":event-source-mapping:");
    }

    private void change(Caller caller, String arn, Change change) {
        if (isMapping(arn)) {
            mappings.changeTags(arn, change::on);
        } else if (isSigning(arn)) {
            store.change(tx -> {
                LambdaData.SigningConfig signing = CodeSigning.find(tx, arn);
                var tags = new TreeMap<>(signing.tags());
                change.on(tags);
                Settings.tags(tags);
                LambdaData.CODE_SIGNING_CONFIGS.put(tx, CodeSigning.key(arn),
                        new LambdaData.SigningConfig(signing.config(), tags));
            });
        } else {
            change(tagged(caller, arn), change);
        }
    }

    private static boolean isSigning(String arn) {
        return arn.contains(":code-signing-config:");
    }

    /** Another revision is told afterwards, as on AWS. */
    private void change(FunctionName name, Change change) {
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            LambdaData.Function function = functions.find(tx, name);
            var tags = new TreeMap<>(function.tags());
            change.on(tags);
            Settings.tags(tags);
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name),
                    function.withTags(tags).with(function.latest().toBuilder().revisionId(revision).build()));
        });
    }

    private static FunctionName tagged(Caller caller, String arn) {
        if (arn.contains(":capacity-provider:")) {
            // Nobody can make one here.
            throw new Lambda.ResourceNotFoundException("Capacity provider not found: " + arn);
        }
        if (arn.contains(":layer:")) {
            throw ApiError.notBuilt("Tags of Lambda layers");
        }
        FunctionName name = FunctionName.of(caller, arn);
        if (name.qualifier() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        return name;
    }
}
