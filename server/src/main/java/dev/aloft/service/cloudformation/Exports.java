package dev.aloft.service.cloudformation;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;

/** The values that stacks export, and who imports them. */
final class Exports {
    private static final int PAGE = 100;

    private final CloudFormationData data;
    private final Store store;

    Exports(CloudFormationData data, Store store) {
        this.data = data;
        this.store = store;
    }

    CloudFormation.ListExportsResponse list(Caller caller, CloudFormation.ListExportsRequest input) {
        var place = Key.of(caller.account(), caller.region());
        var range = input.nextToken() == null ? Range.of(place) : Range.of(place).after(place.and(input.nextToken()));
        var page = store.read(tx -> data.exports.page(tx, range, PAGE));
        return CloudFormation.ListExportsResponse.of(r -> r.nextToken(page.next().map(key -> key.text(2)).orElse(null))
                .exports(page.values().stream().map(export -> CloudFormation.Export.of(e -> e.name(export.name())
                        .value(export.value()).exportingStackId(export.stackArn()))).toList()));
    }

    CloudFormation.ListImportsResponse imports(Caller caller, CloudFormation.ListImportsRequest input) {
        var place = Key.of(caller.account(), caller.region(), input.exportName());
        var names = store.read(tx -> data.imports.range(tx, place).map(row -> row.value()).toList());
        if (names.isEmpty()) {
            throw Refusals.validation("Export '" + input.exportName() + "' is not imported by any stack.");
        }
        return CloudFormation.ListImportsResponse.of(r -> r.imports(names));
    }
}
