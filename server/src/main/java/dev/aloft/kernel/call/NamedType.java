package dev.aloft.kernel.call;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A type whose resources are known by a name, given in the template or made up, and are made, changed, described and
 * deleted by one operation each. What is said of a type stands in its constructor; its methods are those operations.
 */
public abstract class NamedType implements ResourceType {
    private final String type;
    private final String name;
    private final int longestName;
    private final Set<String> required;
    private final Set<String> optional;
    private final Set<String> fixed;

    /**
     * @param name        the property, which is optional unless it is among the required
     * @param longestName of one that is made up
     * @param fixed       those beside the name whose change makes a new resource
     */
    protected NamedType(String type, String name, int longestName, Set<String> required, Set<String> optional,
            Set<String> fixed) {
        this.type = type;
        this.name = name;
        this.longestName = longestName;
        this.required = required;
        this.optional = optional;
        this.fixed = fixed;
    }

    /** Makes it; throws the service's error where something has that name already. */
    protected abstract void make(Caller caller, String named, Desired desired);

    /** Whether what has that name already was made by an earlier try of this step. */
    protected abstract boolean isOurs(Caller caller, String named, Desired desired);

    /** The rest of what is wanted, once it is made. */
    protected void finish(Caller caller, String named, Desired desired) {
    }

    protected abstract void change(Caller caller, String named, Desired before, Desired after);

    protected abstract void remove(Caller caller, String named);

    /** It as it is; throws the service's error where it is gone. */
    protected abstract Resource describe(Caller caller, String named);

    @Override
    public final String type() {
        return type;
    }

    @Override
    public final Set<String> properties() {
        return Stream.of(Set.of(name), required, optional).flatMap(Set::stream).collect(Collectors.toSet());
    }

    @Override
    public final Set<String> required() {
        return required;
    }

    @Override
    public final Set<String> replacedBy() {
        return Stream.concat(Stream.of(name), fixed.stream()).collect(Collectors.toSet());
    }

    @Override
    public final Optional<String> customName() {
        return Optional.of(name);
    }

    @Override
    public final Resource create(Caller caller, Desired desired) {
        var named = desired.name(name, longestName);
        try {
            make(caller, named, desired);
        } catch (ApiError e) {
            if (!isTaken(e) || !isOurs(caller, named, desired)) {
                throw e;
            }
        }
        return ResourceType.complete(named, () -> {
            finish(caller, named, desired);
            return describe(caller, named);
        });
    }

    private static boolean isTaken(ApiError error) {
        return error.code().contains("AlreadyExists") || error.code().equals("ConflictException")
                || error.code().equals("ResourceInUseException");
    }

    private static boolean isGone(ApiError error) {
        return error.status() == 404 || error.code().contains("NotFound");
    }

    @Override
    public final Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        change(caller, physicalId, before, after);
        return describe(caller, physicalId);
    }

    @Override
    public final void delete(Caller caller, String physicalId, Desired last) {
        try {
            remove(caller, physicalId);
        } catch (ApiError e) {
            if (!isGone(e)) {
                throw e;
            }
        }
    }

    @Override
    public final Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(describe(caller, physicalId));
        } catch (ApiError e) {
            if (isGone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
