package dev.aloft.service.cloudformation.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trees of maps, lists, strings, numbers, booleans and nulls, as templates are before they have a meaning. */
public final class Trees {
    private Trees() {
    }

    /** The tree as a map; empty where it is none. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> map(Object tree) {
        return tree instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    /** The tree as a list; empty where it is none. */
    @SuppressWarnings("unchecked")
    public static List<Object> list(Object tree) {
        return tree instanceof List<?> list ? (List<Object>) list : List.of();
    }

    /** A copy that can be changed without the original noticing. */
    public static Object copy(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> copy.put((String) name, copy(value)));
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(copy(item)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    /** A scalar as CloudFormation prints it where text is wanted. */
    public static String text(Object scalar) {
        return scalar instanceof BigDecimal number && Math.abs(number.scale()) < 100 ? number.toPlainString()
                : String.valueOf(scalar);
    }

    /** Whether two trees mean the same to CloudFormation, which does not tell {@code 3} from {@code "3"}. */
    public static boolean same(Object one, Object other) {
        return switch (one) {
            case Map<?, ?> map -> other instanceof Map<?, ?> that && map.keySet().equals(that.keySet())
                    && map.entrySet().stream().allMatch(e -> same(e.getValue(), that.get(e.getKey())));
            case List<?> list -> {
                if (!(other instanceof List<?> that) || list.size() != that.size()) {
                    yield false;
                }
                for (int i = 0; i < list.size(); i++) {
                    if (!same(list.get(i), that.get(i))) {
                        yield false;
                    }
                }
                yield true;
            }
            case null -> other == null;
            default -> !(other instanceof Map) && !(other instanceof List) && other != null
                    && text(one).equals(text(other));
        };
    }
}
