package dev.aloft.service.ecr;

import java.util.regex.Pattern;

/** Texts in which {@code *} stands for any part of a tag, and all else for itself. */
final class TagWildcard {
    private TagWildcard() {}

    static Pattern of(String text) {
        return Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q"));
    }
}
