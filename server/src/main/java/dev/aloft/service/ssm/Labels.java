package dev.aloft.service.ssm;

import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.ssm.SsmData.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Labels of parameters' versions. A label is on one version at a time.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html">Parameter
 *     labels</a>
 */
final class Labels {
    private static final int MOST = 10;

    private final SsmData data;
    private final Changes changes;
    private final Store store;

    Labels(SsmData data, Changes changes, Store store) {
        this.changes = changes;
        this.data = data;
        this.store = store;
    }

    Ssm.LabelParameterVersionResponse label(Caller caller, Ssm.LabelParameterVersionRequest input) {
        var valid = input.labels().stream().filter(Labels::isValid).toList();
        var invalid = input.labels().stream().filter(Predicate.not(Labels::isValid)).toList();
        return store.write(tx -> {
            var name = Names.asked(caller, input.name()).name();
            var version = version(tx, caller, name, input.parameterVersion());
            var all = new TreeSet<>(version.labels());
            all.addAll(valid);
            if (all.size() > MOST) {
                throw new Ssm.ParameterVersionLabelLimitExceeded("A parameter version can have maximum " + MOST
                        + " labels. Move one or more labels to another version and try again.");
            }
            others(tx, caller, name, version.number()).forEach(other -> put(tx, caller, name, other.withLabels(
                    other.labels().stream().filter(label -> !valid.contains(label)).toList())));
            put(tx, caller, name, version.withLabels(List.copyOf(all)));
            changes.tell(tx, caller, "LabelParameterVersion", name, version);
            return Ssm.LabelParameterVersionResponse.of(
                    r -> r.parameterVersion(version.number()).invalidLabels(invalid));
        });
    }

    Ssm.UnlabelParameterVersionResponse unlabel(Caller caller, Ssm.UnlabelParameterVersionRequest input) {
        return store.write(tx -> {
            var name = Names.asked(caller, input.name()).name();
            var version = version(tx, caller, name, input.parameterVersion());
            var removed = input.labels().stream().filter(version.labels()::contains).toList();
            var left = new ArrayList<>(version.labels());
            left.removeAll(removed);
            put(tx, caller, name, version.withLabels(left));
            return Ssm.UnlabelParameterVersionResponse.of(r -> r.removedLabels(removed)
                    .invalidLabels(input.labels().stream().filter(label -> !removed.contains(label)).toList()));
        });
    }

    /** Those that are no label are told beside those that were given. */
    private static boolean isValid(String label) {
        var lower = label.toLowerCase(Locale.ROOT);
        return label.matches("[a-zA-Z_.-][a-zA-Z0-9_.-]*") && !lower.startsWith("aws") && !lower.startsWith("ssm");
    }

    private Version version(Tx tx, Caller caller, String name, Long number) {
        var latest = data.parameters.get(tx, SsmData.key(caller, name)).orElseThrow(Parameters::notFound).latest();
        long wanted = number == null ? latest.number() : number;
        return data.versions.get(tx, SsmData.key(caller, name, wanted))
                .orElseThrow(() -> Parameters.noVersion(String.valueOf(wanted), name));
    }

    private List<Version> others(Tx tx, Caller caller, String name, long number) {
        return data.versions.range(tx, SsmData.key(caller, name)).map(Row::value)
                .filter(it -> it.number() != number && !it.labels().isEmpty()).toList();
    }

    private void put(Tx tx, Caller caller, String name, Version version) {
        data.versions.put(tx, SsmData.key(caller, name, version.number()), version);
    }
}
