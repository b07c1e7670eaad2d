package dev.aloft.kernel.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The small part of JSONPath that EventBridge and Pipes take: {@code $}, {@code $.detail.items[0].name},
 * {@code $.detail.items[*].name}.
 */
public final class EventPath {
    private static final Pattern FORM =
            Pattern.compile("\\$(\\.[A-Za-z0-9_@/:-]{1,256}|\\.\\*|\\[([0-9]{1,6}|\\*)]){0,64}");
    private static final Pattern STEP = Pattern.compile("\\.([A-Za-z0-9_@/:-]+|\\*)|\\[([0-9]+|\\*)]");

    private EventPath() {}

    public static boolean isValid(String path) {
        return FORM.matcher(path).matches();
    }

    /**
     * What the path leads to in a JSON tree, or empty where it leads nowhere; a list of all where it has a wildcard.
     */
    public static Optional<Object> find(String path, Object tree) {
        var found = new ArrayList<Object>();
        found.add(tree);
        boolean many = false;
        var step = STEP.matcher(path);
        while (step.find()) {
            var name = step.group(1) == null ? step.group(2) : step.group(1);
            var next = new ArrayList<Object>();
            found.forEach(each -> follow(name, step.group(1) == null, each, next));
            found = next;
            many |= name.equals("*");
        }
        return many ? Optional.of(List.copyOf(found)) : found.stream().findFirst();
    }

    private static void follow(String name, boolean inList, Object from, List<Object> into) {
        switch (from) {
            case Map<?, ?> map when name.equals("*") -> map.values().stream().filter(it -> it != null)
                    .forEach(into::add);
            case Map<?, ?> map when !inList && map.get(name) != null -> into.add(map.get(name));
            case List<?> list when name.equals("*") -> list.stream().filter(it -> it != null).forEach(into::add);
            case List<?> list when inList && Integer.parseInt(name) < list.size()
                    && list.get(Integer.parseInt(name)) != null ->
                into.add(list.get(Integer.parseInt(name)));
            default -> { }
        }
    }
}
