package dev.aloft.kernel.identity;

import java.util.List;
import java.util.Locale;

/** The condition keys of a request, asked for by name as policies need them. */
interface Keys {
    /** What the request has for a key (a name of {@link #name}), or null where it has none. */
    List<String> values(String key);

    /** Names of condition keys do not differ by case. */
    static String name(String key) {
        return key.toLowerCase(Locale.ROOT);
    }
}
