package dev.aloft.service.cloudformation.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One parameter of a template and the rules its value must pass.
 *
 * @param stored the type behind {@code AWS::SSM::Parameter::Value<…>}: the value given is then a parameter's name
 */
public record Parameter(String name, String type, boolean stored, Optional<String> fallback, List<String> allowed,
        Optional<String> pattern, Optional<Integer> minLength, Optional<Integer> maxLength, Optional<BigDecimal> min,
        Optional<BigDecimal> max, Optional<String> constraint, Optional<String> description, boolean noEcho) {
    /** What callers see where the value of a NoEcho parameter would be. */
    public static final String HIDDEN = "****";

    private static final Set<String> KEYS = Set.of("Type", "Default", "AllowedValues", "AllowedPattern", "MinLength",
            "MaxLength", "MinValue", "MaxValue", "ConstraintDescription", "Description", "NoEcho");
    private static final Pattern STORED = Pattern.compile("AWS::SSM::Parameter::Value<(.+)>");
    private static final Pattern RESOURCE_TYPE = Pattern.compile("AWS::[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)?");
    private static final int LONGEST_PATTERN = 4096;

    static Parameter read(String name, Object tree) {
        var map = Trees.map(tree);
        if (!(map.get("Type") instanceof String given)) {
            throw TemplateError.format("Every Parameters object must contain a Type member.");
        }
        for (var key : map.keySet()) {
            if (!KEYS.contains(key)) {
                throw TemplateError.format("Invalid template parameter property '" + key + "'");
            }
        }
        Matcher matcher = STORED.matcher(given);
        var stored = matcher.matches();
        var type = stored ? matcher.group(1) : given;
        if (!type.equals("CommaDelimitedList") && !isScalar(type) && !isList(type)) {
            throw TemplateError.format("Unrecognized parameter type: " + given);
        }
        return new Parameter(name, type, stored, text(map, "Default"),
                Trees.list(map.get("AllowedValues")).stream().map(Trees::text).toList(), text(map, "AllowedPattern"),
                number(map, "MinLength").map(BigDecimal::intValue), number(map, "MaxLength").map(BigDecimal::intValue),
                number(map, "MinValue"), number(map, "MaxValue"), text(map, "ConstraintDescription"),
                text(map, "Description"),
                "true".equalsIgnoreCase(text(map, "NoEcho").orElse("")));
    }

    private static boolean isScalar(String type) {
        return type.equals("String") || type.equals("Number") || type.equals("AWS::SSM::Parameter::Name")
                || RESOURCE_TYPE.matcher(type).matches();
    }

    private static boolean isList(String type) {
        return type.startsWith("List<") && type.endsWith(">") && isScalar(type.substring(5, type.length() - 1));
    }

    private static Optional<String> text(Map<String, Object> map, String key) {
        return Optional.ofNullable(map.get(key)).map(value -> value instanceof List<?> list
                ? String.join(",", list.stream().map(Trees::text).toList()) : Trees.text(value));
    }

    private static Optional<BigDecimal> number(Map<String, Object> map, String key) {
        return text(map, key).map(text -> {
            try {
                return new BigDecimal(text);
            } catch (NumberFormatException _) {
                throw TemplateError.format(key + " must be a number.");
            }
        });
    }

    /** The type as the template spells it. */
    public String declaredType() {
        return stored ? "AWS::SSM::Parameter::Value<" + type + ">" : type;
    }

    private boolean many() {
        return type.equals("CommaDelimitedList") || isList(type);
    }

    /** Refuses a value that the parameter's rules do not allow. */
    public void check(String value) {
        List<String> single = many() && !stored ? items(value) : List.of(value);
        if (!stored && (type.equals("Number") || type.equals("List<Number>"))) {
            for (var item : single) {
                checkNumber(item);
            }
        }
        if (!allowed.isEmpty() && !allowed.containsAll(single)) {
            fail("must be one of AllowedValues");
        }
        if (type.equals("Number")) {
            return;
        }
        if (minLength.isPresent() && value.length() < minLength.get()) {
            fail("must contain at least " + minLength.get() + " characters");
        }
        if (maxLength.isPresent() && value.length() > maxLength.get()) {
            fail("must contain at most " + maxLength.get() + " characters");
        }
        for (var item : single) {
            if (pattern.isPresent() && !matches(pattern.get(), item)) {
                fail("must match pattern " + pattern.get());
            }
        }
    }

    private void checkNumber(String text) {
        BigDecimal number;
        try {
            number = new BigDecimal(text.strip());
        } catch (NumberFormatException _) {
            throw new TemplateError("Parameter '" + name + "' must be a number.");
        }
        if (min.isPresent() && number.compareTo(min.get()) < 0) {
            fail("must be a number not less than " + Trees.text(min.get()));
        }
        if (max.isPresent() && number.compareTo(max.get()) > 0) {
            fail("must be a number not greater than " + Trees.text(max.get()));
        }
    }

    private void fail(String rule) {
        throw new TemplateError(constraint.map(c -> "Parameter " + name + " failed to satisfy constraint: " + c)
                .orElse("Parameter '" + name + "' " + rule));
    }

    /** A template's pattern is somebody else's program: it may look at a bounded number of characters. */
    private boolean matches(String regex, String value) {
        if (regex.length() > LONGEST_PATTERN) {
            throw new TemplateError("Parameter '" + name + "' has a pattern that is longer than " + LONGEST_PATTERN
                    + " characters");
        }
        try {
            return Pattern.compile(regex).matcher(new Bounded(value, new int[] {2_000_000})).matches();
        } catch (PatternSyntaxException _) {
            throw new TemplateError("Parameter '" + name + "' has an invalid AllowedPattern: " + regex);
        } catch (StackOverflowError _) {
            throw new TemplateError("Parameter '" + name + "' could not be matched against pattern " + regex);
        }
    }

    /** The value as functions see it: text, or a list for the list types. */
    public Object meaning(String value) {
        return many() ? new ArrayList<Object>(items(value)) : value;
    }

    private static List<String> items(String value) {
        return value.isEmpty() ? List.of("") : Arrays.stream(value.split(",", -1)).map(String::strip).toList();
    }

    /** Text that refuses to be looked at for ever. */
    private record Bounded(CharSequence text, int[] left) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new TemplateError("A parameter's AllowedPattern takes too long to match");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Bounded(text.subSequence(start, end), left);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
