package dev.aloft.service.ssm;

import dev.aloft.api.Ssm;
import dev.aloft.service.ssm.SsmData.Parameter;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** Which parameters are meant. */
final class Filters {
    private static final String TAG = "tag:";

    private Filters() {}

    /** All filters must hold; of a filter one value. */
    static Predicate<Parameter> of(List<Ssm.ParameterStringFilter> filters) {
        Predicate<Parameter> all = _ -> true;
        for (var filter : filters == null ? List.<Ssm.ParameterStringFilter>of() : filters) {
            all = all.and(one(filter));
        }
        return all;
    }

    /** The older form knows Name, which compares beginnings, and Type. */
    static Predicate<Parameter> ofOldForm(List<Ssm.ParametersFilter> filters) {
        Predicate<Parameter> all = _ -> true;
        for (var filter : filters == null ? List.<Ssm.ParametersFilter>of() : filters) {
            all = all.and(one(Ssm.ParameterStringFilter.of(f -> f.key(filter.key()).values(filter.values())
                    .option(filter.key().equals("Name") ? "BeginsWith" : "Equals"))));
        }
        return all;
    }

    private static Predicate<Parameter> one(Ssm.ParameterStringFilter filter) {
        var values = filter.values() == null ? List.<String>of() : filter.values();
        return switch (filter.key()) {
            case "Name" -> parameter -> values.stream().anyMatch(value -> name(filter, parameter.name(), value));
            case "Path" -> parameter -> values.stream().anyMatch(value -> path(filter, parameter.name(), value));
            case "Type" -> parameter -> values.contains(parameter.latest().type());
            case "Tier" -> parameter -> values.contains(parameter.latest().tier());
            case "DataType" -> _ -> values.contains("text");
            case "KeyId" -> parameter -> parameter.latest().isSecure()
                && values.contains(parameter.latest().toldKeyId());
            case String tag when tag.startsWith(TAG) -> {
                var key = tag.substring(TAG.length());
                yield parameter -> parameter.tags().containsKey(key)
                    && (values.isEmpty() || values.contains(parameter.tags().get(key)));
            }
            default -> throw new Ssm.InvalidFilterKey("The following filter key is not valid: " + filter.key()
                    + ". Valid filter keys include: [Path, Name, Type, KeyId, Tier, DataType, tag:<Tag_Key>].");
        };
    }

    private static boolean name(Ssm.ParameterStringFilter filter, String name, String value) {
        return switch (Objects.requireNonNullElse(filter.option(), "Equals")) {
            case "Equals" -> name.equals(value);
            case "BeginsWith" -> name.startsWith(value);
            case "Contains" -> name.contains(value);
            default -> throw option(filter, "Equals, BeginsWith, Contains");
        };
    }

    private static boolean path(Ssm.ParameterStringFilter filter, String name, String value) {
        var path = Names.path(value);
        return switch (Objects.requireNonNullElse(filter.option(), "OneLevel")) {
            case "OneLevel" -> name.startsWith(path) && name.indexOf('/', path.length()) < 0;
            case "Recursive" -> name.startsWith(path);
            default -> throw option(filter, "OneLevel, Recursive");
        };
    }

    private static Ssm.InvalidFilterOption option(Ssm.ParameterStringFilter filter, String valid) {
        return new Ssm.InvalidFilterOption("The following filter option is not valid: " + filter.option()
                + ". Valid options include: [" + valid + "].");
    }
}
