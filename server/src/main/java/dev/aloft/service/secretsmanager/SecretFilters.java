package dev.aloft.service.secretsmanager;

import dev.aloft.api.SecretsManager;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which secrets are listed: all filters must hold, of a filter one value; one that begins with {@code !} holds where it
 * is not found. Names and tags are compared from their beginning and by case; descriptions, and what {@code all} looks
 * at, word by word by the words' beginnings. How AWS finds the words in a text was observed: at one kind of special
 * character, where there is no other, and before what is no lower case letter.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html">Find secrets</a>
 */
final class SecretFilters {
    private static final Pattern SPECIAL = Pattern.compile("[/_+=.@-]");
    private static final Pattern WORD = Pattern.compile("[^a-z][a-z]+");

    private SecretFilters() {}

    static Predicate<Secret> of(List<SecretsManager.Filter> filters) {
        Predicate<Secret> all = _ -> true;
        for (var filter : filters == null ? List.<SecretsManager.Filter>of() : filters) {
            if (filter.key() == null) {
                throw Refusals.invalid("Invalid filter key");
            }
            if (filter.values() == null || filter.values().isEmpty()) {
                throw Refusals.invalid("Invalid filter values for key: " + filter.key());
            }
            all = all.and(one(filter.key(), filter.values()));
        }
        return all;
    }

    private static Predicate<Secret> one(String key, List<String> values) {
        Predicate<Secret> any = _ -> false;
        for (var value : values) {
            any = any.or(value.startsWith("!") ? found(key, value.substring(1)).negate() : found(key, value));
        }
        return any;
    }

    private static Predicate<Secret> found(String key, String value) {
        return secret -> switch (key) {
            case "name" -> secret.name().startsWith(value);
            case "tag-key" -> tags(secret).keySet().stream().anyMatch(it -> it.startsWith(value));
            case "tag-value" -> tags(secret).values().stream().anyMatch(it -> it.startsWith(value));
            case "description" -> secret.description() != null && hasWords(secret.description(), value);
            case "owning-service" -> secret.owner() != null && hasWords(secret.owner(), value);
            case "primary-region" -> secret.region().startsWith(value);
            default -> attributes(secret).anyMatch(it -> hasWords(it, value));
        };
    }

    private static Map<String, String> tags(Secret secret) {
        return secret.tags() == null ? Map.of() : secret.tags();
    }

    private static Stream<String> attributes(Secret secret) {
        var tags = tags(secret);
        return Stream.of(Stream.of(secret.name()), Stream.ofNullable(secret.description()), tags.keySet().stream(),
                tags.values().stream()).flatMap(it -> it);
    }

    private static boolean hasWords(String text, String wanted) {
        var known = words(text);
        var asked = words(wanted);
        return !asked.isEmpty() && asked.stream().allMatch(word -> known.stream().anyMatch(it -> it.startsWith(word)));
    }

    static List<String> words(String text) {
        var kinds = SPECIAL.matcher(text).results().map(it -> it.group()).distinct().toList();
        if (kinds.size() > 1) {
            return List.of(text.toLowerCase(Locale.ROOT));
        }
        var words = new ArrayList<String>();
        for (var part : kinds.isEmpty() ? List.of(text) : List.of(text.split(Pattern.quote(kinds.getFirst())))) {
            split(part, words);
        }
        return words;
    }

    private static void split(String text, List<String> words) {
        var word = WORD.matcher(text);
        int end = 0;
        while (word.find()) {
            add(text.substring(end, word.start()), words);
            add(word.group(), words);
            end = word.end();
        }
        add(text.substring(end), words);
    }

    private static void add(String word, List<String> words) {
        if (!word.isBlank()) {
            words.add(word.strip().toLowerCase(Locale.ROOT));
        }
    }
}
