package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import java.util.Optional;
import java.util.UUID;

/**
 * Published versions of functions.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html">Function versions</a>
 */
final class Versions {
    private final Store store;
    private final Functions functions;
    private final Snapshots snapshots;
    private final CodeStorage storage;

    Versions(Store store, Functions functions, Snapshots snapshots, CodeStorage storage) {
        this.storage = storage;
        this.snapshots = snapshots;
        this.store = store;
        this.functions = functions;
    }

    FunctionConfiguration publish(Caller caller, Lambda.PublishVersionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        Settings.refuse(r.publishTo() != null, "PublishTo");
        String revision = UUID.randomUUID().toString();
        String latestRevision = UUID.randomUUID().toString();
        storage.require(name, store.read(tx -> moreBytes(tx, name)), () -> { });
        return store.write(tx -> {
            LambdaData.Function function = functions.find(tx, name);
            Functions.revision(function.latest(), r.revisionId());
            if (r.codeSha256() != null && !r.codeSha256().isEmpty() && !r.codeSha256().equals(function.code().told())) {
                throw new Lambda.InvalidParameterValueException("CodeSHA256 (" + r.codeSha256()
                        + ") is different from current"
                        + " CodeSHA256 in $LATEST (" + function.code().told()
                        + "). Please try again with the CodeSHA256 in"
                        + " $LATEST.");
            }
            // Publishing is a change of $LATEST too.
            LambdaData.Function revised = function
                    .with(function.latest().toBuilder().revisionId(latestRevision).build());
            return publish(tx, name, revised, r.description(), revision);
        });
    }

    /**
     * Publishing what was not updated since the last time gives the version that is there. AWS does not look whether an
     * update brought anything else: the same code or settings given again make a new version.
     */
    FunctionConfiguration publish(Tx tx, FunctionName name, LambdaData.Function function, String description,
            String revision) {
        var same = published(tx, name, function);
        if (same.isPresent()) {
            return same.get().configuration();
        }
        long number = function.published() + 1;
        var builder = function.latest().toBuilder().version(String.valueOf(number))
                .functionArn(name.arn() + ":" + number)
                .revisionId(revision);
        if (description != null) {
            builder.description(description);
        }
        boolean snapshot = SnapStart.isOf(builder.build());
        FunctionConfiguration published = snapshot ? SnapStart.pending(builder.build()) : builder.build();
        if (snapshot) {
            LambdaData.SNAPSHOTS.put(tx, LambdaData.key(name).and(number), "");
            tx.afterCommit(snapshots::look);
        }
        LambdaData.VERSIONS.put(tx, LambdaData.key(name).and(number), function.version().with(published));
        LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), function.withPublished(number));
        return published;
    }

    /** The version that publishing gives again. */
    private static Optional<LambdaData.Version> published(ReadTx tx, FunctionName name, LambdaData.Function function) {
        return LambdaData.VERSIONS.get(tx, LambdaData.key(name).and(function.published()))
                .filter(last -> last.stamp().equals(function.version().stamp()));
    }

    /** By how much publishing makes its packages more. */
    private long moreBytes(ReadTx tx, FunctionName name) {
        LambdaData.Function function = functions.find(tx, name);
        return published(tx, name, function).isPresent() ? 0 : function.code().size();
    }

    Lambda.ListVersionsByFunctionResponse list(Caller caller, Lambda.ListVersionsByFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        Paged<FunctionConfiguration> page = store.read(tx -> {
            functions.find(tx, name);
            return Paged.of(Functions.versions(tx, name.unqualified(),
                    Paged.marked(LambdaData.key(name), r.marker())), r.maxItems());
        });
        return Lambda.ListVersionsByFunctionResponse.of(a -> a
                .versions(page.items().stream().map(Settings::listed).toList()).nextMarker(page.next()));
    }
}
