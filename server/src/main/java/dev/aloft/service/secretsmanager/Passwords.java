package dev.aloft.service.secretsmanager;

import dev.aloft.api.SecretsManager;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Random passwords.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html">
 *     GetRandomPassword</a>
 */
final class Passwords {
    private static final long USUAL_LENGTH = 32;
    private static final String LOWERCASE = "abcdefghijklmnopqrstuvwxyz";
    private static final String UPPERCASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String NUMBERS = "0123456789";
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private final SecureRandom random = new SecureRandom();

    String random(SecretsManager.GetRandomPasswordRequest input) {
        var types = types(input);
        var all = String.join("", types) + (Boolean.TRUE.equals(input.includeSpace()) ? included(" ", input) : "");
        long length = input.passwordLength() == null ? USUAL_LENGTH : input.passwordLength();
        boolean each = !Boolean.FALSE.equals(input.requireEachIncludedType());
        if (all.isEmpty()) {
            throw Refusals.invalid("The password can't be generated because all character types are excluded.");
        }
        if (each && length < types.size()) {
            throw Refusals.invalid("Password length is too short based on the required types.");
        }
        var characters = new ArrayList<Character>();
        if (each) {
            types.forEach(type -> characters.add(any(type)));
        }
        while (characters.size() < length) {
            characters.add(any(all));
        }
        Collections.shuffle(characters, random);
        return characters.stream().map(String::valueOf).collect(Collectors.joining());
    }

    private char any(String characters) {
        return characters.charAt(random.nextInt(characters.length()));
    }

    /** The characters of each type of which there must be one; the space is none of these. */
    private static List<String> types(SecretsManager.GetRandomPasswordRequest input) {
        var types = new ArrayList<String>();
        add(types, LOWERCASE, !Boolean.TRUE.equals(input.excludeLowercase()), input);
        add(types, UPPERCASE, !Boolean.TRUE.equals(input.excludeUppercase()), input);
        add(types, NUMBERS, !Boolean.TRUE.equals(input.excludeNumbers()), input);
        add(types, PUNCTUATION, !Boolean.TRUE.equals(input.excludePunctuation()), input);
        return types;
    }

    private static void add(List<String> types, String characters, boolean isWanted,
            SecretsManager.GetRandomPasswordRequest input) {
        var left = included(characters, input);
        if (isWanted && !left.isEmpty()) {
            types.add(left);
        }
    }

    private static String included(String characters, SecretsManager.GetRandomPasswordRequest input) {
        var excluded = input.excludeCharacters() == null ? "" : input.excludeCharacters();
        return characters.chars().filter(it -> excluded.indexOf(it) < 0)
                .mapToObj(Character::toString).collect(Collectors.joining());
    }
}
