package dev.aloft.service.events;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The small part of JSONPath that EventBridge takes: {@code $}, {@code $.detail.items[0].name}. */
final class EventPath {
    private static final Pattern FORM = Pattern.compile("\\$(\\.[A-Za-z0-9_@-]{1,256}|\\[[0-9]{1,6}]){0,64}");
    private static final Pattern STEP = Pattern.compile("\\.([A-Za-z0-9_@-]+)|\\[([0-9]+)]");

    private EventPath() {}

    static boolean isValid(String path) {
        return FORM.matcher(path).matches();
    }

    /** What the path leads to in a JSON tree, or empty where it leads nowhere. */
    static Optional<Object> find(String path, Object tree) {
        var found = tree;
        var step = STEP.matcher(path);
        while (step.find() && found != null) {
            if (step.group(1) != null) {
                found = found instanceof Map<?, ?> map ? map.get(step.group(1)) : null;
            } else {
                int index = Integer.parseInt(step.group(2));
                found = found instanceof List<?> list && index < list.size() ? list.get(index) : null;
            }
        }
        return Optional.ofNullable(found);
    }
}
