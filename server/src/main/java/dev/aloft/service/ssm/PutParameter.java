package dev.aloft.service.ssm;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.ssm.SsmData.Parameter;
import dev.aloft.service.ssm.SsmData.Version;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * PutParameter.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html">PutParameter</a>
 */
final class PutParameter {
    private static final int MOST_VERSIONS = 100;
    private static final int STANDARD_BYTES = 4096;
    private static final int ADVANCED_BYTES = 8192;
    private static final Set<String> OTHER_DATA_TYPES = Set.of("aws:ec2:image", "aws:ssm:integration");

    private final SsmData data;
    private final SecureValues secureValues;
    private final Changes changes;
    private final Store store;
    private final Time time;

    PutParameter(SsmData data, SecureValues secureValues, Changes changes, Store store, Time time) {
        this.changes = changes;
        this.data = data;
        this.secureValues = secureValues;
        this.store = store;
        this.time = time;
    }

    Ssm.PutParameterResponse put(Caller caller, Ssm.PutParameterRequest input) {
        var name = Names.asked(caller, input.name()).name();
        boolean overwrite = Boolean.TRUE.equals(input.overwrite());
        boolean tagged = input.tags() != null && !input.tags().isEmpty();
        Names.checkNew(name);
        refuseWhatIsNotBuilt(input);
        if (overwrite && tagged) {
            throw Names.invalid("Invalid request: tags and overwrite can't be used together. To create a "
                    + "parameter with tags, please remove overwrite flag. To update tags for an existing parameter, "
                    + "please use AddTagsToResource or"
                    + " RemoveTagsFromResource.");
        }
        if (input.allowedPattern() != null && !input.allowedPattern().isEmpty()) {
            AllowedPattern.check(input.allowedPattern(), input.value());
        }
        var now = time.instant().truncatedTo(ChronoUnit.MILLIS);
        var seen = store.<Optional<Version>>read(tx -> before(tx, caller, name, overwrite)).orElse(null);
        var type = type(input, seen);
        var tier = tier(input, seen);
        var keyId = keyId(input, type);
        // KMS is asked before the parameter is kept.
        var value = keyId == null ? input.value() : secureValues.sealed(caller, name, keyId, tier, input.value());
        return store.write(tx -> {
            var before = before(tx, caller, name, overwrite).orElse(null);
            if (!type.equals(type(input, before)) || !tier.equals(tier(input, before))) {
                throw new Ssm.TooManyUpdates(
                        "There are concurrent updates for a resource that supports one update at a time.");
            }
            var version = new Version(before == null ? 1 : before.number() + 1, type, value,
                    input.description() == null && before != null ? before.description() : input.description(),
                    input.allowedPattern(), tier, now, caller.principal().arn(), List.of(), keyId);
            var known = data.parameters.get(tx, SsmData.key(caller, name));
            var tags = known.map(Parameter::tags).orElse(Map.of());
            data.parameters.put(tx, SsmData.key(caller, name), new Parameter(
                    known.map(Parameter::name).orElse(name), version, tagged ? Tags.with(tags, input.tags()) : tags));
            data.versions.put(tx, SsmData.key(caller, name, version.number()), version);
            changes.tell(tx, caller, before == null ? "Create" : "Update", name, version);
            if (version.number() > MOST_VERSIONS) {
                data.versions.range(tx, Range.of(SsmData.key(caller, name))
                                .to(SsmData.key(caller, name, version.number() - MOST_VERSIONS + 1)))
                        .toList().forEach(row -> forget(tx, name, row));
            }
            return Ssm.PutParameterResponse.of(r -> r.version(version.number()).tier(tier));
        });
    }

    private Optional<Version> before(ReadTx tx, Caller caller, String name, boolean overwrite) {
        var before = data.parameters.get(tx, SsmData.key(caller, name)).map(Parameter::latest);
        if (before.isPresent() && !overwrite) {
            throw new Ssm.ParameterAlreadyExists("The parameter already exists. To overwrite this value, set the"
                    + " overwrite option in the request to true.");
        }
        return before;
    }

    /** Of a SecureString; a new version is under AWS's own key where it names none. */
    private static String keyId(Ssm.PutParameterRequest input, String type) {
        if (type.equals(Ssm.ParameterType.SECURE_STRING)) {
            return Objects.requireNonNullElse(input.keyId(), SecureValues.AWS_KEY);
        }
        if (input.keyId() != null) {
            throw Names.invalid("KeyId can be specified only for a parameter of the type SecureString.");
        }
        return null;
    }

    private void forget(Tx tx, String name, Row<Version> oldest) {
        if (!oldest.value().labels().isEmpty()) {
            throw new Ssm.ParameterMaxVersionLimitExceeded("You attempted to create a new version of " + name
                    + " by calling the PutParameter API with the overwrite flag. Version " + oldest.value().number()
                    + ", the oldest version, can't be deleted because it has a label associated with "
                    + "it. Move the label to another version of the parameter, and try again.");
        }
        data.versions.delete(tx, oldest.key());
    }

    private static void refuseWhatIsNotBuilt(Ssm.PutParameterRequest input) {
        if (input.policies() != null && !input.policies().isBlank() && !input.policies().strip().equals("[]")) {
            throw ApiError.notBuilt("PutParameter with Policies");
        }
        if (input.dataType() == null || input.dataType().equals("text")) {
            return;
        }
        if (!OTHER_DATA_TYPES.contains(input.dataType())) {
            throw Names.invalid("The following data type is not supported: " + input.dataType()
                    + " (Data type names are all lowercase.)");
        }
        throw ApiError.notBuilt("PutParameter with DataType " + input.dataType());
    }

    private static String type(Ssm.PutParameterRequest input, Version before) {
        if (before == null && input.type() == null) {
            throw Names.invalid("A parameter type is required when you create a parameter.");
        }
        if (before != null && input.type() != null && !input.type().equals(before.type())) {
            throw new Ssm.HierarchyTypeMismatchException("The parameter's type is " + before.type()
                    + " and can't be changed to " + input.type() + ". Create a new, unique parameter instead.");
        }
        return before == null ? input.type() : before.type();
    }

    private static String tier(Ssm.PutParameterRequest input, Version before) {
        int bytes = input.value().getBytes(StandardCharsets.UTF_8).length;
        var asked = input.tier() != null ? input.tier() : before != null ? before.tier() : Ssm.ParameterTier.STANDARD;
        var tier = !asked.equals("Intelligent-Tiering") ? asked
                : bytes > STANDARD_BYTES ? Ssm.ParameterTier.ADVANCED : Ssm.ParameterTier.STANDARD;
        if (before != null && before.tier().equals(Ssm.ParameterTier.ADVANCED)
                && tier.equals(Ssm.ParameterTier.STANDARD)) {
            throw Names.invalid("This parameter uses the advanced-parameter tier. You can't downgrade a "
                    + "parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you "
                    + "can delete the advanced parameter"
                    + " and recreate it as a standard parameter.");
        }
        if (tier.equals(Ssm.ParameterTier.STANDARD) && bytes > STANDARD_BYTES) {
            throw Names.invalid("Standard tier parameters support a maximum parameter value of 4096 characters. "
                    + "To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. "
                    + "For more information, see"
                    + " https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-"
                    + "parameters.html");
        }
        if (bytes > ADVANCED_BYTES) {
            throw Names.invalid("Advanced tier parameters support a maximum parameter value of 8192 characters.");
        }
        return tier;
    }
}
