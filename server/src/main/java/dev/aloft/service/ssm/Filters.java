package dev.aloft.service.ssm;

import dev.aloft.api.Ssm;
import dev.aloft.service.ssm.SsmData.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** Which parameters are meant. */
final class Filters {
    private static final String TAG = "tag:";
    private static final String LABEL = "Label";
    private static final String PATH = "Path";
    private static final List<String> OF_PATHS = List.of("Recursive", "OneLevel");
    private static final List<String> OF_OTHERS = List.of("BeginsWith", "Equals");
    private static final Set<String> WITHOUT_PATH = Set.of("Type", "KeyId", LABEL);
    /** The values that a key can have. */
    private static final Map<String, List<String>> VALUES = Map.of(
            "Tier", List.of("Standard", "Advanced", "Intelligent-Tiering"),
            "Type", List.of("String", "StringList", "SecureString"));

    private Filters() {}

    /** Those of DescribeParameters. All must hold; of each one value. */
    static Predicate<Parameter> of(List<Ssm.ParameterStringFilter> given) {
        var filters = given == null ? List.<Ssm.ParameterStringFilter>of() : given;
        if (filters.stream().anyMatch(filter -> filter.key().equals(LABEL))) {
            throw key(LABEL, "Path, Name, Type, KeyId, Tier, DataType, tag:<Tag_Key>");
        }
        return all(filters);
    }

    /** Those of GetParametersByPath; its labels choose versions. */
    static Predicate<Parameter> underPath(List<Ssm.ParameterStringFilter> given) {
        var filters = given == null ? List.<Ssm.ParameterStringFilter>of() : given;
        for (var filter : filters) {
            if (!WITHOUT_PATH.contains(filter.key())) {
                throw key(filter.key(), "Type, KeyId");
            }
        }
        return all(filters.stream().filter(filter -> !filter.key().equals(LABEL)).toList());
    }

    static List<String> labels(List<Ssm.ParameterStringFilter> filters) {
        return filters == null ? List.of() : filters.stream().filter(filter -> filter.key().equals(LABEL))
                .flatMap(filter -> values(filter).stream()).toList();
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

    private static Predicate<Parameter> all(List<Ssm.ParameterStringFilter> filters) {
        var keys = new HashSet<String>();
        Predicate<Parameter> all = _ -> true;
        for (var filter : filters) {
            check(filter);
            if (!keys.add(filter.key())) {
                throw new Ssm.InvalidFilterKey("The following filter is duplicated in the request: " + filter.key()
                        + ". A request can contain only one occurrence of a specific filter.");
            }
            all = all.and(one(filter));
        }
        return all;
    }

    private static List<String> values(Ssm.ParameterStringFilter filter) {
        return filter.values() == null ? List.of() : filter.values();
    }

    private static void check(Ssm.ParameterStringFilter filter) {
        if (values(filter).isEmpty() && !filter.key().startsWith(TAG)) {
            throw new Ssm.InvalidFilterValue("The following filter values are missing : null for filter key "
                    + filter.key() + ".");
        }
        var options = filter.key().equals(PATH) ? OF_PATHS : OF_OTHERS;
        boolean isPart = filter.key().equals("Name") && "Contains".equals(filter.option());
        if (filter.option() != null && !isPart && !options.contains(filter.option())) {
            throw new Ssm.InvalidFilterOption("The following filter option is not valid: " + filter.option()
                    + ". Valid options include: [" + String.join(", ", options) + "].");
        }
        for (var value : values(filter)) {
            checkValue(filter.key(), value);
        }
    }

    private static void checkValue(String key, String value) {
        var lower = value.toLowerCase(Locale.ROOT);
        if (key.equals(PATH) && (lower.startsWith("/aws") || lower.startsWith("/ssm"))) {
            throw Names.invalid("Filters for common parameters can't be prefixed with \"aws\" or \"ssm\" "
                    + "(case-insensitive). When using global parameters, please specify within a global namespace.");
        }
        if (key.equals(PATH)) {
            Names.path(value);
        }
        var known = VALUES.getOrDefault(key, List.of(value));
        if (!known.contains(value)) {
            throw new Ssm.InvalidFilterValue("The following filter value is not valid: " + value
                    + ". Valid values include: [" + String.join(", ", known) + "].");
        }
    }

    private static Predicate<Parameter> one(Ssm.ParameterStringFilter filter) {
        var option = Objects.requireNonNullElse(filter.option(), "Equals");
        var values = values(filter);
        return switch (filter.key()) {
            case "Name" -> parameter -> values.stream().anyMatch(value -> name(option, parameter.name(), value));
            case PATH -> parameter -> values.stream().anyMatch(value -> path(option, parameter.name(), value));
            case "Type" -> parameter -> matches(option, parameter.latest().type(), values);
            case "Tier" -> parameter -> matches(option, parameter.latest().tier(), values);
            case "DataType" -> _ -> matches(option, "text", values);
            case "KeyId" -> parameter -> parameter.latest().isSecure()
                && matches(option, parameter.latest().toldKeyId(), values);
            case String tag when tag.startsWith(TAG) -> {
                var key = tag.substring(TAG.length());
                yield parameter -> parameter.tags().containsKey(key)
                    && (values.isEmpty() || matches(option, parameter.tags().get(key), values));
            }
            default -> throw key(filter.key(), "Path, Name, Type, KeyId, Tier, DataType, tag:<Tag_Key>");
        };
    }

    private static boolean matches(String option, String text, List<String> values) {
        return values.stream().anyMatch(value -> option.equals("BeginsWith") ? text.startsWith(value)
                : text.equals(value));
    }

    private static boolean name(String option, String name, String value) {
        return switch (option) {
            case "BeginsWith" -> name.startsWith(value) || Names.plain(name).startsWith(value);
            case "Contains" -> name.contains(value);
            default -> Names.plain(name).equals(Names.plain(value));
        };
    }

    private static boolean path(String option, String name, String value) {
        var path = Names.path(value);
        var full = Names.full(name);
        return full.startsWith(path) && (option.equals("Recursive") || full.indexOf('/', path.length()) < 0);
    }

    private static Ssm.InvalidFilterKey key(String key, String valid) {
        return new Ssm.InvalidFilterKey("The following filter key is not valid: " + key
                + ". Valid filter keys include: [" + valid + "].");
    }
}
